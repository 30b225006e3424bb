"""What the transactions of every store say, and refuse, alike."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import final

from stackkit.errors import ConflictError, Problem, StoreError
from stackkit.store.base import Document


@final
class Writers:
    """The threads that are inside a `write()` of a store: a second one inside the first would wait for itself."""

    def __init__(self) -> None:
        self._threads: set[int] = set()

    @contextmanager
    def entered(self, where: str) -> Generator[None]:
        """Count this thread as a writer while the block runs.

        Args:
            where: The store, for the message.

        Yields:
            Nothing.

        Raises:
            StoreError: It is one already.
        """
        thread = threading.get_ident()
        if thread in self._threads:
            what = "write() was called inside a write() of the same store and thread"
            raise StoreError(Problem(what, where=where, remedy="use the transaction that is open, or end it first"))
        self._threads.add(thread)
        try:
            yield
        finally:
            self._threads.discard(thread)


def named(kind: str, key: str) -> str:
    """A document in a message; what could break a line, or a terminal, is escaped."""
    return f"{kind if kind.isprintable() else repr(kind)} {key!r}"


def conflict(where: str, kind: str, key: str, revision: int, current: Document | None) -> ConflictError:
    """The error for a revision that is not there to be replaced.

    Args:
        where: The store.
        kind: What the document is about.
        key: Its name.
        revision: The revision that was to be replaced.
        current: The document as it is.
    """
    subject = named(kind, key)
    if current is None:
        what = f"{subject} is not there, but revision {revision} of it was expected"
    elif revision == 0:
        what = f"{subject} exists already, at revision {current.revision}"
    else:
        what = f"{subject} is at revision {current.revision} by now, not {revision}"
    return ConflictError(Problem(what, where=where, remedy="read it again and repeat the change"))


def unencodable(error: UnicodeEncodeError, subject: str) -> Problem:
    """The problem of a text that cannot be kept: lone surrogates are the only characters that UTF-8 does not hold.

    Args:
        error: The error of encoding the text.
        subject: The document that it belongs to.
    """
    surrogate = f"U+{ord(error.object[error.start]):04X}"
    return Problem(
        f"its text has a lone surrogate, {surrogate}, at position {error.start}",
        where=subject,
        remedy="only well-formed Unicode can be kept: replace it",
    )
