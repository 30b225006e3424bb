"""The step operator of other machines keeps the contract of step operators, with OpenSSH's server on this one."""

from __future__ import annotations

import pytest
from typing_extensions import override

from stackkit.flavors.step_operator.ssh import SshStepOperator
from stackkit.testing.contracts.step_operator import StepOperatorContract


class TestSshStepOperator(StepOperatorContract[SshStepOperator]):
    @pytest.fixture
    @override
    def component(self, there: SshStepOperator) -> SshStepOperator:
        return there

    @pytest.fixture
    @override
    def hurried(self, there: SshStepOperator) -> SshStepOperator:
        return there.replace(timeout=1.0)

    @pytest.fixture
    @override
    def narrow(self, there: SshStepOperator) -> SshStepOperator:
        return there.replace(memory=512 << 20)
