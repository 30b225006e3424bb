"""Pipelines on a Dask cluster."""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar, Final, final

import attrs
from typing_extensions import override

from stackkit.components.orchestrator import BaseOrchestrator
from stackkit.core.deployment import PipelineDeployment
from stackkit.core.extras import Extra
from stackkit.core.lookup import RunComponents
from stackkit.errors import ConfigurationError, PipelineError, Problem
from stackkit.flavors.orchestrator import serving
from stackkit.flavors.orchestrator.dask_run import DaskRun
from stackkit.flavors.orchestrator.limits import cores_of_this_process
from stackkit.flavors.orchestrator.processes import without_program

if TYPE_CHECKING:
    from distributed import Client

LOOPBACK: Final = "127.0.0.1"
_ADDRESS: Final = re.compile(r"[a-z]+://[^\s/@]+:\d{1,5}")


def _check_address(_: object, __: object, address: str) -> None:
    if address and not _ADDRESS.fullmatch(address):
        problem = Problem(f"{address!r} is no address", where="address", remedy="write tcp://HOST:PORT or tls://HOST:PORT")
        raise ConfigurationError(problem)


def _positive(_: object, field: attrs.Attribute[Any], value: float | None) -> None:
    if value is not None and not value > 0:
        raise ConfigurationError(Problem(f"{value} is not above 0", where=field.name))


@final
class DaskOrchestrator(BaseOrchestrator):
    """Runs pipelines on a Dask cluster.

    Steps are sent to the scheduler as they become ready, and run on its workers, each in a process of its own: one that dies
    takes no other with it. Where a whole worker dies, its steps are told as killed, and are tried again on another one if
    they have retries. What is recorded as done is never run twice. Ctrl-C takes back what has not begun and ends what runs.
    The same happens when this process dies.

    The artifact store and the metadata store have to be reached from the workers under the same configuration. Secrets are
    sent as references; their values are asked for there.

    Args:
        address: The address of a scheduler. When empty, a cluster of processes of this machine is started for each run; it
            listens on loopback alone.
        workers: How many workers such a cluster has, each for one step at a time; as many as this process may use cores
            when None.
        dashboard: The port on loopback of such a cluster's dashboard; it has none when None.
        timeout: Seconds for the scheduler to answer, and for the cluster to have a first worker.

    Raises:
        ConfigurationError: A value is none of these.

    >>> DaskOrchestrator(name="cluster", address="tcp://scheduler.example.org:8786").timeout
    60.0
    """

    FLAVOR: ClassVar[str] = "dask"

    address: str = attrs.field(
        default="",
        validator=_check_address,
        metadata={"help": "the scheduler, tcp://HOST:PORT; by default a cluster of this machine, started for each run"},
    )
    workers: int | None = attrs.field(
        default=None, validator=_positive, metadata={"help": "how many workers that cluster has; by default one for each core"}
    )
    dashboard: int | None = attrs.field(
        default=None, validator=_positive, metadata={"help": "the port of that cluster's dashboard; by default there is none"}
    )
    timeout: float = attrs.field(
        default=60.0, validator=_positive, metadata={"help": "seconds for the scheduler to answer and a worker to be there"}
    )

    @override
    def run_pipeline(self, deployment: PipelineDeployment, components: RunComponents) -> None:
        """Run all steps of a pipeline that are not done, and return when they are.

        Args:
            deployment: The pipeline.
            components: The other components of the stack, and what runs a step.

        Raises:
            StepError: A step failed, or its process died.
            PipelineError: There is no scheduler or no worker, workers cannot run the steps, or steps ask for resources that
                none of them has.
            MissingExtraError: Dask is not installed.
        """
        serving.refuse_to_run_while_importing()
        with self._client() as client, DaskRun(client, deployment, components, self.timeout) as run:
            run.finish()

    @contextmanager
    def _client(self) -> Generator[Client]:
        with Extra("dask"):
            from distributed import Client
        with self._scheduler() as address:
            try:
                client = Client(address, timeout=self.timeout, set_as_default=False, name="stackkit")
            except (OSError, ValueError) as error:
                remedy = "is it running, and reached from here? is it tls:// that it speaks?"
                raise PipelineError(Problem(f"no Dask scheduler answers at {address}", remedy=remedy)) from error
            with client:
                yield client

    @contextmanager
    def _scheduler(self) -> Generator[str]:
        """The address of the scheduler, which is there while this is open."""
        if self.address:
            yield self.address
            return
        from distributed import LocalCluster

        with without_program():
            cluster = LocalCluster(
                n_workers=self.workers or cores_of_this_process(),
                threads_per_worker=1,
                processes=True,
                host=LOOPBACK,
                dashboard_address=f"{LOOPBACK}:{self.dashboard or 0}",  # it listens there without a dashboard, too
                worker_dashboard_address=None,
                scheduler_kwargs={"dashboard": self.dashboard is not None},
            )
        with cluster:
            yield cluster.scheduler_address
