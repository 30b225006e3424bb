"""What the laws of alerters need to know of the console: what it shows, and who sits there."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from threading import Thread
from typing import Generic

import attrs
import pytest
from typing_extensions import override

from stackkit.testing.contracts.alerter import A, AlerterContract, Answering, CutOff, Delivered

WAIT = 120.0
PROMPT = " [y/n] "


@attrs.define
class Person:
    """Somebody at a terminal: reads what it shows, and types."""

    terminal: int
    seen: str = ""

    def wait_for(self, text: str, times: int = 1) -> None:
        while self.seen.count(text) < times:
            poll = select.poll()
            poll.register(self.terminal, select.POLLIN)
            assert poll.poll(WAIT * 1000), f"waited for {text!r}, saw {self.seen!r}"
            self.read()

    def read(self) -> None:
        self.seen += os.read(self.terminal, 4096).decode(errors="replace")

    def type(self, text: str | bytes) -> None:
        os.write(self.terminal, text if isinstance(text, bytes) else text.encode())


@contextmanager
def answering(*, approves: bool | None) -> Generator[list[str]]:
    """A terminal instead of standard input and error, with a person who answers the next question."""
    typed = {True: "y\n", False: "n\n", None: "\x04"}[approves]
    seen: list[str] = []
    terminal, line = os.openpty()
    over, end = os.pipe()
    person = Person(terminal)

    def answer() -> None:
        while PROMPT not in person.seen:
            if terminal not in select.select([terminal, over], [], [], WAIT)[0]:
                return  # whoever was to ask has gone
            person.read()
        seen.append(person.seen)
        person.type(typed)

    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        stack.callback(os.close, terminal)
        stack.callback(os.close, over)
        for name, mode in (("stdin", "r"), ("stderr", "w")):
            patch.setattr(sys, name, stack.enter_context(os.fdopen(line, mode, encoding="utf-8", closefd=mode == "w")))
        thread = Thread(target=answer)
        thread.start()
        try:
            yield seen
        finally:
            os.close(end)
            thread.join()


@contextmanager
def cut_off() -> Generator[None]:
    """No standard error, as where it was closed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stderr", None)
        yield


class AtTheConsole(AlerterContract[A], Generic[A]):
    """The contract for what writes to standard error and asks at the terminal."""

    @pytest.fixture
    @override
    def delivered(self, capfd: pytest.CaptureFixture[str]) -> Delivered:
        return lambda: capfd.readouterr().err

    @pytest.fixture
    @override
    def cut_off(self) -> CutOff:
        return cut_off

    @pytest.fixture
    @override
    def answering(self) -> Answering:
        return answering

    @pytest.fixture
    @override
    def nobody(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "stdin", None)
