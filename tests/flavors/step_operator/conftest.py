"""Environments that are made once for all tests of a process, without a network; and a server of SSH."""

from __future__ import annotations

import sys
from collections.abc import Generator
from pathlib import Path

import pytest
from tests.flavors.step_operator.offline import packages_of_the_kit
from tests.servers.sshd import SshServer, ssh_server

from stackkit.flavors.step_operator.local import LocalStepOperator
from stackkit.flavors.step_operator.ssh import SshStepOperator


@pytest.fixture(scope="session")
def offline(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The variables with which packages come from this machine."""
    return packages_of_the_kit(tmp_path_factory.mktemp("packages"))


@pytest.fixture(scope="session")
def environments(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where environments are kept."""
    return tmp_path_factory.mktemp("environments")


@pytest.fixture
def local(offline: dict[str, str], environments: Path, monkeypatch: pytest.MonkeyPatch) -> LocalStepOperator:
    for name, value in offline.items():
        monkeypatch.setenv(name, value)
    return LocalStepOperator(name="local", folder=str(environments))


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[SshServer]:
    with ssh_server(tmp_path_factory.mktemp("sshd")) as running:
        yield running


@pytest.fixture
def there(server: SshServer, offline: dict[str, str], environments: Path) -> SshStepOperator:
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
