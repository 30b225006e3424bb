"""The entry point: one call of `stackkit`, and how its mistakes are told."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from stackkit.errors import StackkitError

REFUSED = 1
WRONG_USAGE = 2
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit: 0 done, 1 refused, 2 wrong usage.

    Args:
        arguments: What follows `stackkit`; from the process by default.
    """
    given = [*(sys.argv[1:] if arguments is None else arguments)]
    sys.exit(_run(given, debug="--debug" in given))


def _run(arguments: list[str], *, debug: bool) -> int:
    from stackkit.cli.root import stackkit

    try:
        code: object = stackkit.main(arguments, prog_name="stackkit", standalone_mode=False)
        sys.stdout.flush()
    except click.UsageError as error:
        _tell(error.format_message(), hint=_help_of(error.ctx))
        return WRONG_USAGE
    except click.ClickException as error:
        _tell(error.format_message())
        return REFUSED
    except (click.Abort, KeyboardInterrupt):
        _tell("nothing was done")
        return INTERRUPTED if not isinstance(sys.exc_info()[1], click.Abort) else REFUSED
    except BrokenPipeError:
        sys.stderr.close()  # the reader has gone: nobody is left to be told
        return REFUSED
    except StackkitError as error:
        if debug:
            raise
        _tell(str(error))
        return REFUSED
    return code if isinstance(code, int) else 0


def _tell(message: str, hint: str = "") -> None:
    lines = [line for line in message.splitlines() if line.strip()] or ["refused"]
    click.echo("\n".join([f"Error: {lines[0]}", *lines[1:], *([hint] if hint else [])]), err=True)


def _help_of(context: click.Context | None) -> str:
    return f"Try: {context.command_path} --help" if context is not None else ""
