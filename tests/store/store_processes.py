"""Stores that several processes work on: where one is, and the processes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import IO, Self

import attrs

from stackkit.core.narrow import is_dict
from stackkit.store.base import Store

from .store_worker import open_store


@attrs.frozen
class StoreAddress:
    """What any process opens a store by: something to import, and the one text to call it with."""

    module: str
    name: str
    argument: str

    def open(self) -> Store:
        return open_store(self.module, self.name, self.argument)


class Worker:
    """Another process that works on a store; what it can do is in `store_worker.Work`."""

    def __init__(self, address: StoreAddress | None = None) -> None:
        script = Path(__file__).with_name("store_worker.py")
        command = [sys.executable, str(script)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")
        if address is not None:
            self.open(address)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def open(self, address: StoreAddress) -> None:
        """Change to a store."""
        assert self.ask("open", address.module, address.name, address.argument) == "open"

    def send(self, *command: object) -> None:
        """Tell it what to do, without waiting for the answer."""
        print(json.dumps(command), file=self._input, flush=True)

    def reply(self) -> object:
        """The next answer."""
        line = self._output.readline()
        assert line, f"the worker ended with {self._process.wait()}"
        answer: object = json.loads(line)
        assert not is_dict(answer), f"the worker failed: {answer}"
        return answer

    def ask(self, *command: object) -> object:
        """Tell it what to do, and have the answer."""
        self.send(*command)
        return self.reply()

    def kill(self) -> list[object]:
        """`kill -9`: the answers that it gave before and that nobody has read yet. Can be repeated."""
        if self._output.closed:
            return []
        self._process.kill()
        rest = [json.loads(line) for line in self._output]
        self._process.wait()
        self._input.close()
        self._output.close()
        return rest

    @property
    def _input(self) -> IO[str]:
        assert self._process.stdin is not None
        return self._process.stdin

    @property
    def _output(self) -> IO[str]:
        assert self._process.stdout is not None
        return self._process.stdout


class Supply:
    """One process at a time, and a spare one that starts meanwhile."""

    def __init__(self) -> None:
        self.current = Worker()
        self._spare = Worker()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.current.kill()
        self._spare.kill()

    def replace(self) -> Worker:
        """Kill the process; the next one."""
        self.current.kill()
        self.current, self._spare = self._spare, Worker()
        return self.current
