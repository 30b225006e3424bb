"""The connections to database servers that this process has, and none that its parent had."""

from __future__ import annotations

import logging
import os
import ssl
import threading
from typing import TYPE_CHECKING, Final, TypeAlias

import attrs
from typing_extensions import override

from stackkit.core.extras import Extra
from stackkit.errors import Problem, StoreError

if TYPE_CHECKING:
    from sqlalchemy import Engine

_KEPT_OPEN: Final = 4  # idle connections to each server
_AT_ONCE: Final = 32
_CONNECTING: Final = 10  # seconds that the making of a connection may take


Options: TypeAlias = tuple[tuple[str, str | int | bool], ...]
"""What the library that speaks to a server is given for each connection."""


@attrs.frozen(kw_only=True)
class Address:
    """Where a database is, and who asks; as a text without the password.

    Args:
        driver: What SQLAlchemy calls the kind of server and the library that speaks to it.
        extra: The extra of stackkit that installs these.
        host: The server.
        port: Where it listens.
        database: Which of its databases.
        username: Who asks.
        password: The password.
        ca_file: The certificates that vouch for the server, which the options name too; None where nobody has to.
        options: What the library is given for each connection.

    >>> Address(driver="mysql+pymysql", extra="mysql", host="db", port=3306, database="ml", username="ada", password="x").driver
    'mysql+pymysql'
    """

    driver: str
    extra: str
    host: str
    port: int
    database: str
    username: str
    password: str | None = attrs.field(repr=False)
    ca_file: str | None = None
    options: Options = ()

    @override
    def __str__(self) -> str:
        return f"{self.driver.partition('+')[0]} at {self.username}@{self.host}:{self.port}/{self.database}"


class _Engines:
    """The engines of this process."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.by_address: dict[Address, Engine] = {}
        self.ready: set[Address] = set()


_engines = _Engines()
_inherited: list[_Engines] = []  # never freed: that would end the connections of the parent


def engine_for(address: Address) -> Engine:
    """The engine for an address, the same one for all of this process.

    Raises:
        MissingExtraError: What is needed for it is not installed.
        StoreError: There is no certificate in the file that should have some.
    """
    engines = _engines
    with engines.lock:
        if address not in engines.by_address:
            engines.by_address[address] = _new(address)
        return engines.by_address[address]


def _new(address: Address) -> Engine:
    if address.ca_file is not None:
        _check_certificates(address.ca_file)
    with Extra(address.extra):
        from sqlalchemy import URL, create_engine

        for library in ("sqlalchemy.pool", "psycopg"):  # they log each connection that was lost: for who keeps logs only
            logging.getLogger(library).addHandler(logging.NullHandler())
        return create_engine(
            URL.create(address.driver, address.username, address.password, address.host, address.port, address.database),
            connect_args={"connect_timeout": _CONNECTING, **dict(address.options)},
            isolation_level="READ COMMITTED",  # MySQL's own would not see what others commit meanwhile
            pool_size=_KEPT_OPEN,
            max_overflow=_AT_ONCE - _KEPT_OPEN,
            hide_parameters=True,
        )


def _check_certificates(path: str) -> None:
    """Refuse what is no file of certificates, of which each library would say something else."""
    try:
        ssl.create_default_context(cafile=path)
    except OSError as error:
        reason = "it has no certificates" if isinstance(error, ssl.SSLError) else error.strerror
        raise StoreError(Problem(f"cannot be used: {reason}", where=path, remedy="name a file of PEM certificates")) from error


def making_tables() -> threading.RLock:
    """A lock for the making of tables: Alembic does one thing at a time in a process."""
    return _engines.lock


def is_ready(address: Address) -> bool:
    """Whether this process has seen all tables at an address."""
    return address in _engines.ready


def set_ready(address: Address) -> None:
    """Keep in mind that all tables are there."""
    _engines.ready.add(address)


def set_not_ready(address: Address) -> None:
    """Forget that tables were there."""
    _engines.ready.discard(address)


def disconnect() -> None:
    """Close the connections that nobody uses now, and forget which servers were ever there."""
    engines = _engines
    with engines.lock:
        known = [*engines.by_address.values()]
        engines.by_address.clear()
        engines.ready.clear()
    for engine in known:
        engine.dispose()


def _after_fork_in_child() -> None:
    global _engines  # noqa: PLW0603 - the old ones' connections are the parent's, and their locks may be held for good
    _inherited.append(_engines)
    _engines = _Engines()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
