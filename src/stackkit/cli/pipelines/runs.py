"""`stackkit runs …`: how pipelines ran, and what they gave."""

from __future__ import annotations

from typing import Final, get_args

import click

from stackkit.cli.groups import LazyGroup
from stackkit.cli.pipelines.recorded_runs import (
    complete_pipelines,
    complete_runs,
    complete_steps,
    component_of,
    find_run,
    recorded,
    run_object,
    run_row,
    stack_name,
    stack_option,
    step_object,
    step_row,
)
from stackkit.cli.render import output_option, say, show_fields, show_rows, visible
from stackkit.cli.session import Session, pass_session
from stackkit.components.artifact_store import ARTIFACT_STORE
from stackkit.components.metadata_store import MetadataStore
from stackkit.core.names import suggestion
from stackkit.core.runs import ArtifactRecord, RunRecord, RunStatus, StepRecord
from stackkit.errors import Problem, RecordNotFoundError

_MOST: Final = 20
_HELP_RUN: Final = "RUN is its identifier, the beginning or end of that, or its name."


@click.group("runs", cls=LazyGroup, help="Runs of pipelines: how they went, and what they gave.")
def runs() -> None:
    """Runs of pipelines."""


@runs.command("list", help="The runs, the newest first.")
@click.option("--pipeline", metavar="NAME", shell_complete=complete_pipelines, help="Only those of one pipeline.")
@click.option("--status", type=click.Choice(get_args(RunStatus)), help="Only those that stand so.")
@click.option("--limit", type=click.IntRange(1), default=_MOST, show_default=True, help="How many at most, the newest first.")
@click.option(
    "--before", metavar="RUN", shell_complete=complete_runs, help="Go on after this run, the last one of the page before."
)
@stack_option
@output_option
@pass_session
def list_runs(
    session: Session,
    pipeline: str | None,
    status: RunStatus | None,
    limit: int,
    before: str | None,
    stack: str | None,
    output: str,
) -> None:
    """List runs."""
    metadata = recorded(session, stack)
    last = None if before is None else find_run(metadata, before).id
    found = metadata.get_runs(pipeline=pipeline, status=status, limit=limit + 1, before=last)
    if not found and pipeline is not None:
        _check_pipeline(metadata, pipeline)
    rows = [run_object(run) if output == "json" else run_row(run) for run in found[:limit]]
    show_rows(
        rows, output, empty="no such run yet: stackkit run MODULE:PIPELINE" if last is None else "there are no older ones"
    )
    if len(found) > limit and output != "json":
        click.echo(f"there are older ones: --before {found[limit - 1].id}", err=True)


def _check_pipeline(metadata: MetadataStore, name: str) -> None:
    known = metadata.get_pipelines()
    if name not in known:
        raise RecordNotFoundError(Problem(f"no pipeline {name!r} has run", remedy=suggestion(name, known)))


@runs.command("show", help=f"A run with its steps. {_HELP_RUN}")
@click.argument("run", shell_complete=complete_runs)
@stack_option
@output_option
@pass_session
def show(session: Session, run: str, stack: str | None, output: str) -> None:
    """Show a run."""
    metadata = recorded(session, stack)
    found = find_run(metadata, run)
    steps = metadata.get_steps(found.id)
    if output == "json":
        show_fields({**run_object(found), "steps": [*map(step_object, steps)]}, output)
        return
    show_fields({**run_row(found), "run": str(found.id), "error": found.error.partition("\n")[0]}, output)
    if steps:
        click.echo()
        show_rows([*map(step_row, steps)], output, empty="")


@runs.command("logs", help=f"What the steps of a run printed, and the errors that ended them. {_HELP_RUN}")
@click.argument("run", shell_complete=complete_runs)
@click.argument("step", required=False, shell_complete=complete_steps)
@stack_option
@pass_session
def logs(session: Session, run: str, step: str | None, stack: str | None) -> None:
    """Show logs."""
    metadata = recorded(session, stack)
    found = find_run(metadata, run)
    steps = metadata.get_steps(found.id)
    names = [record.step for record in steps]
    if step is not None and step not in names:
        raise RecordNotFoundError(Problem(f"no step {step!r} has begun", where=found.name, remedy=suggestion(step, names)))
    chosen = [record for record in steps if step in (None, record.step)]
    told = [_log_of(session, stack, record) for record in chosen]
    if not any(told):
        click.echo(visible(f"nothing was printed by {step or 'the steps of ' + found.name}"), err=True)
    for record, text in zip(chosen, told, strict=True):
        if text:
            if step is None:
                say(f"--- {record.step} ({record.status})")
            click.echo(visible(text.rstrip("\n"), keep="\n\t"))


def _log_of(session: Session, stack: str | None, step: StepRecord) -> str:
    printed = ""
    if step.logs:
        with component_of(session, ARTIFACT_STORE, stack).open(step.logs, "rb") as file:
            printed = file.read().decode("utf-8", "backslashreplace")
    between = "\n" if printed and step.error and not printed.endswith("\n") else ""
    return f"{printed}{between}{step.error}"


@runs.command("artifacts", help=f"What the steps of a run gave, from the cache or anew. {_HELP_RUN}")
@click.argument("run", shell_complete=complete_runs)
@stack_option
@output_option
@pass_session
def artifacts(session: Session, run: str, stack: str | None, output: str) -> None:
    """List artifacts."""
    metadata = recorded(session, stack)
    found = find_run(metadata, run)
    made = {artifact.id: artifact for artifact in metadata.get_artifacts(found.id)}
    outputs = [(step, artifact) for step in metadata.get_steps(found.id) for artifact in step.outputs]
    given = [(step, made.get(artifact) or metadata.get_artifact(artifact)) for step, artifact in outputs]
    rows = [_artifact_object(*each) if output == "json" else _artifact_row(*each, found) for each in given]
    show_rows(rows, output, empty=f"{found.name} gave nothing on the stack {stack_name(session, stack)}")


def _artifact_row(step: StepRecord, artifact: ArtifactRecord, run: RunRecord) -> dict[str, object]:
    return {
        "artifact": str(artifact.id)[:8],
        "step": step.step,
        "output": artifact.name,
        "type": artifact.type,
        "size": artifact.size,
        "made in": "this run" if artifact.run_id == run.id else str(artifact.run_id)[:8],
        "uri": artifact.uri,
    }


def _artifact_object(step: StepRecord, artifact: ArtifactRecord) -> dict[str, object]:
    return {
        "artifact": str(artifact.id),
        "step": step.step,
        "output": artifact.name,
        "type": artifact.type,
        "size": artifact.size,
        "digest": artifact.digest,
        "uri": artifact.uri,
        "materializer": artifact.materializer,
        "run": str(artifact.run_id),
        "made_by": artifact.step,
        "created": artifact.created.isoformat(),
    }
