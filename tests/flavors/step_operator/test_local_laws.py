"""The step operator of a machine keeps the contract of step operators."""

from __future__ import annotations

from pathlib import Path

import pytest
from typing_extensions import override

from stackkit.flavors.step_operator.local import LocalStepOperator
from stackkit.testing.contracts.step_operator import StepOperatorContract


class TestLocalStepOperator(StepOperatorContract[LocalStepOperator]):
    @pytest.fixture
    @override
    def component(self, offline: dict[str, str], environments: Path, monkeypatch: pytest.MonkeyPatch) -> LocalStepOperator:
        for name, value in offline.items():
            monkeypatch.setenv(name, value)
        return LocalStepOperator(name="local", folder=str(environments))

    @pytest.fixture
    @override
    def hurried(self, component: LocalStepOperator) -> LocalStepOperator:
        return component.replace(timeout=1.0)

    @pytest.fixture
    @override
    def narrow(self, component: LocalStepOperator) -> LocalStepOperator:
        return component.replace(memory=512 << 20)
