"""`stackkit run`: a pipeline runs on a stack, and tells how."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Final

import attrs
import click

from stackkit.cli.pipeline_options import PipelineCommand, compiled, require_run_of
from stackkit.cli.pipeline_progress import Progress
from stackkit.cli.recorded_runs import find_run, stack_option
from stackkit.cli.render import say
from stackkit.cli.run_rows import elapsed
from stackkit.cli.session import Session, pass_session
from stackkit.components.metadata_store import METADATA_STORE, MetadataStore
from stackkit.errors import Problem, StepError

if TYPE_CHECKING:
    from stackkit.core.deployment import PipelineDeployment
    from stackkit.core.runs import RunRecord
    from stackkit.stack.stack import Stack

_MOST_PROBLEMS: Final = 2


@click.command(
    "run",
    cls=PipelineCommand,
    help="Run a pipeline on a stack. MODULE is in the workspace's folder, or installed; with it, --help shows the parameters.",
)
@click.argument("path", metavar="[MODULE:PIPELINE]", required=False)
@stack_option
@click.option("--no-cache", is_flag=True, help="Run every step, also where an earlier run gave the same.")
@click.option("--resume", metavar="RUN", help="Go on with a run that failed, was killed or interrupted.")
@click.option("--name", metavar="NAME", help="What to call the run.")
@click.pass_context
@pass_session
def run_pipeline(
    session: Session,
    context: click.Context,
    path: str | None,
    stack: str | None,
    no_cache: bool,
    resume: str | None,
    name: str | None,
    texts: Mapping[str, Sequence[str]],
) -> None:
    """Run a pipeline."""
    if resume is not None:
        if name or texts:
            raise click.UsageError("--resume goes on with a run as it is: leave out its name and parameters")
        _go_on(session, session.workspace.stacks.get(stack), resume, path, use_cache=not no_cache)
    elif path is not None:
        deployment = compiled(session, context.command, path, texts)
        _begin(session.workspace.stacks.get(stack), deployment, name, use_cache=not no_cache)
    else:
        raise click.UsageError("name a pipeline, MODULE:PIPELINE, or a run with --resume")


def _begin(stack: Stack, deployment: PipelineDeployment, name: str | None, *, use_cache: bool) -> None:
    from stackkit.pipelines.runs import run

    called = name or f"{deployment.name}-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}"
    start = partial(run, deployment, stack, name=called, use_cache=use_cache)
    metadata = stack.get(METADATA_STORE)
    if metadata is None:
        start()  # says so, with all else that is missing
        return
    _watched(start, metadata, called, len(deployment.steps), stack.name)


def _go_on(session: Session, stack: Stack, text: str, path: str | None, *, use_cache: bool) -> None:
    from stackkit.pipelines.entry import deployment_of
    from stackkit.pipelines.runs import resume
    from stackkit.registry.resolve import make_importable

    make_importable(session.workspace.root)
    found = find_run(stack[METADATA_STORE], text)
    if path is not None:
        require_run_of(session, found, path)
    if found.status == "completed":
        say(f"run {found.name} is completed already")
        return
    start = partial(resume, found.id, stack, use_cache=use_cache)
    steps = len(deployment_of(stack, found.id).steps)
    _watched(start, stack[METADATA_STORE], found.name, steps, stack.name, found)


def _watched(
    start: Callable[[], RunRecord], metadata: MetadataStore, name: str, steps: int, stack: str, before: RunRecord | None = None
) -> None:
    """Run, and tell how it goes on, how it ended, and what to do where it did not end well."""
    begun = datetime.now(UTC)
    say(f"run {name} on {stack}")
    progress = Progress(metadata, name, steps, sys.stdout, before)
    again = f"stackkit run --resume {shlex.quote(name)}"
    try:
        with progress:
            start()
    except StepError as error:
        raise StepError(*_with_advice(error, name, again)) from error
    except KeyboardInterrupt as error:
        hint = f"go on: {again}" if progress.run else "nothing was begun"
        raise KeyboardInterrupt(hint) from error
    cached = progress.cached
    say(f"run {name} completed: {steps} steps, {cached} from cache, {elapsed(begun, None)}")


def _with_advice(error: StepError, name: str, again: str) -> Iterator[Problem]:
    shown = error.problems[:_MOST_PROBLEMS]
    yield from shown[:-1]
    logs = f"stackkit runs logs {shlex.quote(name)}"
    yield attrs.evolve(shown[-1], remedy=f"see {logs}; go on: {again}")
