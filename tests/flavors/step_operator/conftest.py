"""Environments that are made once for all tests of a process, without a network."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.flavors.step_operator.offline import packages_of_the_kit


@pytest.fixture(scope="session")
def offline(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The variables with which packages come from this machine."""
    return packages_of_the_kit(tmp_path_factory.mktemp("packages"))


@pytest.fixture(scope="session")
def environments(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where environments are kept."""
    return tmp_path_factory.mktemp("environments")
