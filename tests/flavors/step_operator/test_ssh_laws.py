"""The step operator of other machines keeps the contract of step operators, with OpenSSH's server on this one."""

from __future__ import annotations

import sys
from collections.abc import Generator
from pathlib import Path

import pytest
from tests.servers.sshd import SshServer, ssh_server
from typing_extensions import override

from stackkit.flavors.step_operator.ssh import SshStepOperator
from stackkit.testing.contracts.step_operator import StepOperatorContract


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[SshServer]:
    with ssh_server(tmp_path_factory.mktemp("sshd")) as running:
        yield running


class TestSshStepOperator(StepOperatorContract[SshStepOperator]):
    @pytest.fixture
    @override
    def component(self, server: SshServer, offline: dict[str, str], environments: Path) -> SshStepOperator:
        return SshStepOperator(
            name="there",
            host="127.0.0.1",
            port=server.port,
            user=server.user,
            key_file=str(server.key_file),
            known_hosts=str(server.known_hosts),
            python=sys.executable,
            folder=str(environments),
            variables=offline,
        )

    @pytest.fixture
    @override
    def hurried(self, component: SshStepOperator) -> SshStepOperator:
        return component.replace(timeout=1.0)

    @pytest.fixture
    @override
    def narrow(self, component: SshStepOperator) -> SshStepOperator:
        return component.replace(memory=512 << 20)
