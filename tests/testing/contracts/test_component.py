"""The laws of every component, kept by the flavors of the kit and by one with all kinds of fields, states and secrets."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from hypothesis import Phase, find, settings
from tests.testing.served import Served
from tests.testing.strategies.sample import EVERY_CHECK, Addressed, Everything
from typing_extensions import override

from stackkit import Secret
from stackkit.testing.contracts.component import ComponentContract
from stackkit.testing.strategies import components

pytest_plugins = ["pytester"]


class TestServed(ComponentContract[Served]):
    @pytest.fixture
    @override
    def component(self, tmp_path: Path) -> Served:
        secret = Secret("server.password").resolved("hunter2")
        return Served(name="served", folder=str(tmp_path / "served"), password=secret)

    @pytest.fixture
    @override
    def failing(self, tmp_path: Path, component: Served) -> Served:
        (tmp_path / "file").touch()
        return component.replace(folder=str(tmp_path / "file/below"))


class TestEverything(ComponentContract[Everything]):
    @pytest.fixture
    @override
    def component(self) -> Everything:
        return _any()


@cache
def _any() -> Everything:
    only = settings(phases=[Phase.generate], derandomize=True, database=None, suppress_health_check=EVERY_CHECK)
    return find(components(Everything), lambda _: True, settings=only)


class TestAddressed(ComponentContract[Addressed]):
    @pytest.fixture
    @override
    def component(self) -> Addressed:
        return Addressed(name="store", path="s3://bucket")


# What authors see

NO_COMPONENT = """
from stackkit.testing.contracts.alerter import AlerterContract

class TestMine(AlerterContract):
    pass
"""

ONE_FIXTURE = """
import pytest
from stackkit.flavors.artifact_store.local import LocalArtifactStore
from stackkit.testing.contracts.artifact_store import ArtifactStoreContract

class TestMine(ArtifactStoreContract[LocalArtifactStore]):
    @pytest.fixture
    def component(self, tmp_path):
        return LocalArtifactStore(name="mine", path=str(tmp_path / "root"))
"""

CHANGED = """
import pytest
from stackkit.flavors.alerter.console import ConsoleAlerter
from stackkit.testing.contracts.alerter import AlerterContract

class TestMine(AlerterContract[ConsoleAlerter]):
    @pytest.fixture
    def component(self):
        return ConsoleAlerter(name="mine")

    def test_of_my_own(self, component):
        vars(component)["name"] = "changed"
"""


def run(pytester: pytest.Pytester, text: str, *options: str) -> pytest.RunResult:
    """Run somebody else's tests, in a process of its own."""
    pytester.makepyfile(text)
    return pytester.runpytest_subprocess("-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-W", "error", *options)


def test_an_author_who_gives_no_component_is_told_what_to_give(pytester: pytest.Pytester) -> None:
    result = run(pytester, NO_COMPONENT)
    assert result.parseoutcomes().keys() == {"errors"}
    result.stdout.fnmatch_lines(["*NotImplementedError: TestMine needs a fixture `component` that returns a component of *"])


def test_one_fixture_is_enough_and_what_more_can_be_given_is_told(pytester: pytest.Pytester) -> None:
    result = run(pytester, ONE_FIXTURE, "-rs", "-k", "come_up or link or open or equal")
    assert result.parseoutcomes().keys() == {"passed", "skipped", "deselected"}
    result.stdout.fnmatch_lines(["SKIPPED * give the fixture `failing`, *", "SKIPPED * give the fixture `link_out`, *"])


def test_a_test_that_changes_the_configuration_is_named(pytester: pytest.Pytester) -> None:
    result = run(pytester, CHANGED, "-k", "test_of_my_own")
    assert result.parseoutcomes() == {"passed": 1, "errors": 1, "deselected": result.parseoutcomes()["deselected"]}
    result.stdout.fnmatch_lines(["*use has changed the component's configuration*"])
