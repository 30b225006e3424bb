"""Orchestrators with a bug each, and some without."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, ClassVar, final
from uuid import UUID, uuid4

import attrs
import pytest
from typing_extensions import override

from stackkit import (
    METADATA_STORE,
    BaseOrchestrator,
    ComponentType,
    PipelineDeployment,
    RunComponents,
    StepRecord,
    StepSpec,
)
from stackkit.core.component_type import P
from stackkit.errors import StepError
from stackkit.flavors.orchestrator.local import LocalOrchestrator
from stackkit.pipelines.running.context import RunContext
from stackkit.testing.contracts.orchestrator import OrchestratorContract


class Loop(BaseOrchestrator):
    """Runs step after step; a mutant does one thing otherwise."""

    FLAVOR: ClassVar[str] = "loop"

    @override
    def run_pipeline(self, deployment: PipelineDeployment, components: RunComponents) -> None:
        for step in deployment.steps:
            self.run_step(step, components)


@attrs.frozen
class Around:
    """What is around the components of a run: the same, until a mutant does one thing otherwise. It can be pickled."""

    inner: RunComponents

    @property
    def run_id(self) -> UUID:
        return self.inner.run_id

    def __getitem__(self, kind: ComponentType[P], /) -> P:
        return self.inner[kind]

    def get(self, kind: ComponentType[P], /) -> P | None:
        return self.inner.get(kind)

    def __contains__(self, kind: ComponentType[Any], /) -> bool:
        return kind in self.inner

    def run_step(self, name: str, /, *, attempt: int = 1) -> StepRecord:
        return self.inner.run_step(name, attempt=attempt)

    def finished(self) -> frozenset[str]:
        return self.inner.finished()

    def record_killed(self, name: str, /, why: str, *, attempt: int = 1) -> StepRecord:
        return self.inner.record_killed(name, why, attempt=attempt)


class Processes(BaseOrchestrator):
    """Runs steps in processes, as the local one does, with something around the components."""

    FLAVOR: ClassVar[str] = "processes"
    AROUND: ClassVar[type[Around]] = Around

    @override
    def run_pipeline(self, deployment: PipelineDeployment, components: RunComponents) -> None:
        LocalOrchestrator(name="inner", workers=2).run_pipeline(deployment, self.AROUND(components))


class Suite(OrchestratorContract[BaseOrchestrator]):
    """The contract, kept or broken."""

    ORCHESTRATOR: ClassVar[type[BaseOrchestrator]] = Loop

    @pytest.fixture
    @override
    def component(self) -> BaseOrchestrator:
        return self.ORCHESTRATOR(name="orchestrator")


class IntactLoop(Suite):
    """A loop is a whole orchestrator."""


class IntactProcesses(Suite):
    """What is around the mutants' bugs is no bug."""

    ORCHESTRATOR: ClassVar[type[BaseOrchestrator]] = Processes

    @pytest.fixture
    @override
    def side_by_side(self) -> int:
        return 2


@final
class Forgets(Loop):
    FLAVOR: ClassVar[str] = "forgets"

    @override
    def run_pipeline(self, deployment: PipelineDeployment, components: RunComponents) -> None:
        for step in deployment.steps[:50]:
            self.run_step(step, components)


class MutantStepsAfterTheFiftiethAreForgotten(Suite):
    """Only the first page of steps is run."""

    ORCHESTRATOR: ClassVar[type[BaseOrchestrator]] = Forgets
    CAUGHT_BY: ClassVar[str] = "test_many_steps_all_run"


@final
class InputsAlone(Loop):
    FLAVOR: ClassVar[str] = "inputs-alone"

    @override
    def run_pipeline(self, deployment: PipelineDeployment, components: RunComponents) -> None:
        def depth(step: StepSpec) -> int:
            sources = [source.step for taken in step.inputs for source in taken.sources]
            return 1 + max((depth(deployment.step(name)) for name in sources), default=0)

        for step in sorted(deployment.steps, key=depth):
            self.run_step(step, components)


