"""`init`, `status` and `check`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stackkit.cli.components.advising import give_advice
from stackkit.cli.components.drift_notes import drift_rows, refuse_drift, tell_drift
from stackkit.cli.render import output_option, say, show_fields, show_rows
from stackkit.cli.session import Session, pass_session
from stackkit.errors import StackkitError

if TYPE_CHECKING:
    from stackkit.core.component_type import Component
    from stackkit.stack.stack import Stack


@click.command("init", help="Make a workspace in PATH, or here: a folder .stackkit, with a stack that runs on this machine.")
@click.argument("path", type=click.Path(path_type=Path, file_okay=False), default=Path())
@click.option("--empty", is_flag=True, help="Without the stack.")
def init(path: Path, empty: bool) -> None:
    """Make a workspace."""
    from stackkit.workspace.defaults import register_default_stack
    from stackkit.workspace.location import FOLDER
    from stackkit.workspace.workspace import Workspace

    there = (path / FOLDER).is_dir()
    with Workspace.init(path) as workspace:
        workspace.stacks.all()
        stack = None if empty else register_default_stack(workspace)
        say(f"workspace {'is there already' if there else 'made'}: {workspace.root.resolve()}")
        if workspace.is_shared:
            say(f"its documents are shared: {workspace.store.url}")
        if stack is not None:
            members = ", ".join(slug.replace("_", " ") for slug in sorted(stack.components))
            say(f"stack {stack.name} made, and active: {members}")


@click.command("status", help="Workspace, store, active stack, and what is up.")
@output_option
@pass_session
def status(session: Session, output: str) -> None:
    """Tell where things are and how they stand."""
    workspace = session.workspace
    active = workspace.stacks.active
    about = {"workspace": str(workspace.root), "store": workspace.store.url, "active_stack": active}
    rows: list[dict[str, object]] = []
    failure = "" if active else "no stack is active: stackkit stack set NAME"
    if active is not None:
        try:
            rows = _state_rows(workspace.stacks.get(active))
        except StackkitError as error:
            failure = str(error)
    drift = workspace.drift.all()
    if output == "json":
        show_fields({**about, "components": rows, "failure": failure, "drift": drift_rows(drift)}, output)
        return
    show_fields(about, output)
    if rows:
        click.echo()
    named = [{**row, "type": str(row["type"]).replace("_", " ")} for row in rows]
    show_rows(named, output, empty=failure or f"stack {active} has no components")
    tell_drift(drift)


def _state_rows(stack: Stack) -> list[dict[str, object]]:
    from stackkit.stack.lifecycle import states

    return [
        {
            "type": state.type,
            "name": state.name,
            "flavor": state.flavor,
            "provisioned": state.is_provisioned,
            "running": state.is_running,
            "failure": state.failure,
        }
        for state in states(_as_used(stack))
    ]


def _as_used(stack: Stack) -> Iterator[Component]:
    """A stack's components with the values of their secrets, or without where these are missing."""
    for component in stack.components:
        try:
            yield stack.usable(component)
        except StackkitError:
            yield component


@click.command("check", help="Everything that is wrong with the flavor at CLASS_PATH (module.Class), with file and line.")
@click.argument("class_path")
@pass_session
def check_flavor(session: Session, class_path: str) -> None:
    """Check a flavor without registering it."""
    from stackkit.registry.check import load_flavor

    flavor = load_flavor(class_path, session.workspace.root)
    refuse_drift(session, class_path, flavor)
    say(f"{class_path} is right: {flavor.__qualname__} is the flavor {flavor.FLAVOR}")
    give_advice(flavor)
