"""`init`, `status` and `check`."""

from __future__ import annotations

from pathlib import Path

import click

from stackkit.cli.render import output_option, show_fields, show_rows
from stackkit.cli.session import Session, pass_session
from stackkit.errors import StackkitError


@click.command("init", help="Make a workspace in PATH, or here: a folder .stackkit with its documents.")
@click.argument("path", type=click.Path(path_type=Path, file_okay=False), default=Path())
def init(path: Path) -> None:
    """Make a workspace."""
    from stackkit.workspace.location import FOLDER
    from stackkit.workspace.workspace import Workspace

    there = (path / FOLDER).is_dir()
    with Workspace.init(path) as workspace:
        workspace.stacks.all()
        click.echo(f"workspace {'is there already' if there else 'made'}: {workspace.root.resolve()}")


@click.command("status", help="Workspace, store, active stack, and what is up.")
@output_option
@pass_session
def status(session: Session, output: str) -> None:
    """Tell where things are and how they stand."""
    from stackkit.stack.lifecycle import states

    workspace = session.workspace
    active = workspace.stacks.active
    about = {"workspace": str(workspace.root), "store": workspace.store.url, "active_stack": active}
    rows: list[dict[str, object]] = []
    failure = ""
    if active is not None:
        try:
            found = states(workspace.stacks.get(active).components)
        except StackkitError as error:
            failure = str(error)
        else:
            rows = [
                {
                    "type": state.type,
                    "name": state.name,
                    "flavor": state.flavor,
                    "provisioned": state.is_provisioned,
                    "running": state.is_running,
                    "failure": state.failure,
                }
                for state in found
            ]
    if output == "json":
        show_fields({**about, "components": rows, "failure": failure}, output)
        return
    show_fields(about, output)
    click.echo()
    show_rows(rows, output, empty=failure or "no stack is active: stackkit stack set NAME")


@click.command("check", help="Everything that is wrong with the flavor at CLASS_PATH (module.Class), with file and line.")
@click.argument("class_path")
@pass_session
def check_flavor(session: Session, class_path: str) -> None:
    """Check a flavor without registering it."""
    from stackkit.registry.check import load_flavor

    flavor = load_flavor(class_path, session.workspace.root)
    click.echo(f"{class_path} is right: {flavor.__qualname__} is the flavor {flavor.FLAVOR}")
