"""Contract suites find bugs: each mutant, a flavor with one of them, is caught by the law that is about it.

The mutants of a component type are in `mutants/<type>.py`. One is a subclass of the contract, called `Mutant...`: its docstring
names the bug, and its `CAUGHT_BY` the law that must fail. `Intact...` is a flavor without bugs, which must pass.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import pytest
from tests.flavors.container_registry.docker_registry import program
from tests.testing.mutants_report import Outcome, Suite

from stackkit.components.catalog import COMPONENT_TYPES

pytestmark = pytest.mark.once

ROOT = Path(__file__).parents[2]
MUTANTS = Path(__file__).parent / "mutants"
MODULES = sorted(path for path in MUTANTS.glob("*.py") if not path.name.startswith("_"))
CONTRACTS = ROOT / "src/stackkit/testing/contracts"

LEAST_MUTANTS = 5  # in a module
LEAST_TESTS = 10  # of a flavor that is intact
PROGRAMS = {"container_registry": "docker-registry"}  # that modules need; without it, they are skipped where they may be
HANGS = 300.0  # seconds, which no module needs
SHOWN = 2_000  # characters at the end of a log


def run(module: Path, folder: Path) -> list[Suite]:
    """What came of a module's suites, run in a process of their own.

    Args:
        module: The module.
        folder: An empty folder.
    """
    report = folder / "report.json"
    options = ("-v", "-n0", "--tb=short", "--no-header", "--hypothesis-profile=mutants", "-pno:cacheprovider")
    collected = ("-oaddopts=--strict-markers --import-mode=importlib", "-opython_classes=Mutant* Intact*")
    command = (sys.executable, "-m", "pytest", f"-c{ROOT / 'pyproject.toml'}", f"--rootdir={ROOT}", *options, *collected)
    own = (f"--basetemp={folder / 'tests'}", "-ptests.testing.mutants_report", f"--mutants-report={report}")
    # As where authors' suites run unattended: pytest shows differences in full there, however long it takes to find them.
    variables = {"HYPOTHESIS_STORAGE_DIRECTORY": str(folder / "hypothesis"), "PYTEST_ADDOPTS": "", "CI": "true"}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "STACKKIT"))}
    log = folder / "log"
    with log.open("wb") as output:
        try:
            done = subprocess.run(
                (*command, *own, module),
                cwd=ROOT,
                env=kept | variables,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=HANGS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            pytest.fail(f"the last of these tests hangs\n{log.read_text('utf-8')[-SHOWN:]}")
    assert done.returncode in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED), log.read_text("utf-8")
    return msgspec.json.decode(report.read_bytes(), type=list[Suite])


def problems(suites: Sequence[Suite]) -> Iterator[str]:
    """What speaks against a module's suites, one line each."""
    mutants = [suite for suite in suites if suite.name.startswith("Mutant")]
    intact = [suite for suite in suites if not suite.name.startswith("Mutant")]
    if len(mutants) < LEAST_MUTANTS:
        yield f"there are {len(mutants)} mutants, and not {LEAST_MUTANTS}"
    if not intact:
        yield "no flavor is intact"
    passed = {outcome.law for suite in intact for outcome in suite.outcomes if is_passed(outcome)}
    for suite in mutants:
        yield from (f"{suite.name}: {problem}" for problem in mutant_problems(suite))
        if suite.caught_by not in passed:
            yield f"{suite.name}: {suite.caught_by} passed with nothing that is intact"
    for suite in intact:
        yield from (f"{suite.name}: {problem}" for problem in intact_problems(suite))


