"""Step operators with a bug each, and two without."""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import ClassVar, final

import attrs
import pytest
from tests.flavors.step_operator.offline import packages_of_the_kit
from typing_extensions import override

from stackkit import BaseStepOperator
from stackkit.errors import StepError
from stackkit.flavors.step_operator.local import LocalStepOperator
from stackkit.testing.contracts.step_operator import StepOperatorContract

IMPATIENT = 4.0  # seconds: mutants wait in vain


class Wrapped(BaseStepOperator):
    """Does what the local one does; a mutant does one thing otherwise."""

    FLAVOR: ClassVar[str] = "wrapped"

    folder: str
    timeout: float | None = None
    memory: int | None = None

    @cached_property
    def inner(self) -> LocalStepOperator:
        """The operator that is wrapped."""
        return LocalStepOperator(name=self.name, folder=self.folder, timeout=self.timeout, memory=self.memory)

    @override
    def launch(self, pipeline_name: str, run_name: str, requirements: Sequence[str], entrypoint_command: Sequence[str]) -> None:
        self.inner.launch(pipeline_name, run_name, self.requirements(requirements), self.command(entrypoint_command))

    def requirements(self, given: Sequence[str]) -> Sequence[str]:
        """What is installed."""
        return given

    def command(self, given: Sequence[str]) -> Sequence[str]:
        """What is run."""
        return given


