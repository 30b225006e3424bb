"""How a call of the command line that did not succeed is told: a few lines on standard error, and an exit status."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from typing import Final

import click

from stackkit.cli.render import visible
from stackkit.errors import StackkitError

REFUSED: Final = 1
WRONG_USAGE: Final = 2
INTERRUPTED: Final = 130
LONGEST: Final = 300
"""How many characters of an unexpected error's text are shown."""


def has_traceback(error: BaseException) -> bool:
    """Whether `--debug` shows where an error comes from; what a person typed wrong or stopped comes from the person."""
    return not isinstance(error, click.ClickException | click.Abort | KeyboardInterrupt | BrokenPipeError)


def tell(error: BaseException) -> int:
    """Say on standard error what went wrong.

    Args:
        error: What ended the command.

    Returns:
        The exit status.
    """
    output = _output_failure()
    if output is not None and isinstance(error, OSError) and not isinstance(error, StackkitError):
        if output.errno != errno.EPIPE:  # the reader of a pipe that has gone needs no message
            _say(f"standard output cannot be written: {output.strerror}")
        return REFUSED
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return WRONG_USAGE
    if isinstance(error, click.UsageError):
        _say(error.format_message(), f"Try: {error.ctx.command_path} --help" if error.ctx else "")
        return WRONG_USAGE
    if isinstance(error, click.ClickException):
        _say(error.format_message())
    elif isinstance(error, KeyboardInterrupt) or isinstance(error.__context__, KeyboardInterrupt):
        _say("interrupted")
        return INTERRUPTED
    elif isinstance(error, click.Abort):
        _say("nothing was done")
    elif isinstance(error, StackkitError):
        _say(str(error))
    else:
        first = (str(error).splitlines() or [""])[0][:LONGEST]
        text = f"{type(error).__name__}: {first}".rstrip(": ")
        _say(f"unexpected {text}", "stackkit or a flavor has a mistake; to see where, repeat with: stackkit --debug …")
    return REFUSED


def _say(message: str, hint: str = "") -> None:
    lines = [visible(line) for line in message.splitlines() if line.strip()] or ["refused"]
    with suppress(OSError):  # nobody reads standard error
        click.echo("\n".join([f"Error: {lines[0]}", *lines[1:], *([hint] if hint else [])]), err=True)


def _output_failure() -> OSError | None:
    """Why standard output cannot be written; it is let go of then, or Python would fail once more at its end."""
    try:
        if sys.stdout:
            sys.stdout.flush()
    except OSError as error:
        with suppress(OSError):  # one without a file descriptor, in a test
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return error
    return None