def mutant_problems(mutant: Suite) -> Iterator[str]:
    """Why a mutant does not count as caught."""
    if not mutant.about:
        yield "no docstring names its bug"
    if mutant.caught_by not in mutant.laws:
        yield f'CAUGHT_BY names no law: "{mutant.caught_by}"'
        return
    disturbed = [outcome for outcome in mutant.outcomes if outcome.phase != "call" and outcome.result == "failed"]
    refused = [outcome for outcome in mutant.outcomes if outcome.of_hypothesis]
    yield from (f"{shown(outcome)}, which catches nothing" for outcome in (*disturbed, *refused))
    called = [outcome for outcome in mutant.outcomes if outcome.phase == "call"]
    if not any(outcome.result == "failed" and not outcome.of_hypothesis for outcome in called):
        results = ", ".join(sorted({outcome.result for outcome in called})) or "not run"
        yield f"SURVIVED {mutant.caught_by} ({results}). Its bug: {' '.join(mutant.about.split())}"


def intact_problems(suite: Suite) -> Iterator[str]:
    """Why a flavor does not count as intact."""
    yield from (shown(outcome) for outcome in suite.outcomes if outcome.result == "failed")
    passed = sum(map(is_passed, suite.outcomes))
    if passed < LEAST_TESTS:
        yield f"{passed} tests passed, and not {LEAST_TESTS}"


def is_passed(outcome: Outcome) -> bool:
    """Whether a test was run to its end, and found nothing wrong."""
    return outcome.phase == "call" and outcome.result == "passed"


def shown(outcome: Outcome) -> str:
    """An outcome in a line."""
    return f"{outcome.phase} of {outcome.test} {outcome.result}: {outcome.error}"


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_every_mutant_is_caught_and_what_is_intact_passes(module: Path, tmp_path: Path) -> None:
    if module.stem in PROGRAMS:
        program(PROGRAMS[module.stem])
    found = list(problems(run(module, tmp_path)))
    assert not found, f"{module.name}\n" + "\n".join(found)


@pytest.mark.parametrize("slug", [entry.slug for entry in COMPONENT_TYPES])
def test_a_component_type_with_a_contract_has_mutants(slug: str) -> None:
    has_contract = (CONTRACTS / f"{slug}.py").exists() or (CONTRACTS / slug).is_dir()
    assert has_contract == ((MUTANTS / f"{slug}.py") in MODULES)


def test_no_mutant_is_among_the_tests() -> None:
    """They fail, and they have to."""
    command = (sys.executable, "-m", "pytest", "-n0", "-q", "--collect-only", "-pno:cacheprovider", "tests/testing")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "tests/testing/test_mutants.py" in done.stdout
    assert "mutants/" not in done.stdout


# The harness itself

SUITES = '''
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, assume, given, settings, strategies as st


class Contract:
    @pytest.fixture
    def number(self) -> int:
        return 1

    def test_it_is_odd(self, number: int) -> None:
        assert number % 2

    @pytest.mark.parametrize("least", [0, 5])
    def test_it_is_large(self, number: int, least: int) -> None:
        assert number > least - 5

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors])
    @given(value=st.integers())
    def test_it_is_tried(self, number: int, value: int) -> None:
        assume(number)


class Intact(Contract):
    @pytest.mark.parametrize("time", range(7))
    def test_it_is_one(self, time: int, number: int) -> None:
        assert number == 1


class IntactButNot(Contract):
    @pytest.fixture
    def number(self) -> int:
        return 2

    def test_it_is_skipped(self) -> None:
        pytest.skip("for a reason")


class MutantEven(Contract):
    """It is even."""

    CAUGHT_BY: ClassVar[str] = "test_it_is_odd"

    @pytest.fixture
    def number(self) -> int:
        return 2


class MutantSmall(Contract):
    """It is below zero, so that one of its parameters catches it."""

    CAUGHT_BY: ClassVar[str] = "test_it_is_large"

    @pytest.fixture
    def number(self) -> int:
        return -3


class MutantUnnoticed(Contract):
    """It is three,
    which is odd too."""

    CAUGHT_BY: ClassVar[str] = "test_it_is_odd"

    @pytest.fixture
    def number(self) -> int:
        return 3


class MutantWithoutFixture(Contract):
    """It cannot be made."""

    CAUGHT_BY: ClassVar[str] = "test_it_is_odd"

    @pytest.fixture
    def number(self) -> int:
        raise ValueError("no number")


class MutantWithoutLaw(Contract):
    CAUGHT_BY: ClassVar[str] = "test_it_is_even"


class MutantNeverTried(Contract):
    """Hypothesis finds no example, which is no bug of the flavor."""

    CAUGHT_BY: ClassVar[str] = "test_it_is_tried"

    @pytest.fixture
    def number(self) -> int:
        return 0
'''


