"""The MySQL metadata store keeps the contract of metadata stores, on Debian's MariaDB."""

from __future__ import annotations

from collections.abc import Generator

import attrs
import pytest
from tests.flavors.metadata_store.servers import empty, store_on
from tests.servers.server import Server
from typing_extensions import override

from stackkit.flavors.metadata_store.engines import disconnect
from stackkit.flavors.metadata_store.mysql import MysqlMetadataStore
from stackkit.testing.contracts.component import bring_up
from stackkit.testing.contracts.metadata_store import MetadataStoreContract


@pytest.fixture(scope="module")
def database(mariadb_server: Server) -> Generator[Server]:
    fresh = mariadb_server.fresh_database()
    bring_up(store_on(fresh, MysqlMetadataStore))
    yield fresh
    disconnect()


class TestMysqlMetadataStore(MetadataStoreContract[MysqlMetadataStore]):
    @pytest.fixture
    @override
    def component(self, database: Server) -> MysqlMetadataStore:
        empty(database)
        return store_on(database, MysqlMetadataStore)

    @pytest.fixture
    @override
    def failing(self, database: Server) -> MysqlMetadataStore:
        return store_on(attrs.evolve(database, database="no_such_database"), MysqlMetadataStore)
