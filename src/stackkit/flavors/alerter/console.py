"""Messages to, and questions for, the person at the terminal."""

from __future__ import annotations

import os
import re
import sys
from threading import Lock
from typing import ClassVar, TextIO, final

from typing_extensions import override

from stackkit.components.alerter import BaseAlerter
from stackkit.errors import AlerterError, Problem

_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_ANSWERS = {"y": True, "yes": True, "n": False, "no": False}

# Steps may run in parallel threads; the answer to one question must not be taken for the answer to another.
_one_question = Lock()


def visible(text: str) -> str:
    r"""A text that cannot drive a terminal: control characters are shown as escapes, line breaks and tabs stay.

    Characters that turn the direction of writing are shown too, because they can make a text read as another.

    >>> visible("\x1b[2Jdone")
    '\\x1b[2Jdone'
    """
    return _UNSAFE.sub(_escape, text.replace("\r\n", "\n"))


def _escape(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode("ascii")


@final
class ConsoleAlerter(BaseAlerter):
    """Tells and asks the person at the terminal.

    Messages go to standard error, so that what a program writes to its standard output stays clean. Questions are asked
    on the terminal that standard input is; no other is opened.
    """

    FLAVOR: ClassVar[str] = "console"

    @override
    def post(self, message: str) -> bool:
        """Write a message to standard error, control characters made visible.

        Args:
            message: What to tell; it may have several lines.

        Returns:
            Whether it was written: false when standard error is closed or broken.
        """
        return _write(sys.stderr, f"{visible(message)}\n")

    @override
    def ask(self, question: str) -> bool:
        """Ask for approval, and wait for the answer: y, yes, n or no, in upper or lower case, then Enter.

        Anything else is asked again. The end of the input (Ctrl-D) is no. What was typed before the question was shown
        does not answer it. Of several threads that ask at once, one asks after the other.

        Args:
            question: What is to be approved.

        Returns:
            Whether it was.

        Raises:
            AlerterError: Standard input is no terminal, or neither standard error nor output is one to show the question.
        """
        with _one_question:
            keyboard, screen = _keyboard(), _screen()
            if keyboard is None or screen is None:
                raise self._nobody("there is no terminal to ask at")
            try:
                _forget_what_was_typed(keyboard)
                answer = _answer(keyboard, screen, f"{visible(question)} [y/n] ")
            except OSError as error:
                raise self._nobody(f"the terminal is gone: {error.strerror}") from error
            return answer

    def _nobody(self, what: str) -> AlerterError:
        remedy = "run it in a terminal, or give the stack an alerter that asks elsewhere"
        return AlerterError(Problem(what, where=self.name, remedy=remedy))


def _answer(keyboard: int, screen: TextIO, prompt: str) -> bool:
    # read unbuffered, from the descriptor: what comes after the answer is left for others
    with open(keyboard, "rb", buffering=0, closefd=False) as lines:
        while _write(screen, prompt):
            line = lines.readline().decode(errors="replace")
            if not line.endswith("\n"):
                _write(screen, "\n")
                return False
            word = line.strip().casefold()
            if word in _ANSWERS:
                return _ANSWERS[word]
            prompt = "Please answer y or n: "
    raise OSError(None, "nothing can be written to it")


def _keyboard() -> int | None:
    return _terminal(sys.stdin)


def _screen() -> TextIO | None:
    return next((stream for stream in (sys.stderr, sys.stdout) if _terminal(stream) is not None), None)


def _terminal(stream: TextIO | None) -> int | None:
    """The descriptor of a stream that is a terminal; None for any other, and for one that is closed or has none."""
    try:
        descriptor = -1 if stream is None else stream.fileno()
    except (OSError, ValueError):
        return None
    return descriptor if descriptor >= 0 and os.isatty(descriptor) else None


def _forget_what_was_typed(keyboard: int) -> None:
    import termios  # POSIX only; posting works elsewhere too

    try:
        termios.tcflush(keyboard, termios.TCIFLUSH)
    except termios.error as error:
        raise OSError(*error.args) from error


def _write(stream: TextIO | None, text: str) -> bool:
    if stream is None:  # a program without a console
        return False
    try:
        encoding = stream.encoding or "utf-8"
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
        stream.flush()
    except (OSError, ValueError):  # ValueError: it is closed
        return False
    return True
