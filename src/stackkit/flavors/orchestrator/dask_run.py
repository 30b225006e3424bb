"""A run of a pipeline on a Dask cluster, as the one sees it that started it."""

from __future__ import annotations

import asyncio
import concurrent.futures
import logging
from collections.abc import Iterable, Mapping
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self
from uuid import uuid4

import attrs

from stackkit.components.metadata_store import METADATA_STORE
from stackkit.core.deployment import PipelineDeployment, Resources, StepSpec
from stackkit.core.lookup import RunComponents
from stackkit.core.runs import DONE, StepRecord
from stackkit.errors import PipelineError, Problem, StepError
from stackkit.flavors.orchestrator.agenda import Agenda
from stackkit.flavors.orchestrator.dask_worker import Report, begin_nothing_more, host_plugin, perform
from stackkit.flavors.orchestrator.processes import Sendable
from stackkit.flavors.orchestrator.serving import Before, Order

if TYPE_CHECKING:
    from distributed import Client, Future

_log: Final = logging.getLogger(__name__)


class Announced:
    """The resources that workers announce: Dask gives steps to workers that have what they ask for.

    Args:
        workers: What each announces, by any names.

    >>> announced = Announced([{"GPU": 1.0}, {"GPU": 2.0}])
    >>> announced.asked(Resources(gpu=2, cpu=4))
    {'GPU': 2.0}
    """

    def __init__(self, workers: Iterable[Mapping[str, float]]) -> None:
        self._most: dict[str, float] = {}
        for resources in workers:
            for name, amount in resources.items():
                self._most[name] = max(amount, self._most.get(name, 0.0))

    def asked(self, resources: Resources) -> dict[str, float]:
        """What a step asks for, in the names that are announced; what no worker announces is left out."""
        wanted: dict[str, float | None] = {"cpu": resources.cpu, "memory": resources.memory, "gpu": resources.gpu}
        found = {name: wanted.get(name.lower()) for name in self._most}
        return {name: float(amount) for name, amount in found.items() if amount}

    def check(self, steps: Iterable[StepSpec]) -> None:
        """Look for steps that would wait for ever.

        Raises:
            PipelineError: Steps ask for more than any worker announces; all of them are named.
        """
        problems: list[Problem] = []
        for step in steps:
            for name, amount in self.asked(step.resources).items():
                if amount > self._most[name]:
                    what = f"asks for {name}={amount:g}, and no worker announces more than {self._most[name]:g}"
                    problems.append(Problem(what, where=step.name, remedy=f"start a worker with --resources {name}={amount:g}"))
        if problems:
            raise PipelineError(*problems)


