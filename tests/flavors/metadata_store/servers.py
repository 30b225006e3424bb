"""Metadata stores on the servers that tests start."""

from __future__ import annotations

from typing import TypeVar

from tests.servers.server import Server

from stackkit import Secret
from stackkit.flavors.metadata_store.mysql import MysqlMetadataStore
from stackkit.flavors.metadata_store.postgresql import PostgresqlMetadataStore

S = TypeVar("S", PostgresqlMetadataStore, MysqlMetadataStore)

TABLES = ("consumption", "artifact", "step", "run", "deployment", "pipeline")


def store_on(server: Server, flavor: type[S], *, database: str = "", port: int = 0, ca_file: str | None = None) -> S:
    """A store in a database of a server."""
    return flavor(
        name="records",
        host=server.host,
        port=port or server.port,
        database=database or server.database,
        username=server.user,
        password=Secret("database.password").resolved(server.password),
        ca_file=ca_file,
    )


def empty(server: Server) -> None:
    """Take all records out of a database that has tables."""
    server.execute(*[f"DELETE FROM stackkit_{table}" for table in TABLES])  # noqa: S608 - made of constants
