"""The URL of a store on a database server: which drivers there are, what it must say, and how it is shown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, final

from typing_extensions import override

from stackkit.core.extras import Extra
from stackkit.errors import Problem, StoreError

if TYPE_CHECKING:
    from sqlalchemy import URL

Dialect: TypeAlias = Literal["postgresql", "mysql"]
"""What a server speaks, as SQLAlchemy calls it; the extra of stackkit for it is called the same."""

_DRIVERS: Final[dict[Dialect, str]] = {"postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql"}
_SCHEMES: Final[dict[str, Dialect]] = {
    "postgresql": "postgresql",
    "postgresql+psycopg": "postgresql",
    "mysql": "mysql",
    "mysql+pymysql": "mysql",
    "mariadb": "mysql",
    "mariadb+pymysql": "mysql",
}
_FORMS: Final = " or ".join(f"{driver}://USER:PASSWORD@HOST/DATABASE" for driver in _DRIVERS.values())


@final
class ServerUrl:
    """Where a server and its database are.

    Args:
        dialect: What the server speaks.
        url: What is connected to, with the password.
        shown: The same for everybody's eyes: without the password and the options, which may hold another.
    """

    def __init__(self, dialect: Dialect, url: URL, shown: str) -> None:
        self.dialect: Dialect = dialect
        self.url: URL = url
        self.shown: str = shown

    @override
    def __repr__(self) -> str:
        return f"ServerUrl({self.shown!r})"

    def without_password(self, text: str) -> str:
        """A text in which the password, should it be there, is not any more."""
        return text.replace(str(self.url.password), "***") if self.url.password else text


def parse_url(text: str, *, where: str) -> ServerUrl:
    """Read a URL; no message about it shows more than its scheme, as any other part may be of the password.

    Args:
        text: The URL.
        where: What it was given by, for messages.

    Returns:
        The URL, with the driver that stackkit has for it.

    Raises:
        StoreError: It is none, or of a server that no store can be on.
        MissingExtraError: SQLAlchemy or the driver is not installed.
    """
    dialect = _dialect(text, where)
    with Extra(dialect):
        from sqlalchemy import URL, make_url
        from sqlalchemy.exc import ArgumentError

        URL.create(_DRIVERS[dialect]).get_dialect().import_dbapi()  # now, and not at the first use
    try:
        given = make_url(text) if text.count("@") <= 1 else None  # a second one is the password's, and would go to the host
    except (ArgumentError, ValueError):  # their texts may tell a part of the password
        given = None
    if given is None:
        remedy = "write :/@%?# in a name or password as %3A %2F %40 %25 %3F %23"
        raise StoreError(_problem("it cannot be read", where, remedy))
    if not given.database:
        raise StoreError(_problem("it names no database", where, f"write {_DRIVERS[dialect]}://USER:PASSWORD@HOST/DATABASE"))
    # URL.set would keep what it is told is None
    shown = URL.create(_DRIVERS[dialect], given.username, None, given.host, given.port, given.database)
    return ServerUrl(dialect, given.set(drivername=_DRIVERS[dialect]), shown.render_as_string())


def _dialect(text: str, where: str) -> Dialect:
    scheme, separator, _ = text.partition("://")
    if not separator or not re.fullmatch(r"[A-Za-z0-9_+.-]+", scheme):
        raise StoreError(_problem("it is no URL", where, f"write {_FORMS}"))
    name = scheme.lower()
    if name.partition("+")[0] == "sqlite":
        what = "a store in a file cannot be shared over the network"
        raise StoreError(_problem(what, where, "unset it: without it, the documents are in an SQLite file of the workspace"))
    if name not in _SCHEMES:
        raise StoreError(_problem(f"no store can be on {scheme}", where, f"write {_FORMS}"))
    return _SCHEMES[name]


def _problem(what: str, where: str, remedy: str) -> Problem:
    return Problem(what, where=where, remedy=remedy)
