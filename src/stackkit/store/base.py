"""What a workspace needs of the place its documents are kept in."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol, TypeAlias, runtime_checkable

import attrs


@attrs.frozen
class Document:
    """A text under a kind and a key.

    Args:
        kind: What it is about: `component`, `stack`, ….
        key: Its name among those of its kind.
        revision: How often it was written, from 1.
        body: The text.
    """

    kind: str
    key: str
    revision: int
    body: str


Documents: TypeAlias = list[Document]  # inside a class with a method `list`, `list[...]` means the method


class Snapshot(Protocol):
    """The documents of one moment: what others write meanwhile is not seen."""

    def get(self, kind: str, key: str) -> Document | None:
        """A document, or None."""
        ...

    def list(self, kind: str, prefix: str = "") -> Documents:
        """The documents of a kind whose keys begin with a prefix, sorted by key; one query, however many there are."""
        ...


class Transaction(Snapshot, Protocol):
    """Changes that are made all together, or not at all."""

    def put(self, kind: str, key: str, body: str, *, revision: int) -> Document:
        """Write a document.

        Args:
            kind: What it is about.
            key: Its name.
            body: The text.
            revision: The revision that is replaced; 0 for a document that must not exist yet.

        Returns:
            The document as written, one revision on.

        Raises:
            ConflictError: The document has another revision by now, or exists, or is gone.
        """
        ...

    def delete(self, kind: str, key: str, *, revision: int) -> None:
        """Remove a document.

        Args:
            kind: What it is about.
            key: Its name.
            revision: The revision that is removed.

        Raises:
            ConflictError: The document has another revision by now, or is gone.
        """
        ...


class Store(Protocol):
    """A small transactional table of documents.

    Laws: a transaction whose block raises leaves nothing behind; what a finished one wrote survives the death of the
    process; transactions of any number of processes come one after the other; a revision that was replaced is refused.
    """

    @property
    def url(self) -> str:
        """Where the documents are, without any password."""
        ...

    def read(self) -> AbstractContextManager[Snapshot]:
        """See the documents of this moment."""
        ...

    def write(self) -> AbstractContextManager[Transaction]:
        """Change documents: committed when the block ends, rolled back when it raises."""
        ...

    def close(self) -> None:
        """Give back what the store holds open. Can be repeated without harm."""
        ...


@runtime_checkable
class CanBackUp(Protocol):
    """A store that can copy itself; others are backed up by whoever runs their server."""

    def back_up(self, file: Path) -> None:
        """Copy all documents of this moment into another file, whole or not at all.

        Args:
            file: The copy; it must not exist.

        Raises:
            StoreError: It exists, or cannot be written.
        """
        ...
