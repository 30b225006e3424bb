"""The servers that stores are tested on, and the URLs of fresh databases there."""

from __future__ import annotations

from typing import Final

import pytest
from tests.servers.server import Server

from .store_processes import StoreAddress

DRIVERS: Final = {"postgresql": "postgresql+psycopg", "mariadb": "mysql+pymysql"}


class Database:
    """A database of a server, which is new.

    Args:
        name: The server's name.
        server: The server.
    """

    def __init__(self, name: str, server: Server) -> None:
        self.name = name
        self.server = server.fresh_database()

    @property
    def url(self) -> str:
        """What a store is opened by, with the password."""
        return self.server.url(DRIVERS[self.name])

    @property
    def shown(self) -> str:
        """The URL as everybody may see it."""
        server = self.server
        return f"{DRIVERS[self.name]}://{server.user}@{server.host}:{server.port}/{server.database}"

    @property
    def address(self) -> StoreAddress:
        """What any process opens a store by."""
        return StoreAddress("stackkit.store.server", "ServerStore", self.url)

    def empty(self) -> None:
        """Make it as if it were new, which takes servers much longer."""
        self.server.execute("DROP TABLE IF EXISTS stackkit_document, stackkit_store")


def fresh(request: pytest.FixtureRequest, name: str) -> Database:
    """A fresh database of a server, which is started when it is first asked for."""
    server: object = request.getfixturevalue(f"{name}_server")
    assert isinstance(server, Server)
    return Database(name, server)
