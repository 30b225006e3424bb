"""What a step prints, on its way to the terminal and into the artifact store."""

from __future__ import annotations

import contextvars
import io
import logging
import sys
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TextIO, cast

from typing_extensions import override

from stackkit.components.artifact_store import ArtifactStore

EVERY: Final = 2.0
"""After how many seconds what was printed is put into the store, while the step goes on to print."""
LONGEST: Final = 16 << 20
"""How many characters are kept; what is printed after them is seen on the terminal only."""


class StepLogs:
    """What a step printed.

    Args:
        store: Where it is kept.
        place: The path of the file there; none is made where nothing is printed.
        spool: A file that has it at once, for the case that this process is killed.
        on_kept: Is told when the file is there for the first time.
        waits: Whether it is put into the store only when asked, and not as it comes.

    Attributes:
        uri: Where it is; empty where there is nothing.
    """

    def __init__(
        self,
        store: ArtifactStore,
        place: str,
        spool: Path | None = None,
        on_kept: Callable[[str], object] | None = None,
        *,
        waits: bool = False,
    ) -> None:
        self.uri: str = ""
        self._store = store
        self._place = place
        self._text = io.StringIO()
        self._spool = spool.open("a", encoding="utf-8", errors="surrogatepass") if spool else None
        self._on_kept = on_kept
        self._waits = waits
        self._next = time.monotonic() + EVERY
        self._lock = threading.RLock()

    def write(self, text: str) -> None:
        """Take what was printed."""
        with self._lock:
            if self._text.tell() < LONGEST:
                self._text.write(text)
                if self._spool:
                    self._spool.write(text)
                    self._spool.flush()
            if not self._waits and time.monotonic() > self._next:
                begun = time.monotonic()
                self.keep()
                self._next = time.monotonic() + EVERY + 20 * (time.monotonic() - begun)

    def keep(self) -> None:
        """Put what was printed so far into the store."""
        with self._lock:
            text = self._text.getvalue()
            if text:
                with self._store.open(self._place, "wb") as file:
                    file.write(text.encode("utf-8", "backslashreplace"))
                first, self.uri = not self.uri, self._place
                if first and self._on_kept:
                    self._on_kept(self._place)

    def close(self) -> None:
        """Keep it all, unless it waits to be asked."""
        if self._spool:
            self._spool.close()
            self._spool = None
        if not self._waits:
            self.keep()


_here: contextvars.ContextVar[StepLogs | None] = contextvars.ContextVar("logs", default=None)
_open: list[StepLogs] = []
_lock = threading.Lock()


class _Tee(io.TextIOBase):
    """Writes to what was there before, and to the logs of the step that prints.

    Steps may run in several threads of one process. A thread that a step starts belongs to the only step there is; to none
    where there are several.
    """

    def __init__(self, terminal: TextIO) -> None:
        self.terminal = terminal

    @override
    def writable(self) -> bool:
        return True

    @override
    def write(self, text: str, /) -> int:
        logs = _here.get()
        if logs is None and len(_open) == 1:
            logs = _open[0]
        if logs is not None:
            logs.write(text)
        return self.terminal.write(text)

    @override
    def flush(self) -> None:
        self.terminal.flush()

    @override
    def isatty(self) -> bool:
        return self.terminal.isatty()

    @override
    def fileno(self) -> int:
        return self.terminal.fileno()

    @property
    @override
    def encoding(self) -> str:  # type: ignore[override]  # ty: ignore[incompatible-property-override] # nobody writes it
        return self.terminal.encoding


@contextmanager
def captured(logs: StepLogs) -> Generator[None]:
    """Take what is printed while this is open.

    Args:
        logs: What it is added to.
    """
    with _lock:
        sys.stdout, sys.stderr = _teed(sys.stdout), _teed(sys.stderr)
        _open.append(logs)
    token = _here.set(logs)
    try:
        yield
    finally:
        _here.reset(token)
        with _lock:
            _open.remove(logs)
            if not _open:
                _restore()
        logs.close()


def _teed(terminal: TextIO) -> TextIO:
    """A file that steps can be heard through; loggers that write to the terminal write there, too."""
    if isinstance(terminal, _Tee):
        return terminal
    tee = cast("TextIO", _Tee(terminal))  # it has all that anybody calls
    for handler in _handlers(terminal):
        handler.setStream(tee)
    return tee


def _handlers(stream: object) -> list[logging.StreamHandler[TextIO]]:
    """The handlers of loggers that write to a stream."""
    found = [handler for handler in logging.getLogger().handlers if getattr(handler, "stream", None) is stream]
    return [cast("logging.StreamHandler[TextIO]", handler) for handler in found if isinstance(handler, logging.StreamHandler)]


def _restore() -> None:
    for tee in (sys.stdout, sys.stderr):
        if isinstance(tee, _Tee):
            for handler in _handlers(tee):
                handler.setStream(tee.terminal)
    if isinstance(sys.stdout, _Tee):
        sys.stdout = sys.stdout.terminal
    if isinstance(sys.stderr, _Tee):
        sys.stderr = sys.stderr.terminal
