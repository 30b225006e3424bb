"""`stackkit experiment-tracker runs …`: what was tried, and how it went."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, get_args

import click

from stackkit.cli.completion import components_of
from stackkit.cli.components.choosing import chosen_component
from stackkit.cli.groups import LazyGroup
from stackkit.cli.render import as_json, output_option, say, show_fields, show_rows
from stackkit.cli.run_rows import as_object, as_row, comparison, details, head
from stackkit.cli.session import Session, pass_session
from stackkit.components.experiment_runs import ExperimentRun, RunStatus
from stackkit.components.experiment_tracker import EXPERIMENT_TRACKER, ExperimentTracker
from stackkit.core.names import suggestion
from stackkit.core.narrow import is_list
from stackkit.errors import Problem, RunNotFoundError

_MOST: Final = 20


@click.group("runs", cls=LazyGroup, help="Runs in the active stack's experiment tracker, or in another.")
def runs() -> None:
    """Runs of experiments."""


def _tracker_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--tracker",
        metavar="NAME",
        help="Which experiment tracker; the active stack's by default, or else the only one.",
        shell_complete=components_of("experiment_tracker"),
    )(command)


def _experiment_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--experiment", metavar="NAME", help="Only those of one experiment.")(command)


def _limit_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--limit", type=click.IntRange(1), default=_MOST, show_default=True, help="How many at most, the newest first."
    )(command)


def _tracker(session: Session, name: str | None) -> ExperimentTracker:
    return chosen_component(session, EXPERIMENT_TRACKER, name, "--tracker")


@runs.command("list", help="The runs, the newest first.")
@_experiment_option
@click.option("--status", type=click.Choice(get_args(RunStatus)), help="Only those that stand so.")
@click.option("--tag", "tags", metavar="NAME=TEXT", multiple=True, help="Only those with this tag; can be repeated.")
@_limit_option
@_tracker_option
@output_option
@pass_session
def list_runs(
    session: Session,
    experiment: str | None,
    status: RunStatus | None,
    tags: Sequence[str],
    limit: int,
    tracker: str | None,
    output: str,
) -> None:
    """List runs."""
    source = _tracker(session, tracker)
    _check_experiment(source, experiment)
    found = source.list_runs(experiment, status=status, tags=_tags(tags))[:limit]
    rows = [as_object(run) if output == "json" else as_row(run) for run in found]
    show_rows(rows, output, empty=f"no such run in {source.name} yet")


def _tags(given: Sequence[str]) -> Mapping[str, str]:
    wrong = [tag for tag in given if "=" not in tag]
    if wrong:
        raise click.UsageError(f"a tag is given as NAME=TEXT, not as {wrong[0]!r}")
    return {name: text for name, _, text in (tag.partition("=") for tag in given)}


def _check_experiment(tracker: ExperimentTracker, name: str | None) -> None:
    if name is not None and name not in (known := tracker.list_experiments()):
        raise RunNotFoundError(Problem(f"there is no experiment {name!r}", where=tracker.name, remedy=suggestion(name, known)))


def find(tracker: ExperimentTracker, text: str) -> ExperimentRun:
    """A run by its identifier, by the beginning or the end of it, or by its name.

    Args:
        tracker: Where it is looked for.
        text: What was typed.

    Raises:
        RunNotFoundError: There is none, or there are several.
    """
    try:
        return tracker.get_run(text)
    except RunNotFoundError:
        known = tracker.list_runs()
    fitting = [run for run in known if text and (run.name == text or run.run_id.startswith(text) or run.run_id.endswith(text))]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        shown = ", ".join(run.run_id for run in fitting[:5])
        raise RunNotFoundError(Problem(f"{text!r} may be several runs", where=tracker.name, remedy=f"name one: {shown}"))
    names = [*(run.name for run in known), *(run.run_id for run in known)]
    remedy = suggestion(text, names, f"list them: stackkit {EXPERIMENT_TRACKER.option} runs list")
    raise RunNotFoundError(Problem(f"there is no run {text!r}", where=tracker.name, remedy=remedy))


@runs.command(
    "show", help="A run with all that was logged to it. RUN is its identifier, the beginning or end of that, or its name."
)
@click.argument("run")
@_tracker_option
@output_option
@pass_session
def show(session: Session, run: str, tracker: str | None, output: str) -> None:
    """Show a run."""
    source = _tracker(session, tracker)
    found = find(source, run)
    artifacts = source.list_artifacts(found.run_id)
    if output == "json":
        show_fields({**as_object(found), "artifacts": artifacts}, output)
        return
    show_fields({**head(found), "parent": found.parent}, output)
    rows = details(found, artifacts)
    if rows:
        click.echo()
        show_rows(rows, output, empty="")


@runs.command("compare", help="Parameters, metrics and tags of several runs, side by side.")
@click.argument("names", metavar="RUN...", nargs=-1, required=True)
@click.option("--differing", is_flag=True, help="Leave out what is the same in all of them.")
@_tracker_option
@output_option
@pass_session
def compare(session: Session, names: Sequence[str], differing: bool, tracker: str | None, output: str) -> None:
    """Compare runs."""
    source = _tracker(session, tracker)
    found = [find(source, name) for name in names]
    rows = comparison(found, differing=differing)
    if output == "json":
        click.echo(as_json({"runs": [as_object(run) for run in found], "rows": rows}))
        return
    heads = [head(run) for run in found]
    table: list[Sequence[object]] = [("", name, *(each[name] for each in heads)) for name in heads[0]]
    table += [(row["what"], row["name"], *_values(row["values"])) for row in rows]
    columns = ["what", "name", *(f"run {number}" for number, _ in enumerate(found, 1))]
    show_rows([dict(zip(columns, line, strict=True)) for line in table], output, empty="")


def _values(values: object) -> Sequence[object]:
    return values if is_list(values) else ()


@runs.command("plot", help="Plot metrics as an SVG file: a panel for each metric, a line for each run.")
@click.argument("metrics", metavar="METRIC...", nargs=-1, required=True)
@click.option("--to", "file", type=click.Path(path_type=Path), required=True, help="The file; - for standard output.")
@click.option("--run", "names", metavar="RUN", multiple=True, help="Which run; can be repeated. By default, the newest.")
@_experiment_option
@click.option("--over", type=click.Choice(["step", "time"]), default="step", show_default=True, help="What it is plotted over.")
@click.option("--log", is_flag=True, help="Plot the values on a logarithmic scale.")
@_limit_option
@_tracker_option
@pass_session
def plot(
    session: Session,
    metrics: Sequence[str],
    file: Path,
    names: Sequence[str],
    experiment: str | None,
    over: str,
    log: bool,
    limit: int,
    tracker: str | None,
) -> None:
    """Plot metrics."""
    from stackkit.cli.files import is_standard, write_whole
    from stackkit.cli.of_types.experiment_plot import figure

    source = _tracker(session, tracker)
    _check_experiment(source, experiment)
    newest = limit if experiment else 1
    found = [find(source, name) for name in names] if names else source.list_runs(experiment)[:newest]
    text = figure(source, found, metrics, over=over, log=log)
    if is_standard(file):
        click.echo(text, nl=False)
        return
    write_whole(file, text.encode())
    say(f"{', '.join(metrics)} of {len(found)} run{'' if len(found) == 1 else 's'} plotted to {file}")
