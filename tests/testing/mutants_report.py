"""A pytest plugin for modules of mutants: of each mutant it runs the law that must catch it, and writes what came of it.

`tests/testing/test_mutants.py` loads it with `-p` in processes of their own. A mutant is a class of tests that tells the law in
`CAUGHT_BY`; of other classes, everything is run.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from pathlib import Path

import attrs
import msgspec
import pytest
from hypothesis import Phase, settings
from hypothesis.errors import Flaky, HypothesisException

# The first counter-example suffices, and a commit has one verdict.
settings.register_profile(
    "mutants",
    deadline=None,
    database=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    report_multiple_bugs=False,
)


@attrs.frozen
class Outcome:
    """What came of one phase of one test.

    Args:
        law: The test's function.
        test: The test's name, with its parameters.
        phase: `setup`, `call` or `teardown`.
        result: `passed`, `failed` or `skipped`.
        error: What went wrong, in a line; empty where nothing did.
        of_hypothesis: Whether Hypothesis refused to run the test as it is written: this catches nothing.
    """

    law: str
    test: str
    phase: str
    result: str
    error: str = ""
    of_hypothesis: bool = False


@attrs.frozen
class Suite:
    """A class of tests.

    Args:
        name: Its name.
        about: Its own docstring; empty where it has none.
        caught_by: Which law must fail; empty where all must pass.
        laws: Its tests' functions.
        outcomes: What came of those that were run.
    """

    name: str
    about: str
    caught_by: str
    laws: set[str] = attrs.field(factory=set[str])
    outcomes: list[Outcome] = attrs.field(factory=list[Outcome])


class Report:
    """Chooses what is run, and keeps what came of it.

    Args:
        path: Where it is written to.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._suites: dict[type, Suite] = {}

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Keep of each mutant the law that catches it. What is intact comes first: nothing that a mutant left disturbs it."""
        tests = [item for item in items if isinstance(item, pytest.Function) and item.cls is not None]
        for test in tests:
            self._suite(test).laws.add(test.originalname)
        kept = [test for test in tests if self._suite(test).caught_by in ("", test.originalname)]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        kept.sort(key=lambda test: self._suite(test).caught_by != "")
        items[:] = kept

    def _suite(self, test: pytest.Function) -> Suite:
        cls: object = test.cls
        assert isinstance(cls, type)
        own: Mapping[str, object] = vars(cls)
        suite = Suite(cls.__name__, str(own.get("__doc__") or ""), str(own.get("CAUGHT_BY", "")))
        return self._suites.setdefault(cls, suite)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Keep what came of a phase."""
        report = yield
        assert isinstance(item, pytest.Function)
        assert report.when is not None
        error = call.excinfo.value if call.excinfo else None
        refused = isinstance(error, HypothesisException) and not isinstance(error, Flaky)
        told = "" if error is None else f"{type(error).__name__}: {error}".partition("\n")[0]
        outcome = Outcome(item.originalname, item.name, report.when, report.outcome, told, refused)
        self._suite(item).outcomes.append(outcome)
        return report

    def pytest_sessionfinish(self) -> None:
        """Write all of it."""
        self._path.write_bytes(msgspec.json.encode(list(self._suites.values())))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Say where the report is written to."""
    parser.addoption("--mutants-report", type=Path, required=True)


def pytest_configure(config: pytest.Config) -> None:
    """Begin a report."""
    path: object = config.getoption("--mutants-report")
    assert isinstance(path, Path)
    config.pluginmanager.register(Report(path))
