"""`ServerStore`: the laws of stores, on every server, and what is particular to servers."""

from __future__ import annotations

from typing import ClassVar

import pytest
from hypothesis import strategies as st
from tests.servers.server import Server
from typing_extensions import override

from stackkit.store.base import Store
from stackkit.store.server import ServerStore

from .store_laws import AWKWARD, StoreLaws
from .store_processes import StoreAddress


def as_store(store: ServerStore) -> Store:
    """A checker reports here when the class and the Protocol drift apart."""
    return store


def address_on(server: Server, driver: str) -> StoreAddress:
    return StoreAddress("stackkit.store.server", "ServerStore", server.fresh_database().url(driver))


class ServerLaws(StoreLaws):
    text: ClassVar[st.SearchStrategy[str]] = AWKWARD | st.text(max_size=200)


class TestPostgresqlLaws(ServerLaws):
    @override
    @pytest.fixture
    def address(self, postgresql_server: Server) -> StoreAddress:
        return address_on(postgresql_server, "postgresql+psycopg")


class TestMysqlLaws(ServerLaws):
    @override
    @pytest.fixture
    def address(self, mariadb_server: Server) -> StoreAddress:
        return address_on(mariadb_server, "mysql+pymysql")