class MutantWaitsForInputsAlone(Suite):
    """Steps are sorted by their inputs; what they wait for otherwise is overlooked."""

    ORCHESTRATOR: ClassVar[type[BaseOrchestrator]] = InputsAlone
    CAUGHT_BY: ClassVar[str] = "test_the_steps_of_any_graph_run_once_in_order"


@final
class GoesOn(Loop):
    FLAVOR: ClassVar[str] = "goes-on"

    @override
    def run_pipeline(self, deployment: PipelineDeployment, components: RunComponents) -> None:
        for step in deployment.steps:
            with suppress(StepError):
                self.run_step(step, components)


class MutantFailureIsNotTold(Suite):
    """A step that fails is left out, and the run is said to be completed."""

    ORCHESTRATOR: ClassVar[type[BaseOrchestrator]] = GoesOn
    CAUGHT_BY: ClassVar[str] = "test_a_step_that_fails_is_named_and_nothing_that_waits_for_it_runs"


@final
class OneAttempt(Loop):
    FLAVOR: ClassVar[str] = "one-attempt"

    @override
    def run_step(self, step: StepSpec, components: RunComponents) -> StepRecord:
        return components.run_step(step.name, attempt=step.retry.times + 1)


class MutantRetriesAreIgnored(Suite):
    """Each step has one attempt, whatever its retries."""

    ORCHESTRATOR: ClassVar[type[BaseOrchestrator]] = OneAttempt
    CAUGHT_BY: ClassVar[str] = "test_a_step_is_tried_again_as_often_as_it_may"


@final
class TriesTwice(Loop):
    FLAVOR: ClassVar[str] = "tries-twice"

    @override
    def run_step(self, step: StepSpec, components: RunComponents) -> StepRecord:
        try:
            return components.run_step(step.name)
        except StepError:
            return components.run_step(step.name)


class MutantAStepIsTriedOnceMore(Suite):
    """The orchestrator has a retry of its own, on top of the step's."""

    ORCHESTRATOR: ClassVar[type[BaseOrchestrator]] = TriesTwice
    CAUGHT_BY: ClassVar[str] = "test_a_step_is_not_tried_again_more_often_than_it_may"


@final
class FromTheBeginning(Loop):
    FLAVOR: ClassVar[str] = "from-the-beginning"

    @override
    def run_pipeline(self, deployment: PipelineDeployment, components: RunComponents) -> None:
        if components.finished() and isinstance(components, RunContext):
            record = components[METADATA_STORE].get_run(components.run_id)
            components = attrs.evolve(components, run_id=uuid4())
            components[METADATA_STORE].record_run(attrs.evolve(record, id=components.run_id))
        super().run_pipeline(deployment, components)


class MutantWhatIsDoneIsRunAgain(Suite):
    """A run that goes on begins with its first step."""

    ORCHESTRATOR: ClassVar[type[BaseOrchestrator]] = FromTheBeginning
    CAUGHT_BY: ClassVar[str] = "test_a_run_goes_on_with_what_is_not_done"


@final
class NothingLeft(Loop):
    FLAVOR: ClassVar[str] = "nothing-left"

    @override
    def run_pipeline(self, deployment: PipelineDeployment, components: RunComponents) -> None:
        if not components.finished():
            super().run_pipeline(deployment, components)


class MutantRunThatHasBegunIsTakenForDone(Suite):
    """A run that goes on is said to be completed, with nothing done."""

    ORCHESTRATOR: ClassVar[type[BaseOrchestrator]] = NothingLeft
    CAUGHT_BY: ClassVar[str] = "test_any_graph_that_was_broken_off_is_finished"


@final
class CtrlC(Loop):
    FLAVOR: ClassVar[str] = "ctrl-c"

    @override
    def run_pipeline(self, deployment: PipelineDeployment, components: RunComponents) -> None:
        with suppress(KeyboardInterrupt):
            super().run_pipeline(deployment, components)