@pytest.fixture(scope="module")
def suites(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Suite]:
    folder = tmp_path_factory.mktemp("mutants")
    module = folder / "sample_of_mutants.py"
    module.write_text(SUITES, encoding="utf-8")
    return {suite.name: suite for suite in run(module, folder)}


def test_what_is_caught_or_intact_has_no_problems(suites: dict[str, Suite]) -> None:
    for name in ("MutantEven", "MutantSmall"):
        assert list(mutant_problems(suites[name])) == []
    assert list(intact_problems(suites["Intact"])) == []


def test_of_a_mutant_its_law_alone_is_run(suites: dict[str, Suite]) -> None:
    assert {outcome.law for outcome in suites["MutantSmall"].outcomes} == {"test_it_is_large"}
    assert {outcome.law for outcome in suites["Intact"].outcomes} == suites["Intact"].laws


def test_a_mutant_that_survives_is_named_with_its_bug(suites: dict[str, Suite]) -> None:
    found = "MutantUnnoticed: SURVIVED test_it_is_odd (passed). Its bug: It is three, which is odd too."
    assert found in problems(list(suites.values()))


def test_an_error_of_a_fixture_catches_nothing(suites: dict[str, Suite]) -> None:
    assert list(mutant_problems(suites["MutantWithoutFixture"])) == [
        "setup of test_it_is_odd failed: ValueError: no number, which catches nothing",
        "SURVIVED test_it_is_odd (not run). Its bug: It cannot be made.",
    ]


def test_a_law_that_there_is_not_and_a_bug_without_a_name_are_told(suites: dict[str, Suite]) -> None:
    assert list(mutant_problems(suites["MutantWithoutLaw"])) == [
        "no docstring names its bug",
        'CAUGHT_BY names no law: "test_it_is_even"',
    ]


def test_a_law_that_hypothesis_refuses_catches_nothing(suites: dict[str, Suite]) -> None:
    refused, survived = mutant_problems(suites["MutantNeverTried"])
    assert refused.startswith("call of test_it_is_tried failed: ")
    assert refused.endswith(", which catches nothing")
    assert survived.startswith("SURVIVED test_it_is_tried (failed)")


def test_what_fails_or_is_hardly_tested_is_not_intact(suites: dict[str, Suite]) -> None:
    failed, few = intact_problems(suites["IntactButNot"])
    assert failed.startswith("call of test_it_is_odd failed: AssertionError")
    assert few == f"3 tests passed, and not {LEAST_TESTS}"


def test_a_law_that_passes_with_nothing_that_is_intact_is_told(suites: dict[str, Suite]) -> None:
    assert "MutantWithoutLaw: test_it_is_even passed with nothing that is intact" in problems(list(suites.values()))
    assert [*problems([suites["Intact"], *[suites["MutantEven"]] * LEAST_MUTANTS])] == []
    of_no_intact = [*problems([suites["MutantEven"]] * LEAST_MUTANTS)]
    assert of_no_intact[1:] == ["MutantEven: test_it_is_odd passed with nothing that is intact"] * LEAST_MUTANTS


def test_a_module_needs_some_mutants_and_something_intact() -> None:
    assert list(problems([])) == [f"there are 0 mutants, and not {LEAST_MUTANTS}", "no flavor is intact"]


def test_a_module_that_cannot_be_imported_is_told(tmp_path: Path) -> None:
    module = tmp_path / "broken_mutants.py"
    module.write_text("import no_such_module\n", encoding="utf-8")
    with pytest.raises(AssertionError, match="no_such_module"):
        run(module, tmp_path)