class DaskRun:
    """A run of a pipeline on the workers of a cluster.

    Steps are sent when they are ready. What came of them is recorded by the process that runs them, before anybody is told: a
    step that is recorded as done stays so, whatever dies then. When a worker dies, the scheduler sends its tasks to another
    one, which sees in the records that they had been begun, and says so; then it is decided here, as its retries say.

    Args:
        client: The connection to the scheduler.
        deployment: The pipeline.
        components: What runs a step.
        patience: Seconds until there has to be a worker.
    """

    def __init__(self, client: Client, deployment: PipelineDeployment, components: RunComponents, patience: float) -> None:
        self._client = client
        self._components = components
        self._patience = patience
        self._recorded = {record.step: record for record in self._records()}
        done = [name for name, record in self._recorded.items() if record.status in DONE]
        self._agenda = Agenda(deployment, components, done)
        self._announced = Announced(worker["resources"] for worker in client.scheduler_info(n_workers=-1)["workers"].values())
        self._announced.check(step for step in deployment.steps if step.name not in done)
        self._name = f"stackkit-{components.run_id}-{uuid4().hex[:8]}"
        self._sent: dict[str, tuple[Order, Future[Report]]] = {}
        self._ended: SimpleQueue[Future[Report]] = SimpleQueue()

    def _records(self) -> list[StepRecord]:
        return list(self._components[METADATA_STORE].get_steps(self._components.run_id))

    def __enter__(self) -> Self:
        """All workers get what runs the steps.

        Raises:
            PipelineError: They cannot.
        """
        sent = Sendable.of(self._components)
        try:
            self._client.register_plugin(host_plugin(self._name, sent.pickled, sent.preloaded))
        except Exception as error:  # of any worker
            what = f"the workers cannot run its steps: {type(error).__name__}: {error}"
            raise PipelineError(Problem(what, remedy="do they have the same packages installed?")) from error
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """No step of the run is left on a worker; those that were broken off are recorded as killed."""
        broken_off = {order.name for order, _ in self._sent.values()}
        self._client.cancel([future for _, future in self._sent.values()])
        if self._client.status == "running":
            try:
                self._client.unregister_worker_plugin(self._name)
            except Exception as trouble:  # noqa: BLE001 - of any worker; what the run came to is not changed by it
                _log.warning("%s: a worker did not end its processes: %s", self._name, trouble)
        for record in self._records() if broken_off else ():
            if record.step in broken_off and record.status == "running":
                self._components.record_killed(record.step, "the run was interrupted", attempt=record.attempt)

    def finish(self) -> None:
        """Run all steps that are not done.

        Raises:
            StepError: Steps failed; all of them are named.
            PipelineError: There is no worker.
        """
        self._send_what_can()
        self._await_workers()
        while self._sent or not self._agenda.is_over:
            self._wait()
            self._send_what_can()
        self._agenda.check()

    def _await_workers(self) -> None:
        if not self._sent:
            return
        try:
            self._client.wait_for_workers(1, timeout=self._patience)
        except TimeoutError as error:
            what = f"the cluster had no worker for {self._patience:g} s"
            raise PipelineError(Problem(what, remedy="start one: dask worker ADDRESS")) from error

    def _send_what_can(self) -> None:
        ready = self._agenda.ready
        while ready and not self._agenda.failures:
            step = ready.popleft()
            order = attrs.evolve(self._agenda.order(step), before=Before(self._recorded.get(step.name)))
            key = f"{step.name}-{uuid4().hex}"
            resources = self._announced.asked(step.resources)
            future = self._client.submit(perform, self._name, key, order, key=key, pure=False, resources=resources or None)
            self._sent[key] = order, future
            future.add_done_callback(self._ended.put)

    def _wait(self) -> None:
        """Wait for something to happen, and see what it is."""
        try:
            future = self._ended.get(timeout=self._agenda.wait)
        except Empty:
            return
        sent = self._sent.pop(future.key, None)
        if sent is not None:
            self._see(*sent)

    def _see(self, order: Order, future: Future[Report]) -> None:
        report, had_failed = self._report(order, future), bool(self._agenda.failures)
        if report.error is not None:
            self._agenda.failed(report.error)
        elif report.death:
            self._recorded[order.name] = self._agenda.died(order, report.death)
        elif not report.is_taken_back:
            self._agenda.done(order.name)
        if self._agenda.failures and not had_failed:
            self._take_back()

    def _report(self, order: Order, future: Future[Report]) -> Report:
        from distributed import KilledWorker

        try:
            return future.result()
        except KilledWorker:
            return Report(death="the worker that ran it died")
        except (asyncio.CancelledError, concurrent.futures.CancelledError):
            return Report(StepError(Problem("the Dask scheduler is gone, or has lost it", where=order.name)))
        except Exception as error:  # noqa: BLE001 - of Dask, or of a worker that has other packages
            what = f"no worker could run it: {type(error).__name__}: {error}"
            remedy = "do the workers have the same packages installed?"
            return Report(StepError(Problem(what, where=order.name, remedy=remedy)))

    def _take_back(self) -> None:
        """A step failed: those that have not begun are not to begin; those that have come to their end."""
        if self._client.status == "running":  # and not about to connect again, for as long as it may take
            self._client.run(begin_nothing_more, self._name, on_error="ignore")
