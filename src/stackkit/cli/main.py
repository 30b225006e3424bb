"""The entry point: one call of `stackkit`."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Sequence
from io import TextIOWrapper
from typing import NoReturn


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit: 0 done, 1 refused, 2 wrong usage, 130 interrupted.

    Args:
        arguments: What follows `stackkit`; from the process by default.
    """
    sys.exit(_run([*(sys.argv[1:] if arguments is None else arguments)]))


def _run(arguments: list[str]) -> int:
    try:
        run = _command_line()  # inside: somebody may press Ctrl-C while it is imported
        _print_any_text()
        status = run(arguments)
        if sys.stdout:  # there is none after `>&-`
            sys.stdout.flush()
    except (Exception, KeyboardInterrupt) as error:
        from stackkit.cli.failures import has_traceback, tell

        if "--debug" in arguments and has_traceback(error):
            raise
        return tell(error)
    return status


def _command_line() -> Callable[[Sequence[str]], int]:
    """Import the command line, without looking for garbage meanwhile, nor in what it made when the process ends.

    That saves a sixth of the time that a listing takes. What the command itself makes is collected as always.
    """
    first = "stackkit.cli.root" not in sys.modules and gc.isenabled()
    if first:
        gc.disable()
    from stackkit.cli.root import run

    if first:
        gc.freeze()
        gc.enable()
    return run


def _print_any_text() -> None:
    """Write escapes for characters that standard output's encoding has not."""
    stream: object = sys.stdout
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")
