"""Runs of pipelines as they are recorded: where, which one is meant, and how they are shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import click

from stackkit.cli.completion import complete_stacks, names
from stackkit.cli.run_rows import elapsed
from stackkit.cli.session import Session
from stackkit.components.metadata_store import METADATA_STORE, MetadataStore
from stackkit.core.component_type import ComponentType, P
from stackkit.core.names import suggestion
from stackkit.core.runs import RunRecord, StepRecord
from stackkit.errors import ComponentNotFoundError, Problem, RecordNotFoundError, StackNotFoundError
from stackkit.stack.secrets import unresolved

PAGE: Final = 500
"""How many runs are asked for at once."""
COMPLETED: Final = 50
"""How many runs a shell is offered, the newest."""


def stack_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--stack S` to a command."""
    text = "Which stack; the active one by default."
    return click.option("--stack", metavar="STACK", help=text, shell_complete=complete_stacks)(command)


def component_of(session: Session, kind: ComponentType[P], stack: str | None) -> P:
    """A component of a stack, with the values of its secrets; the others are not made.

    Args:
        session: The call of the command line.
        kind: The component type.
        stack: The stack's name; the active one by default.

    Raises:
        ComponentNotFoundError: The stack has none of this type.
        StackNotFoundError: There is no such stack, or none is active.
    """
    name = stack_name(session, stack)
    component = session.workspace.stacks.record(name).components.get(kind.slug)
    if component is None:
        remedy = f"add one: stackkit stack update {name} --{kind.option} NAME"
        raise ComponentNotFoundError(Problem(f"the stack {name} has no {kind.title}", remedy=remedy))
    found = session.workspace.components.get(kind, component)
    return session.workspace.stacks.get(name)[kind] if unresolved(found) else found


def stack_name(session: Session, stack: str | None) -> str:
    """The name of the stack that is meant: the given one, or the active one.

    Raises:
        StackNotFoundError: None is given, and none is active.
    """
    name = stack or session.workspace.stacks.active
    if name is None:
        remedy = "name one with --stack, or: stackkit stack set NAME"
        raise StackNotFoundError(Problem("no stack is active", remedy=remedy))
    return name


def recorded(session: Session, stack: str | None) -> MetadataStore:
    """The metadata store of a stack, in which runs are said to be killed whose processes are gone.

    Args:
        session: The call of the command line.
        stack: The stack's name; the active one by default.

    Raises:
        ComponentNotFoundError: The stack has none.
        StackNotFoundError: There is no such stack, or none is active.
    """
    metadata = component_of(session, METADATA_STORE, stack)
    if metadata.get_runs(status="running", limit=1):
        from stackkit.pipelines.running.runs import settle  # only then: it brings the whole pipeline layer

        settle(metadata)
    return metadata


def _as_completed(session: Session, context: click.Context) -> MetadataStore:
    """The metadata store of the stack that the command line names so far."""
    return component_of(session, METADATA_STORE, context.params.get("stack"))


def _known_runs(session: Session, context: click.Context) -> list[str]:
    return [run.name for run in _as_completed(session, context).get_runs(limit=COMPLETED)]


def _known_pipelines(session: Session, context: click.Context) -> list[str]:
    return _as_completed(session, context).get_pipelines()


def _known_steps(session: Session, context: click.Context) -> list[str]:
    metadata = _as_completed(session, context)
    return [step.step for step in metadata.get_steps(find_run(metadata, context.params["run"]).id)]


def _known_sources(session: Session, context: click.Context) -> list[str]:
    """The import paths of the pipelines that ran last."""
    from stackkit.pipelines.running.entry import read_deployment

    runs = _as_completed(session, context).get_runs(limit=COMPLETED)
    deployments = {run.pipeline: run.deployment for run in reversed(runs)}
    return sorted({read_deployment(text).source for text in deployments.values()} - {""})


complete_runs: Final = names(_known_runs)
complete_pipelines: Final = names(_known_pipelines)
complete_steps: Final = names(_known_steps)
complete_sources: Final = names(_known_sources)


def all_runs(metadata: MetadataStore) -> Iterator[RunRecord]:
    """All runs, the newest first, page by page."""
    page = metadata.get_runs(limit=PAGE)
    while page:
        yield from page
        page = metadata.get_runs(limit=PAGE, before=page[-1].id) if len(page) == PAGE else []


def find_run(metadata: MetadataStore, text: str) -> RunRecord:
    """A run by its identifier, by the beginning or the end of it, or by its name.

    Args:
        metadata: Where it is looked for.
        text: What was typed.

    Raises:
        RecordNotFoundError: There is none, or there are several.
    """
    try:
        return metadata.get_run(UUID(text))
    except (ValueError, RecordNotFoundError):
        pass
    known = [*all_runs(metadata)]
    named = [run for run in known if run.name == text]
    fitting = named or [run for run in known if text and (str(run.id).startswith(text) or str(run.id).endswith(text))]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        shown = ", ".join(str(run.id) for run in fitting[:3])
        raise RecordNotFoundError(Problem(f"{text!r} may be several runs", remedy=f"name one: {shown}"))
    remedy = suggestion(text, [run.name for run in known], "list them: stackkit runs list")
    raise RecordNotFoundError(Problem(f"there is no run {text!r}", remedy=remedy))


def run_object(run: RunRecord) -> dict[str, object]:
    """A run for machines, without what was run."""
    return {
        "run": str(run.id),
        "name": run.name,
        "pipeline": run.pipeline,
        "stack": run.stack,
        "status": run.status,
        "started": run.started.isoformat(),
        "ended": _iso(run.ended),
        "error": run.error,
        "worker": run.worker,
    }


def run_row(run: RunRecord) -> dict[str, object]:
    """A run for people."""
    return {
        "run": str(run.id)[:8],
        "name": run.name,
        "pipeline": run.pipeline,
        "stack": run.stack,
        "status": run.status,
        "started": run.started.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"),
        "duration": elapsed(run.started, run.ended),
    }


def step_object(step: StepRecord) -> dict[str, object]:
    """A step for machines."""
    return {
        "step": step.step,
        "status": step.status,
        "attempt": step.attempt,
        "started": step.started.isoformat(),
        "ended": _iso(step.ended),
        "error": step.error,
        "logs": step.logs,
        "inputs": {taken.name: [str(artifact) for artifact in taken.artifacts] for taken in step.inputs},
        "outputs": [str(artifact) for artifact in step.outputs],
        "worker": step.worker,
    }


def step_row(step: StepRecord) -> dict[str, object]:
    """A step for people."""
    return {
        "step": step.step,
        "status": step.status,
        "attempt": step.attempt,
        "duration": elapsed(step.started, step.ended),
        "error": last_line(step.error),
    }


def last_line(text: str) -> str:
    """What a traceback ends with."""
    return text.rstrip().rpartition("\n")[2]


def _iso(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat()
