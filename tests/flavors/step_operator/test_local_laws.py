"""The step operator of a machine keeps the contract of step operators."""

from __future__ import annotations

import pytest
from typing_extensions import override

from stackkit.flavors.step_operator.local import LocalStepOperator
from stackkit.testing.contracts.step_operator import StepOperatorContract


class TestLocalStepOperator(StepOperatorContract[LocalStepOperator]):
    @pytest.fixture
    @override
    def component(self, local: LocalStepOperator) -> LocalStepOperator:
        return local

    @pytest.fixture
    @override
    def hurried(self, local: LocalStepOperator) -> LocalStepOperator:
        return local.replace(timeout=1.0)

    @pytest.fixture
    @override
    def narrow(self, local: LocalStepOperator) -> LocalStepOperator:
        return local.replace(memory=512 << 20)
