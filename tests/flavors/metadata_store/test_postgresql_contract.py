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
    fresh = postgresql_server.fresh_database()
    bring_up(store_on(fresh, PostgresqlMetadataStore))
    yield fresh
    disconnect()


class TestPostgresqlMetadataStore(MetadataStoreContract[PostgresqlMetadataStore]):
    @pytest.fixture
    @override
    def component(self, database: Server) -> PostgresqlMetadataStore:
        empty(database)
        return store_on(database, PostgresqlMetadataStore)

    @pytest.fixture
    @override
    def failing(self, database: Server) -> PostgresqlMetadataStore:
        return store_on(attrs.evolve(database, database="no_such_database"), PostgresqlMetadataStore)
