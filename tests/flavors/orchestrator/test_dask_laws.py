"""The orchestrator of a Dask cluster keeps the contract of orchestrators, on a scheduler with two workers."""

from __future__ import annotations

from collections.abc import Generator

import pytest
from tests.flavors.orchestrator.dask_cluster import Cluster, cluster
from typing_extensions import override

from stackkit.flavors.orchestrator.dask import DaskOrchestrator
from stackkit.testing.contracts.orchestrator import OrchestratorContract


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Generator[Cluster]:
    with cluster(tmp_path_factory.mktemp("dask")) as found:
        yield found


class TestDaskOrchestrator(OrchestratorContract[DaskOrchestrator]):
    @pytest.fixture
    @override
    def component(self, running: Cluster) -> DaskOrchestrator:
        return DaskOrchestrator(name="cluster", address=running.address)

    @pytest.fixture
    @override
    def side_by_side(self) -> int:
        return 2
