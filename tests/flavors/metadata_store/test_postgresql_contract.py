"""The PostgreSQL metadata store keeps the contract of metadata stores, on Debian's PostgreSQL."""

from __future__ import annotations

from collections.abc import Generator

import attrs
import pytest
from tests.flavors.metadata_store.servers import empty, store_on
from tests.servers.server import Server
from typing_extensions import override

from stackkit.flavors.metadata_store.engines import disconnect
from stackkit.flavors.metadata_store.postgresql import PostgresqlMetadataStore
from stackkit.testing.contracts.component import bring_up
from stackkit.testing.contracts.metadata_store import MetadataStoreContract


@pytest.fixture(scope="module")
def database(postgresql_server: Server) -> Generator[Server]:
    yield postgresql_server.fresh_database()
    disconnect()


class TestPostgresqlMetadataStore(MetadataStoreContract[PostgresqlMetadataStore]):
    @pytest.fixture
    @override
    def component(self, database: Server) -> PostgresqlMetadataStore:
        store = store_on(database, PostgresqlMetadataStore)
        bring_up(store)
        empty(database)
        return store

    @pytest.fixture
    @override
    def failing(self, database: Server) -> PostgresqlMetadataStore:
        return store_on(attrs.evolve(database, database="no_such_database"), PostgresqlMetadataStore)
