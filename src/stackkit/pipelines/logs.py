"""What a step prints, on its way to the terminal and into the artifact store."""

from __future__ import annotations

import io
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import TextIO

from typing_extensions import override

from stackkit.components.artifact_store import ArtifactStore


class StepLogs:
    """The lines that a step printed.

    Attributes:
        uri: Where they are in the artifact store; empty where there are none.
    """

    def __init__(self) -> None:
        self.uri = ""
        self.text = io.StringIO()


class _Tee(io.TextIOBase):
    """Writes to two files."""

    def __init__(self, terminal: TextIO, copy: io.StringIO) -> None:
        self._terminal = terminal
        self._copy = copy

    @override
    def writable(self) -> bool:
        return True

    @override
    def write(self, text: str, /) -> int:
        self._copy.write(text)
        return self._terminal.write(text)

    @override
    def flush(self) -> None:
        self._terminal.flush()

    @override
    def isatty(self) -> bool:
        return self._terminal.isatty()

    @override
    def fileno(self) -> int:
        return self._terminal.fileno()


@contextmanager
def captured(store: ArtifactStore, uri: str) -> Generator[StepLogs]:
    """Keep what is printed while this is open.

    Args:
        store: Where.
        uri: The path of the file; none is made where nothing is printed.
    """
    logs = StepLogs()
    out, err = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = _Tee(out, logs.text), _Tee(err, logs.text)
    try:
        yield logs
    finally:
        sys.stdout, sys.stderr = out, err
        if text := logs.text.getvalue():
            with store.open(uri, "w") as file:
                file.write(text)
            logs.uri = uri
