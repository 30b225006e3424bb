"""Calls of `stackkit` in this process, each as if it had one of its own."""

from __future__ import annotations

import importlib
import io
import json
import shlex
import sys
from pathlib import Path
from typing import Any

import attrs
import pytest
from click.shell_completion import BashComplete

from stackkit.cli.main import main
from stackkit.cli.root import stackkit
from stackkit.cli.session import Session
from stackkit.registry import resolve
from stackkit.store.base import Document
from stackkit.store.sqlite import SqliteStore
from stackkit.workspace import records

KINDS = (records.FLAVOR, records.COMPONENT, records.UUID, records.STACK, records.SETTING)
MOST_LINES = 3


@attrs.frozen
class Answer:
    """What a call printed, and its exit status."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed, as JSON."""
        return json.loads(self.out)

    @property
    def rows(self) -> list[list[str]]:
        """The cells of the table that it printed, without its heading."""
        return [line.split() for line in self.out.splitlines()[1:]]


class CommandLine:
    """Calls `stackkit` in a folder."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self._capsys = capsys
        self._monkeypatch = monkeypatch

    def __call__(self, line: str, *more: str, stdin: str | bytes = "") -> Answer:
        """One call.

        Args:
            line: The command line after `stackkit`, with a shell's quotes.
            more: Arguments that stand as they are.
            stdin: What is piped into it.
        """
        data = stdin.encode() if isinstance(stdin, str) else stdin
        path = [*sys.path]
        with self._monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))
            self._capsys.readouterr()
            try:
                with pytest.raises(SystemExit) as exited:
                    main([*shlex.split(line), *more])
            finally:
                self._forget_modules(path)
        assert isinstance(exited.value.code, int)
        printed = self._capsys.readouterr()
        return Answer(exited.value.code, printed.out, printed.err)

    def completed(self, words: str) -> list[str]:
        """What a shell is offered after `stackkit` and some words, the last of which was begun."""
        *before, incomplete = words.split(" ")
        path, session = [*sys.path], Session()
        shell = BashComplete(stackkit, {"obj": session}, "stackkit", "_STACKKIT_COMPLETE")
        try:
            return [item.value for item in shell.get_completions(before, incomplete)]
        finally:
            session.close()
            self._forget_modules(path)

    def _forget_modules(self, path: list[str]) -> None:
        """The next call finds modules as another process would."""
        ours = str(self.folder.parents[1])  # where all tests of this process have their folders
        for name, module in [*sys.modules.items()]:
            if str(getattr(module, "__file__", None) or "").startswith(ours):
                del sys.modules[name]
        sys.path[:] = path
        vars(resolve)["_roots"].clear()
        importlib.invalidate_caches()

    def done(self, line: str, *more: str, stdin: str | bytes = "") -> Answer:
        """A call that does what it is asked."""
        answer = self(line, *more, stdin=stdin)
        assert (answer.status, answer.err) == (0, ""), answer
        return answer

    def refused(self, line: str, *more: str, stdin: str | bytes = "", status: int = 1) -> str:
        """A call that says in a few lines what to do, and saves nothing; its message."""
        before = self.documents()
        answer = self(line, *more, stdin=stdin)
        assert answer.status == status, answer
        lines = answer.err.splitlines()
        assert 1 <= len(lines) <= MOST_LINES, answer.err
        assert lines[0].startswith("Error: ")
        assert "Traceback" not in answer.err
        assert all(line.isprintable() for line in lines), answer.err
        assert answer.out == ""
        assert self.documents() == before
        return answer.err.removeprefix("Error: ").removesuffix("\n")

    def documents(self) -> list[Document]:
        """Everything that the workspace keeps."""
        database = self.folder / ".stackkit" / "workspace.db"
        if not database.exists():
            return []
        store = SqliteStore(database)
        try:
            with store.read() as snapshot:
                return [document for kind in KINDS for document in snapshot.list(kind)]
        finally:
            store.close()

    def write(self, name: str, text: str) -> Path:
        """A file in the folder."""
        file = self.folder / name
        file.write_text(text, encoding="utf-8")
        return file
