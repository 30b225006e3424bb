"""What the SQL of metadata stores runs on, whichever library speaks to the server."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias, TypeVar

T = TypeVar("T")

Value: TypeAlias = str | int | bytes | None
Values: TypeAlias = Mapping[str, Value]
Row: TypeAlias = Sequence[Any]


class Session(Protocol):
    """Runs statements, whose parameters are named: `:name`."""

    @property
    def repeated(self) -> bool:
        """Whether the work may have been done already, by an attempt to commit it whose answer was lost."""
        ...

    @property
    def for_update(self) -> str:
        """What ends a query whose rows nobody else may change before this transaction ends."""
        ...

    @property
    def unless_there(self) -> str:
        """What ends an INSERT that leaves a row alone whose key there is already."""
        ...

    def rows(self, query: str, values: Values) -> list[Row]:
        """The rows that a query finds."""
        ...

    def change(self, statement: str, *values: Values) -> None:
        """Run a statement that gives no rows, once with each of the values."""
        ...


class Database(Protocol):
    """Where the tables are."""

    def read(self, work: Callable[[Session], T]) -> T:
        """Do what only reads; each query sees what is committed then."""
        ...

    def write(self, work: Callable[[Session], T]) -> T:
        """Do what writes, in one transaction: committed when the work returns, rolled back when it raises.

        Work that others got in the way of is done again from its start.
        """
        ...
