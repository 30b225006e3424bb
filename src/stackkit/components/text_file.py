"""Text files of artifact stores, around files of bytes."""

from __future__ import annotations

import io
from collections.abc import Callable
from types import TracebackType

from typing_extensions import override


class TextFile(io.TextIOWrapper):
    """A text file: UTF-8, its line ends kept as they are.

    Args:
        buffer: The file in bytes, which is closed with this object.
        mode: What it is open for, as in `builtins.open`.
    """

    def __init__(self, buffer: io.BufferedReader | io.BufferedWriter, mode: str) -> None:
        super().__init__(buffer, encoding="utf-8", newline="")
        self._mode = mode

    @property
    @override
    def mode(self) -> str:
        """What the file is open for."""
        return self._mode


class TextWriter(TextFile):
    """A text file that is published by `close`, and by nothing else.

    Args:
        writer: The file in bytes, which is published when it is closed.
        mode: What it is open for.
        discard: Closes the file in bytes and publishes nothing; can be repeated without harm.
    """

    def __init__(self, writer: io.BufferedWriter, mode: str, discard: Callable[[], None]) -> None:
        self._discard = discard
        super().__init__(writer, mode)

    @override
    def close(self) -> None:
        """Publish the file; one that cannot be published, or whose text cannot be encoded, is discarded."""
        try:
            if not self.closed:
                self.flush()
        except BaseException:
            self._discard()
            raise
        super().close()

    @override
    def __exit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        if exc_type is None:
            self.close()
        else:
            self._discard()

    @override
    def __del__(self) -> None:
        """Nothing is written: the bytes below are discarded, unless they were taken with `detach`."""
