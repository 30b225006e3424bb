"""How a call of the command line that did not succeed is told: a few lines on standard error, and an exit status."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from traceback import walk_tb
from typing import Final

import click

from stackkit.cli.render import visible
from stackkit.errors import StackkitError

REFUSED: Final = 1
WRONG_USAGE: Final = 2
INTERRUPTED: Final = 130
LONGEST: Final = 300
"""How many characters of an unexpected error's text are shown."""
PRINTING: Final = ("click.utils", "stackkit.cli.main")
"""The modules that write to standard output and flush it."""


def has_traceback(error: BaseException) -> bool:
    """Whether `--debug` shows where an error comes from; what a person typed wrong or stopped comes from the person."""
    by_person = isinstance(error, click.ClickException | click.Abort | KeyboardInterrupt)
    return not by_person and not (isinstance(error, OSError) and _was_raised_by_printing(error))


def tell(error: BaseException) -> int:
    """Say on standard error what went wrong.

    Args:
        error: What ended the command.

    Returns:
        The exit status.
    """
    _let_go_of_broken_output()
    if isinstance(error, OSError) and _was_raised_by_printing(error):
        if error.errno != errno.EPIPE:  # the reader of a pipe that has gone needs no message
            _say(f"the output cannot be written: {error.strerror}")
        return REFUSED
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return WRONG_USAGE
    if isinstance(error, click.UsageError):
        _say(error.format_message(), f"Try: {error.ctx.command_path} --help" if error.ctx else "")
        return WRONG_USAGE
    if isinstance(error, click.ClickException):
        _say(error.format_message())
    elif (stopped := _keyboard_interrupt(error)) is not None:
        _say("interrupted", str(stopped))
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


def _keyboard_interrupt(error: BaseException) -> KeyboardInterrupt | None:
    """Ctrl-C, which click makes an Abort of; what it says is how to go on."""
    return next((found for found in (error, error.__context__) if isinstance(found, KeyboardInterrupt)), None)


def _say(message: str, hint: str = "") -> None:
    lines = [visible(line) for line in message.splitlines() if line.strip()] or ["refused"]
    with suppress(OSError):  # nobody reads standard error
        click.echo("\n".join([f"Error: {lines[0]}", *lines[1:], *([hint] if hint else [])]), err=True)


def _was_raised_by_printing(error: OSError) -> bool:
    """Whether an error is about our output, and not about a component's file or connection."""
    *_, (frame, _) = walk_tb(error.__traceback__)
    return frame.f_globals.get("__name__") in PRINTING


def _let_go_of_broken_output() -> None:
    """Python would fail once more, at its end, to print what could not be printed."""
    try:
        if sys.stdout:
            sys.stdout.flush()
    except OSError:
        with suppress(OSError):  # it has no file descriptor
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
