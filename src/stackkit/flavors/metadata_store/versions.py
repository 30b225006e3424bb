"""Which version the tables of a server have, and the way to the newest, which Alembic goes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from stackkit.core.extras import Extra
from stackkit.errors import NewerStoreError, Problem
from stackkit.flavors.metadata_store.dialects import Dialect
from stackkit.flavors.metadata_store.schema import UPGRADES

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from sqlalchemy import Connection

VERSION_TABLE: Final = "stackkit_metadata_version"
_MIGRATIONS: Final = Path(__file__).parent / "migrations"
_NEWER: Final = len(UPGRADES) + 1


def version_of(connection: Connection) -> int:
    """The version of the tables, 0 if there are none."""
    from sqlalchemy import inspect, text

    if not inspect(connection).has_table(VERSION_TABLE):
        return 0
    found: list[str] = [row[0] for row in connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}"))]  # noqa: S608
    return max((int(version) if version.isdecimal() else _NEWER for version in found), default=0)


def check_known(version: int, where: str) -> None:
    """Refuse tables that this stackkit does not know.

    Raises:
        NewerStoreError: They are those of a newer one.
    """
    if version > len(UPGRADES):
        what = f"its tables have a newer version than {len(UPGRADES)}, which is the newest that this stackkit knows"
        raise NewerStoreError(Problem(what, where=where, remedy="upgrade stackkit"))


def upgrade(connection: Connection, dialect: Dialect) -> None:
    """Bring the tables to the newest version; others who do so wait, and find nothing left to do.

    Args:
        connection: One with a transaction, which is committed later.
        dialect: How its server is spoken to.

    Raises:
        MissingExtraError: Alembic is not installed.
    """
    from sqlalchemy import text

    with Extra("sql"):
        from alembic import command

    connection.execute(text(dialect.lock))
    try:
        command.upgrade(_config(connection=connection, dialect=dialect), "head")
    finally:
        if dialect.unlock and not connection.invalidated:
            connection.execute(text(dialect.unlock))


def migrations() -> ScriptDirectory:
    """The steps that Alembic knows."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(_config())


def _config(**attributes: object) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes.update(attributes)
    return config


def apply(connection: Connection, dialect: Dialect, version: int) -> None:
    """Go one step: what leads to a version from the one before.

    Args:
        connection: Where to.
        dialect: How its server is spoken to.
        version: The version after the step.
    """
    from sqlalchemy.exc import DBAPIError

    for statement in UPGRADES[version - 1]:
        try:
            connection.exec_driver_sql(statement.format(**dialect.types))
        except DBAPIError as error:
            if code_of(error) not in dialect.there_already:
                raise


def code_of(error: BaseException) -> str:
    """The server's code of an error: the SQLSTATE of PostgreSQL, the number of MySQL; empty where it has none."""
    original: object = getattr(error, "orig", None)
    args: tuple[object, ...] = getattr(original, "args", ())
    if args and isinstance(args[0], int):
        return str(args[0])
    state: object = getattr(original, "sqlstate", None)
    return state if isinstance(state, str) else ""