class MutantInterruptedRunIsCompleted(Suite):
    """Ctrl-C ends a run as if it had come to its end."""

    ORCHESTRATOR: ClassVar[type[BaseOrchestrator]] = CtrlC
    CAUGHT_BY: ClassVar[str] = "test_a_run_that_is_interrupted_is_recorded_as_killed_and_goes_on_when_resumed"


@final
class Vendors(Loop):
    FLAVOR: ClassVar[str] = "vendors"

    @override
    def run_step(self, step: StepSpec, components: RunComponents) -> StepRecord:
        try:
            return components.run_step(step.name)
        except StepError as error:
            raise RuntimeError(str(error)) from error


class MutantFailureIsAnErrorOfItsOwn(Suite):
    """What a failed step raises is the error of the engine beneath."""

    ORCHESTRATOR: ClassVar[type[BaseOrchestrator]] = Vendors
    CAUGHT_BY: ClassVar[str] = "test_whatever_a_step_raises_is_told"


class Unrecorded(Around):
    """Does not record deaths."""

    @override
    def record_killed(self, name: str, /, why: str, *, attempt: int = 1) -> StepRecord:
        found = self.inner[METADATA_STORE].get_steps(self.inner.run_id) if isinstance(self.inner, RunContext) else []
        return next(attrs.evolve(record, status="killed") for record in found if record.step == name)


@final
class Silent(Processes):
    FLAVOR: ClassVar[str] = "silent"
    AROUND: ClassVar[type[Around]] = Unrecorded


class MutantDeathIsNotRecorded(Suite):
    """A step whose process died stays recorded as running."""

    ORCHESTRATOR: ClassVar[type[BaseOrchestrator]] = Silent
    CAUGHT_BY: ClassVar[str] = "test_a_step_whose_process_dies_is_told_and_goes_on_when_resumed"


class Forgetful(Around):
    """Takes a step for killed that had been recorded."""

    @override
    def record_killed(self, name: str, /, why: str, *, attempt: int = 1) -> StepRecord:
        return attrs.evolve(self.inner.record_killed(name, why, attempt=attempt), status="killed", attempt=attempt)


@final
class LastMoment(Processes):
    FLAVOR: ClassVar[str] = "last-moment"
    AROUND: ClassVar[type[Around]] = Forgetful


class MutantAStepIsLostThatWasRecorded(Suite):
    """A step whose process died is taken for killed, though it had been done."""

    ORCHESTRATOR: ClassVar[type[BaseOrchestrator]] = LastMoment
    CAUGHT_BY: ClassVar[str] = "test_a_process_that_dies_when_its_step_is_recorded_takes_nothing_back"


class Counted(Around):
    """Takes a death for the last attempt."""

    @override
    def record_killed(self, name: str, /, why: str, *, attempt: int = 1) -> StepRecord:
        return self.inner.record_killed(name, why, attempt=1_000)


@final
class OneLife(Processes):
    FLAVOR: ClassVar[str] = "one-life"
    AROUND: ClassVar[type[Around]] = Counted


class MutantDeathEndsARunInSpiteOfRetries(Suite):
    """A step whose process died is not tried again, though it may."""

    ORCHESTRATOR: ClassVar[type[BaseOrchestrator]] = OneLife
    CAUGHT_BY: ClassVar[str] = "test_a_process_that_dies_takes_no_other_step_with_it"


@final
class OneAfterTheOther(Loop):
    FLAVOR: ClassVar[str] = "one-after-the-other"


class MutantOneAtATime(Suite):
    """Steps are said to run side by side, and do not."""

    ORCHESTRATOR: ClassVar[type[BaseOrchestrator]] = OneAfterTheOther
    CAUGHT_BY: ClassVar[str] = "test_steps_that_do_not_wait_for_each_other_run_side_by_side"

    @pytest.fixture
    @override
    def side_by_side(self) -> int:
        return 2

    @pytest.fixture(autouse=True)
    def impatient(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("stackkit.testing.steps.PATIENCE", 0.2)  # it waits in vain
