"""The orchestrator of a machine keeps the contract of orchestrators, with processes and without."""

from __future__ import annotations

import pytest
from typing_extensions import override

from stackkit.flavors.orchestrator.local import LocalOrchestrator
from stackkit.testing.contracts.orchestrator import OrchestratorContract


class TestLocalOrchestrator(OrchestratorContract[LocalOrchestrator]):
    @pytest.fixture
    @override
    def component(self) -> LocalOrchestrator:
        return LocalOrchestrator(name="local", workers=3)

    @pytest.fixture
    @override
    def side_by_side(self) -> int:
        return 3


class TestLocalOrchestratorInThisProcess(OrchestratorContract[LocalOrchestrator]):
    @pytest.fixture
    @override
    def component(self) -> LocalOrchestrator:
        return LocalOrchestrator(name="local", workers=1)
