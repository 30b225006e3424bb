"""Metadata stores on the servers that tests start."""

from __future__ import annotations

from typing import TypeVar

from tests.servers.server import Server

from stackkit import Secret
from stackkit.flavors.metadata_store.server import ServerMetadataStore

S = TypeVar("S", bound=ServerMetadataStore)

TABLES = ("consumption", "artifact", "step", "run", "deployment", "pipeline")


def store_on(server: Server, flavor: type[S]) -> S:
    """A store in a database of a server."""
    return flavor(
        name="records",
        host=server.host,
        port=server.port,
        database=server.database,
        username=server.user,
        password=Secret("database.password").resolved(server.password),
        reconnect_timeout=60,
    )


def empty(server: Server) -> None:
    """Take all records out of a database that has tables."""
    server.execute(*[f"DELETE FROM stackkit_{table}" for table in TABLES])  # noqa: S608 - made of constants
