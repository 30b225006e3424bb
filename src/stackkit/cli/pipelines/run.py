"""`stackkit run`: a pipeline runs on a stack, and tells how."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Final

import attrs
import click

from stackkit.cli.pipelines.options import PipelineCommand, compiled, require_run_of
from stackkit.cli.pipelines.progress import Display, Lines, Progress
from stackkit.cli.pipelines.recorded_runs import (
    complete_runs,
    complete_sources,
    find_run,
    run_object,
    stack_option,
    step_object,
)
from stackkit.cli.render import output_option, say, show_fields
from stackkit.cli.run_rows import elapsed
from stackkit.cli.session import Session, pass_session
from stackkit.cli.standard_output import printed_as_errors
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
@click.argument("path", metavar="[MODULE:PIPELINE]", required=False, shell_complete=complete_sources)
@stack_option
@click.option("--no-cache", is_flag=True, help="Run every step, also where an earlier run gave the same.")
@click.option(
    "--resume", metavar="RUN", shell_complete=complete_runs, help="Go on with a run that failed, was killed or interrupted."
)
@click.option("--name", metavar="NAME", help="What to call the run.")
@click.option("--plain", is_flag=True, help="At a terminal, too, lines and no table: for a debugger in a step.")
@output_option
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
    plain: bool,
    output: str,
    texts: Mapping[str, Sequence[str]],
) -> None:
    """Run a pipeline."""
    if resume is not None and (name or texts):
        raise click.UsageError("--resume goes on with a run as it is: leave out its name and parameters")
    if resume is None and path is None:
        raise click.UsageError("name a pipeline, MODULE:PIPELINE, or a run with --resume")
    telling = Telling(_command(context), stack, output, plain=plain)
    if resume is not None:
        _go_on(session, resume, path, telling, use_cache=not no_cache)
    elif path is not None:
        deployment = compiled(session, context.command, path, texts)
        _begin(session.workspace.stacks.get(stack), deployment, name, telling, use_cache=not no_cache)


def _command(context: click.Context) -> str:
    """How to call the command line again for the same workspace."""
    root = context.find_root()
    folder: object = root.params.get("folder")
    if isinstance(folder, str) and root.get_parameter_source("folder") is click.core.ParameterSource.COMMANDLINE:
        return f"stackkit --workspace {shlex.quote(folder)}"
    return "stackkit"


def _begin(stack: Stack, deployment: PipelineDeployment, name: str | None, telling: Telling, *, use_cache: bool) -> None:
    from stackkit.pipelines.running.runs import run

    called = name or f"{deployment.name}-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}"
    start = partial(run, deployment, stack, name=called, use_cache=use_cache)
    metadata = stack.get(METADATA_STORE)
    if metadata is None:
        start()  # says so, with all else that is missing
        return
    telling.run(start, metadata, called, [step.name for step in deployment.steps])


def _go_on(session: Session, text: str, path: str | None, telling: Telling, *, use_cache: bool) -> None:
    from stackkit.pipelines.running.entry import deployment_of
    from stackkit.pipelines.running.runs import resume
    from stackkit.registry.resolve import make_importable

    make_importable(session.workspace.root)
    stack = session.workspace.stacks.get(telling.stack)
    metadata = stack[METADATA_STORE]
    found = find_run(metadata, text)
    if path is not None:
        require_run_of(session, found, path)
    if found.status == "completed":
        telling.result(metadata, found, f"run {found.name} is completed already")
        return
    start = partial(resume, found.id, stack, use_cache=use_cache)
    telling.run(start, metadata, found.name, [step.name for step in deployment_of(stack, found.id).steps], found)


@attrs.frozen
class Telling:
    """How a run is told, and what there is to do when it did not end well.

    Args:
        command: How the command line is called for this workspace.
        stack: The stack that was named; None for the active one.
        output: `table` or `json`: then standard output has a JSON object at the end, and nothing else.
        plain: Whether there is no table at a terminal.
    """

    command: str
    stack: str | None
    output: str
    plain: bool

    def run(
        self,
        start: Callable[[], RunRecord],
        metadata: MetadataStore,
        name: str,
        steps: Sequence[str],
        before: RunRecord | None = None,
    ) -> None:
        """Run, and tell how it goes on, and how it ended.

        Args:
            start: Runs it.
            metadata: Where it is recorded.
            name: What it is called.
            steps: The names of its steps.
            before: The run, where it goes on.

        Raises:
            StepError: A step failed; where to read more, and how to go on, is said with it.
            KeyboardInterrupt: Somebody pressed Ctrl-C; it says how to go on.
        """
        begun = datetime.now(UTC)
        display = self._display(steps)
        progress = Progress(metadata, name, display, before)
        try:
            with self._apart(), display, progress:
                start()
        except StepError as error:
            self._result(metadata, progress)
            raise StepError(*self._with_advice(error, name)) from error
        except KeyboardInterrupt as error:
            self._result(metadata, progress)
            raise KeyboardInterrupt(f"go on: {self._again(name)}" if progress.run else "nothing was begun") from error
        self._result(metadata, progress, f"{len(steps)} steps, {progress.cached} from cache, {elapsed(begun, None)}")

    def result(self, metadata: MetadataStore, run: RunRecord, text: str = "") -> None:
        """Say how a run stands now.

        Args:
            metadata: Where it is recorded.
            run: The run.
            text: What to tell people; nothing when empty.
        """
        if self.output == "json":
            steps = [*map(step_object, metadata.get_steps(run.id))]
            show_fields({**run_object(metadata.get_run(run.id)), "steps": steps}, self.output)
        elif text:
            say(text)

    def _result(self, metadata: MetadataStore, progress: Progress, details: str = "") -> None:
        if progress.run is not None:
            self.result(metadata, progress.run, details and f"run {progress.run.name} completed: {details}")

    def _apart(self) -> AbstractContextManager[None]:
        return printed_as_errors() if self.output == "json" else nullcontext()

    def _display(self, steps: Sequence[str]) -> Display:
        if self.output == "json":
            return Lines(sys.stderr, len(steps))
        if self.plain or not sys.stdout.isatty() or os.environ.get("TERM", "dumb") == "dumb":
            return Lines(sys.stdout, len(steps))
        from stackkit.cli.pipelines.table import LiveTable

        return LiveTable(steps)

    def _again(self, name: str) -> str:
        return f"{self.command} run --resume {shlex.quote(name)}{self._named_stack}"

    @property
    def _named_stack(self) -> str:
        return "" if self.stack is None else f" --stack {shlex.quote(self.stack)}"

    def _with_advice(self, error: StepError, name: str) -> Iterator[Problem]:
        shown = error.problems[:_MOST_PROBLEMS]
        yield from shown[:-1]
        logs = f"{self.command} runs logs {shlex.quote(name)}{self._named_stack}"
        yield attrs.evolve(shown[-1], remedy=f"see {logs}; go on: {self._again(name)}")
