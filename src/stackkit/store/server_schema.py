"""The tables of a store on a server: their statements, the version of their schema, and the way from older ones."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, final

import attrs

from stackkit.errors import NewerStoreError, Problem, StoreError
from stackkit.store.server_errors import code_of
from stackkit.store.server_url import Dialect, ServerUrl

if TYPE_CHECKING:
    from sqlalchemy import ColumnClause, Connection, Delete, Insert, Select, Update

LONGEST_NAME: Final = 1024
"""How many bytes of UTF-8 a kind or key may have: both together are the primary key, which servers limit."""

# UPGRADES[n] are the statements that lead from schema version n to n + 1; version 0 has no table but that of the version.
# Texts are bytes of UTF-8: so they are told apart and sorted the same, whatever the database's own character set and
# collation, and any text can be kept: PostgreSQL's TEXT takes no NUL.
UPGRADES: Final[tuple[tuple[str, ...], ...]] = (
    (
        """
        CREATE TABLE stackkit_document (
            kind {name} NOT NULL, name {name} NOT NULL, revision BIGINT NOT NULL, body {body} NOT NULL,
            PRIMARY KEY (kind, name)
        ){options}
        """,
    ),
)
_VERSION: Final = "CREATE TABLE IF NOT EXISTS stackkit_store (id INTEGER PRIMARY KEY, version INTEGER NOT NULL){options}"


@attrs.frozen(kw_only=True)
class _Ways:
    """What servers say differently.

    Args:
        types: What stands in the statements that make tables.
        session: What each connection begins with; a client that is silent in a transaction for ten minutes is gone.
        one_writer: Waits until no other transaction writes; first come, first served, or somebody would wait for ever.
        lock: Has one client at a time make the tables; the others wait.
        unlock: Lets the next one in, where that does not happen by itself at the end of the transaction.
        no_table: The code of a table that is not there.
        made_already: The codes of making what is there: where tables are made outside of transactions, one that was
            killed may have made it.
    """

    types: dict[str, str]
    session: tuple[str, ...]
    one_writer: str
    lock: str
    unlock: str = ""
    no_table: str
    made_already: frozenset[str] = frozenset()


_WAYS: Final[dict[Dialect, _Ways]] = {
    "postgresql": _Ways(
        types={"name": "BYTEA", "body": "BYTEA", "options": ""},
        session=(
            "SET lock_timeout = '{timeout}s'",
            "SET idle_in_transaction_session_timeout = '10min'",
            "SET tcp_keepalives_idle = 60",
        ),
        one_writer="LOCK TABLE stackkit_store IN EXCLUSIVE MODE",  # a lock of its row would go to whoever asks next
        lock="SELECT pg_advisory_xact_lock(1400138612)",
        no_table="42P01",
    ),
    "mysql": _Ways(
        types={
            "name": f"VARBINARY({LONGEST_NAME})",
            "body": "LONGBLOB",
            "options": " ENGINE=InnoDB ROW_FORMAT=DYNAMIC",
        },
        session=("SET SESSION innodb_lock_wait_timeout = {timeout}", "SET SESSION wait_timeout = 600"),
        one_writer="SELECT version FROM stackkit_store WHERE id = 1 FOR UPDATE",
        lock="SELECT GET_LOCK(CONCAT('stackkit ', LEFT(DATABASE(), 50)), 60)",
        unlock="SELECT RELEASE_LOCK(CONCAT('stackkit ', LEFT(DATABASE(), 50)))",
        no_table="1146",
        made_already=frozenset({"1050", "1060", "1061"}),
    ),
}


@final
class Statements:
    """What a store says to its server.

    The parameters are `given_kind`, `given_name`, `given_body`, `given_revision`, `first` and `beyond`: those of the
    columns' own names would be taken for values that are to be set.
    """

    def __init__(self) -> None:
        from sqlalchemy import BigInteger, LargeBinary, bindparam, column, exists, literal_column, select, table

        kind: ColumnClause[bytes] = column("kind", LargeBinary)
        name: ColumnClause[bytes] = column("name", LargeBinary)
        revision: ColumnClause[int] = column("revision", BigInteger)
        body: ColumnClause[bytes] = column("body", LargeBinary)
        version: ColumnClause[int] = column("version", BigInteger)
        documents = table("stackkit_document", kind, name, revision, body)
        given_kind, given_name = bindparam("given_kind", type_=LargeBinary), bindparam("given_name", type_=LargeBinary)
        given_body, given_revision = bindparam("given_body", type_=LargeBinary), bindparam("given_revision", type_=BigInteger)
        first, beyond = bindparam("first", type_=LargeBinary), bindparam("beyond", type_=LargeBinary)
        this = (kind == given_kind) & (name == given_name)
        absent = ~exists(select(kind).where(this))
        new = select(given_kind, given_name, literal_column("1", BigInteger), given_body).where(absent)
        # one writer at a time: nobody puts it there meanwhile
        insert = documents.insert().from_select([kind, name, revision, body], new)

        self.get: Select[int, bytes] = select(revision, body).where(this)
        self.list: Select[bytes, int, bytes] = (
            select(name, revision, body).where(kind == given_kind, name >= first, name < beyond).order_by(name)
        )
        self.insert: Insert = insert.execution_options(preserve_rowcount=True)
        self.update: Update = (
            documents.update().where(this, revision == given_revision).values(revision=revision + 1, body=given_body)
        )
        self.delete: Delete = documents.delete().where(this, revision == given_revision)
        self.version: Select[int] = select(version).select_from(table("stackkit_store", column("id", BigInteger), version))


@cache
def statements() -> Statements:
    """The statements, made once."""
    return Statements()


def session_statements(dialect: Dialect, timeout: int) -> list[str]:
    """What each connection begins with.

    Args:
        dialect: What the server speaks.
        timeout: How long to wait for locks, in seconds.
    """
    return [statement.format(timeout=timeout) for statement in _WAYS[dialect].session]


def begin(connection: Connection, address: ServerUrl, *, writing: bool) -> None:
    """Begin a transaction on the newest schema, which is made where it is missing.

    A transaction that writes waits until it is the only one. One that reads sees one moment.

    Args:
        connection: A connection that is in no transaction.
        address: Its server, for messages.
        writing: Whether documents are to be changed.

    Raises:
        NewerStoreError: The schema is newer than this program.
        StoreError: The schema cannot be made.
        sqlalchemy.exc.SQLAlchemyError: The server refuses.
    """
    if not _begun(connection, address, writing=writing):
        connection.rollback()
        _upgrade(connection, address)
        if not _begun(connection, address, writing=writing):
            what, remedy = "its schema was taken back to an older one", "repeat, once nobody restores it from a backup any more"
            raise StoreError(Problem(what, where=address.shown, remedy=remedy))


def _begun(connection: Connection, address: ServerUrl, *, writing: bool) -> bool:
    """Whether the transaction that has begun sees the newest schema."""
    from sqlalchemy.exc import DBAPIError

    if not writing:
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    try:
        if writing:
            connection.exec_driver_sql(_WAYS[address.dialect].one_writer)
        version = connection.execute(statements().version).scalar_one_or_none()
    except DBAPIError as error:
        if code_of(error.orig) != _WAYS[address.dialect].no_table:
            raise
        return False
    return _known(version or 0, address) == len(UPGRADES)


def _known(version: int, address: ServerUrl) -> int:
    if version not in range(len(UPGRADES) + 1):
        what = f"the database has schema version {version}, this stackkit knows {len(UPGRADES)} at most"
        raise NewerStoreError(Problem(what, where=address.shown, remedy="upgrade stackkit"))
    return version


def _upgrade(connection: Connection, address: ServerUrl) -> None:
    """Go to the newest schema, one client at a time: in one transaction, or in steps where tables are made outside of any."""
    ways = _WAYS[address.dialect]
    if connection.exec_driver_sql(ways.lock).scalar() == 0:
        what, remedy = "another program keeps its schema locked", "wait until that is done, then repeat"
        raise StoreError(Problem(what, where=address.shown, remedy=remedy))
    try:
        connection.exec_driver_sql(_VERSION.format(**ways.types))
        version = connection.execute(statements().version).scalar_one_or_none()
        if version is None:
            connection.exec_driver_sql("INSERT INTO stackkit_store (id, version) VALUES (1, 0)")
        for number in range(_known(version or 0, address), len(UPGRADES)):
            for statement in UPGRADES[number]:
                _make(connection, statement.format(**ways.types), ways.made_already)
            connection.exec_driver_sql(f"UPDATE stackkit_store SET version = {number + 1} WHERE id = 1")  # noqa: S608 - a number of ours
            if ways.unlock:
                connection.commit()
        connection.commit()
    finally:
        if ways.unlock and not connection.invalidated:
            connection.exec_driver_sql(ways.unlock)
            connection.rollback()


def _make(connection: Connection, statement: str, made_already: frozenset[str]) -> None:
    from sqlalchemy.exc import DBAPIError

    try:
        connection.exec_driver_sql(statement)
    except DBAPIError as error:
        if code_of(error.orig) not in made_already:
            raise
