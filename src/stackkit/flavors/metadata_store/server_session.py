"""A transaction of a database server."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from stackkit.flavors.metadata_store.database import Row, Values
from stackkit.flavors.metadata_store.dialects import Dialect

if TYPE_CHECKING:
    from sqlalchemy import Connection, TextClause


class ServerSession:
    """Runs statements; see `Session`.

    Args:
        connection: One with a transaction.
        dialect: How its server is spoken to.
        repeated: Whether an earlier attempt may have been committed.
    """

    for_update = " FOR UPDATE"

    def __init__(self, connection: Connection, dialect: Dialect, *, repeated: bool) -> None:
        self._connection = connection
        self.unless_there: str = dialect.unless_there
        self.repeated = repeated

    def rows(self, query: str, values: Values) -> list[Row]:
        """The rows that a query finds."""
        return [*self._connection.execute(_text(query), values)]

    def change(self, statement: str, *values: Values) -> None:
        """Run a statement that gives no rows, once with each of the values."""
        self._connection.execute(_text(statement), values[0] if len(values) == 1 else values)


@cache
def _text(statement: str) -> TextClause:
    from sqlalchemy import text

    return text(statement)
