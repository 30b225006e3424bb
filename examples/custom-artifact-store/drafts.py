"""Files that appear whole, when they are closed, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO, TextIOWrapper
from types import TracebackType

from typing_extensions import override


class Draft(BytesIO):
    """What is written to a file, until `close` publishes it; leaving its `with` block by an exception discards it."""

    def __init__(self, old: bytes, publish: Callable[[bytes], None]) -> None:
        super().__init__(old)
        self.seek(0, 2)
        self.publish: Callable[[bytes], None] | None = publish

    @override
    def close(self) -> None:
        publish, self.publish = self.publish, None
        content = b"" if self.closed else self.getvalue()
        super().close()
        if publish is not None:
            publish(content)

    def discard(self) -> None:
        self.publish = None
        self.close()

    @override
    def __exit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        self.close() if exc_type is None else self.discard()

    @override
    def __del__(self) -> None:
        self.discard()


class TextDraft(TextIOWrapper):
    """The same for text."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        super().__init__(draft, encoding="utf-8", newline="")

    @override
    def __exit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        self.close() if exc_type is None else self.draft.discard()

    @override
    def __del__(self) -> None:
        self.draft.discard()
