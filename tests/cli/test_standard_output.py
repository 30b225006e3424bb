"""What other processes print is taken too, line by line, and standard output is as before afterwards."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import tty
from collections.abc import Generator
from contextlib import contextmanager

import pytest

from stackkit.cli.standard_output import OUTPUT, lines_handed_on, printed_as_errors, terminal


def echo(text: str) -> None:
    subprocess.run(["printf", text], check=True)  # noqa: S607 - wherever it is


@contextmanager
def at_terminal(capfd: pytest.CaptureFixture[str]) -> Generator[int]:
    """While this is open standard output is a terminal, whose other end it gives."""
    with capfd.disabled():
        ours, theirs = pty.openpty()
        tty.setraw(theirs)
        before = os.dup(OUTPUT)
        os.dup2(theirs, OUTPUT)
        try:
            yield ours
        finally:
            os.dup2(before, OUTPUT)
            for descriptor in (before, ours, theirs):
                os.close(descriptor)


def read(terminal: int) -> bytes:
    """What is shown, within a minute."""
    assert select.select([terminal], (), (), 60.0)[0], "nothing is shown"
    return os.read(terminal, 100)


def test_lines_are_handed_on_and_the_terminal_is_there_meanwhile(capfd: pytest.CaptureFixture[str]) -> None:
    lines: list[str] = []
    with at_terminal(capfd) as other_end:
        with terminal() as shown, lines_handed_on(lines.append):
            echo("one\\ntwo\\nth")
            echo("ree\\n\\377\\nrest")
            shown.write("for the eye")
            shown.flush()
            assert read(other_end) == b"for the eye"
        assert lines == ["one", "two", "three", "\\xff", "rest"]
        echo("as before")
        assert read(other_end) == b"as before"


def test_a_program_that_is_left_behind_does_not_keep_it_open(capfd: pytest.CaptureFixture[str]) -> None:
    lines: list[str] = []
    with at_terminal(capfd), lines_handed_on(lines.append):
        left = subprocess.Popen(["yes"])  # noqa: S607 - wherever it is
    left.wait(60)  # what it printed to is gone
    assert set(lines) <= {"y", ""}


def test_what_is_printed_goes_to_standard_error_and_back(capfd: pytest.CaptureFixture[str]) -> None:
    with printed_as_errors():
        echo("by another\\n")
        sys.stdout.write("by python\n")
    sys.stdout.write("the answer\n")
    sys.stdout.flush()
    printed = capfd.readouterr()
    assert printed.out == "the answer\n"
    assert sorted(printed.err.splitlines()) == ["by another", "by python"]
