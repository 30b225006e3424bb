"""`stackkit pipelines list` and `stackkit pipeline graph`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stackkit.cli.groups import LazyGroup
from stackkit.cli.pipelines.options import PipelineCommand, compiled, require_run_of
from stackkit.cli.pipelines.recorded_runs import (
    complete_runs,
    complete_sources,
    find_run,
    recorded,
    run_object,
    run_row,
    stack_option,
)
from stackkit.cli.render import output_option, say, show_rows
from stackkit.cli.session import Session, pass_session

if TYPE_CHECKING:
    from stackkit.core.deployment import PipelineDeployment
    from stackkit.core.runs import StepStatus


@click.group("pipelines", cls=LazyGroup, help="The pipelines that ran.")
def pipelines() -> None:
    """Pipelines that ran."""


@pipelines.command("list", help="The pipelines that ran, each with its last run.")
@stack_option
@output_option
@pass_session
def list_pipelines(session: Session, stack: str | None, output: str) -> None:
    """List pipelines."""
    metadata = recorded(session, stack)
    last = [run for name in metadata.get_pipelines() for run in metadata.get_runs(pipeline=name, limit=1)]
    show = run_object if output == "json" else run_row
    rows = [
        {"pipeline": run.pipeline, **{f"last_{key}": show(run)[key] for key in ("run", "name", "status", "started")}}
        for run in last
    ]
    show_rows(rows, output, empty="no pipeline ran yet: stackkit run MODULE:PIPELINE")


@click.group("pipeline", cls=LazyGroup, help="A pipeline as a picture.")
def pipeline() -> None:
    """Pipelines."""


@pipeline.command(
    "graph",
    cls=PipelineCommand,
    help="The steps of a pipeline as a graph, in Mermaid or SVG; with --run coloured by how they stand in a run.",
)
@click.argument("path", metavar="[MODULE:PIPELINE]", required=False, shell_complete=complete_sources)
@click.option("--run", "run_name", metavar="RUN", shell_complete=complete_runs, help="A run; the pipeline is drawn as it ran.")
@click.option(
    "--format", "form", type=click.Choice(["mermaid", "svg"]), help="By default what the file's name ends with, or Mermaid."
)
@click.option("--to", "file", type=click.Path(path_type=Path), help="The file; standard output by default.")
@stack_option
@pass_session
@click.pass_context
def graph(
    context: click.Context,
    session: Session,
    path: str | None,
    run_name: str | None,
    form: str | None,
    file: Path | None,
    stack: str | None,
    texts: Mapping[str, Sequence[str]],
) -> None:
    """Draw a pipeline."""
    from stackkit.cli.files import is_standard, write_whole
    from stackkit.cli.pipelines.graph import mermaid, svg

    statuses: dict[str, StepStatus] = {}
    if run_name is not None:
        if texts:
            raise click.UsageError("a run has its parameters already: leave them out")
        deployment, statuses = _as_it_ran(session, stack, run_name, path)
    elif path is not None:
        deployment = compiled(session, context.command, path, texts)
    else:
        raise click.UsageError("name a pipeline, MODULE:PIPELINE, or a run with --run")
    as_svg = form == "svg" or (form is None and file is not None and file.suffix.lower() == ".svg")
    text = svg(deployment, statuses) if as_svg else mermaid(deployment, statuses)
    if file is None or is_standard(file):
        click.echo(text, nl=False)
        return
    write_whole(file, text.encode())
    say(f"{deployment.name} drawn to {file}")


def _as_it_ran(
    session: Session, stack: str | None, text: str, path: str | None
) -> tuple[PipelineDeployment, dict[str, StepStatus]]:
    from stackkit.pipelines.running.entry import read_deployment

    metadata = recorded(session, stack)
    found = find_run(metadata, text)
    if path is not None:
        require_run_of(session, found, path)
    return read_deployment(found.deployment), {step.step: step.status for step in metadata.get_steps(found.id)}