@pytest.fixture(scope="session")
def offline(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The variables with which packages come from this machine."""
    return packages_of_the_kit(tmp_path_factory.mktemp("packages"))


@pytest.fixture(scope="session")
def environments(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where environments are kept."""
    return tmp_path_factory.mktemp("environments")


class Suite(StepOperatorContract[Wrapped]):
    """The contract, kept or broken by an operator that wraps the local one."""

    OPERATOR: ClassVar[type[Wrapped]] = Wrapped

    @pytest.fixture
    @override
    def component(self, offline: dict[str, str], environments: Path, monkeypatch: pytest.MonkeyPatch) -> Wrapped:
        for name, value in offline.items():
            monkeypatch.setenv(name, value)
        return self.OPERATOR(name="operator", folder=str(environments))

    @pytest.fixture
    @override
    def hurried(self, component: Wrapped) -> Wrapped:
        return component.replace(timeout=1.0)

    @pytest.fixture
    @override
    def narrow(self, component: Wrapped) -> Wrapped:
        return component.replace(memory=512 << 20)


class IntactWrapped(Suite):
    """What is around the mutants' bugs is no bug."""


@final
class Lenient(Wrapped):
    FLAVOR: ClassVar[str] = "lenient"

    @override
    def launch(self, pipeline_name: str, run_name: str, requirements: Sequence[str], entrypoint_command: Sequence[str]) -> None:
        with contextlib.suppress(StepError):
            super().launch(pipeline_name, run_name, requirements, entrypoint_command)


class MutantStatusIsIgnored(Suite):
    """A command that failed is taken for done."""

    OPERATOR: ClassVar[type[Wrapped]] = Lenient
    CAUGHT_BY: ClassVar[str] = "test_another_status_than_0_is_told_with_what_was_printed_last"


@final
class Terse(Wrapped):
    FLAVOR: ClassVar[str] = "terse"

    @override
    def launch(self, pipeline_name: str, run_name: str, requirements: Sequence[str], entrypoint_command: Sequence[str]) -> None:
        try:
            super().launch(pipeline_name, run_name, requirements, entrypoint_command)
        except StepError as error:
            raise StepError(error.problems[0].what.partition(":")[0]) from error


class MutantNothingOfWhatWasPrintedIsTold(Suite):
    """A failure is told by its status alone."""

    OPERATOR: ClassVar[type[Wrapped]] = Terse
    CAUGHT_BY: ClassVar[str] = "test_another_status_than_0_is_told_with_what_was_printed_last"


@final
class Vendors(Wrapped):
    FLAVOR: ClassVar[str] = "vendors"

    @override
    def launch(self, pipeline_name: str, run_name: str, requirements: Sequence[str], entrypoint_command: Sequence[str]) -> None:
        try:
            super().launch(pipeline_name, run_name, requirements, entrypoint_command)
        except StepError as error:
            raise subprocess.CalledProcessError(1, "python") from error


class MutantFailureIsAnErrorOfItsOwn(Suite):
    """What a command that was killed raises is the error of the engine beneath."""

    OPERATOR: ClassVar[type[Wrapped]] = Vendors
    CAUGHT_BY: ClassVar[str] = "test_a_command_that_is_killed_has_failed"


@final
class TriesTwice(Wrapped):
    FLAVOR: ClassVar[str] = "tries-twice"

    @override
    def launch(self, pipeline_name: str, run_name: str, requirements: Sequence[str], entrypoint_command: Sequence[str]) -> None:
        try:
            super().launch(pipeline_name, run_name, requirements, entrypoint_command)
        except StepError:
            super().launch(pipeline_name, run_name, requirements, entrypoint_command)


class MutantFailedCommandIsRunAgain(Suite):
    """The operator has a retry of its own, on top of the step's."""

    OPERATOR: ClassVar[type[Wrapped]] = TriesTwice
    CAUGHT_BY: ClassVar[str] = "test_a_command_that_fails_is_not_run_again"


@final
class Shell(Wrapped):
    FLAVOR: ClassVar[str] = "shell"

    @override
    def command(self, given: Sequence[str]) -> Sequence[str]:
        quoted = " ".join("'" + argument.replace("'", "") + "'" for argument in given)
        return ["sh", "-c", quoted]


class MutantArgumentsGoThroughAShell(Suite):
    """The command is put together as a line, and what quotes it is taken out of it."""

    OPERATOR: ClassVar[type[Wrapped]] = Shell
    CAUGHT_BY: ClassVar[str] = "test_arguments_arrive_as_they_are"


@final
class Background(Wrapped):
    FLAVOR: ClassVar[str] = "background"

    @override
    def launch(self, pipeline_name: str, run_name: str, requirements: Sequence[str], entrypoint_command: Sequence[str]) -> None:
        given = (pipeline_name, run_name, requirements, entrypoint_command)
        threading.Thread(target=super().launch, args=given).start()


class MutantDoesNotWait(Suite):
    """The command is begun, and not waited for."""

    OPERATOR: ClassVar[type[Wrapped]] = Background
    CAUGHT_BY: ClassVar[str] = "test_a_command_has_run_once_to_its_end_when_launch_returns"


@final
class Here(Wrapped):
    FLAVOR: ClassVar[str] = "here"

    @override
    def command(self, given: Sequence[str]) -> Sequence[str]:
        return [sys.executable, *given[1:]]


class MutantRunsInThisEnvironment(Suite):
    """The Python of the environment is not used, but the one that is here."""

    OPERATOR: ClassVar[type[Wrapped]] = Here
    CAUGHT_BY: ClassVar[str] = "test_the_environment_is_its_own_and_has_the_kit_alone"


@final
class Gathers(Wrapped):
    FLAVOR: ClassVar[str] = "gathers"

    _all: dict[str, None] = attrs.field(init=False, factory=dict[str, None])

    @override
    def requirements(self, given: Sequence[str]) -> Sequence[str]:
        self._all |= dict.fromkeys(given)
        return [*self._all]


class MutantOneEnvironmentForAll(Suite):
    """What one step has asked for is there for all that come after it."""

    OPERATOR: ClassVar[type[Wrapped]] = Gathers
    CAUGHT_BY: ClassVar[str] = "test_requirements_are_there_for_those_who_ask_and_for_no_others"


@final
class WithoutErrors(Wrapped):
    FLAVOR: ClassVar[str] = "without-errors"

    @override
    def command(self, given: Sequence[str]) -> Sequence[str]:
        return ["sh", "-c", 'exec "$0" "$@" 2>/dev/null', *given]


class MutantStandardErrorIsLost(Suite):
    """What a command prints to its standard error is not printed here."""

    OPERATOR: ClassVar[type[Wrapped]] = WithoutErrors
    CAUGHT_BY: ClassVar[str] = "test_what_a_command_prints_is_printed_here_in_order"


@final
class AtTheEnd(Wrapped):
    FLAVOR: ClassVar[str] = "at-the-end"

    @override
    def launch(self, pipeline_name: str, run_name: str, requirements: Sequence[str], entrypoint_command: Sequence[str]) -> None:
        printed = io.StringIO()
        try:
            with contextlib.redirect_stdout(printed):
                super().launch(pipeline_name, run_name, requirements, entrypoint_command)
        finally:
            sys.stdout.write(printed.getvalue())


class MutantPrintsAtTheEnd(Suite):
    """What a command prints is printed when it has ended, and not before."""

    OPERATOR: ClassVar[type[Wrapped]] = AtTheEnd
    CAUGHT_BY: ClassVar[str] = "test_what_a_command_prints_is_printed_while_it_runs"

    @pytest.fixture(autouse=True)
    def impatient(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("stackkit.testing.contracts.step_operator.PATIENCE", 2.0)


class Processes(Wrapped):
    """Runs commands without an environment, for what goes wrong with processes."""

    FLAVOR: ClassVar[str] = "processes"

    @override
    def launch(self, pipeline_name: str, run_name: str, requirements: Sequence[str], entrypoint_command: Sequence[str]) -> None:
        command = [sys.executable, *entrypoint_command[1:]]
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True) as process:
            self.wait(process)
        if process.returncode:
            raise StepError(f"ended with {process.returncode}")

    def wait(self, process: subprocess.Popen[bytes]) -> None:
        """Wait for the end of a process."""
        process.wait()


@final
class KillsOne(Processes):
    FLAVOR: ClassVar[str] = "kills-one"

    @override
    def wait(self, process: subprocess.Popen[bytes]) -> None:
        try:
            process.wait(self.timeout)
        except subprocess.TimeoutExpired as error:
            process.kill()
            raise StepError(f"took longer than {self.timeout:g} s") from error


class MutantWhatACommandStartedLivesOn(Suite):
    """A command that takes too long is ended, and what it has started is not."""

    OPERATOR: ClassVar[type[Wrapped]] = KillsOne
    CAUGHT_BY: ClassVar[str] = "test_a_command_that_takes_too_long_is_ended_with_all_that_it_started"

    @pytest.fixture(autouse=True)
    def impatient(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("stackkit.testing.contracts.step_operator.PATIENCE", IMPATIENT)


@final
class Orphans(Processes):
    FLAVOR: ClassVar[str] = "orphans"


class MutantWhatIsLeftBehindLivesOn(Suite):
    """A command that has ended leaves behind what it has started."""

    OPERATOR: ClassVar[type[Wrapped]] = Orphans
    CAUGHT_BY: ClassVar[str] = "test_what_a_command_leaves_behind_is_ended"

    @pytest.fixture(autouse=True)
    def impatient(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("stackkit.testing.contracts.step_operator.PATIENCE", IMPATIENT)


@final
class Unlimited(Wrapped):
    FLAVOR: ClassVar[str] = "unlimited"

    @cached_property
    @override
    def inner(self) -> LocalStepOperator:
        return LocalStepOperator(name=self.name, folder=self.folder)


class MutantMemoryIsNotLimited(Suite):
    """A limit of memory is configured, and not kept."""

    OPERATOR: ClassVar[type[Wrapped]] = Unlimited
    CAUGHT_BY: ClassVar[str] = "test_a_command_has_as_much_memory_as_it_may"
