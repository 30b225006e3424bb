"""`stackkit demo`: the main job from start to end, in a temporary workspace."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

import click

from stackkit.cli.demo.guide import Guide
from stackkit.cli.demo.local_flavors import show_local_flavors
from stackkit.cli.demo.own_flavor import show_own_flavor
from stackkit.cli.demo.running import show_pipeline
from stackkit.workspace.location import STORE_VARIABLE


@click.command("demo", help="The main job from start to end, on real files, in a temporary workspace. Takes seconds.")
@click.option("--keep", is_flag=True, help="Keep the workspace, and say where it is.")
def demo(keep: bool) -> None:
    """Show what stackkit does."""
    began = time.monotonic()
    os.environ.pop(STORE_VARIABLE, None)  # a store that is shared is not to show things in
    if keep:
        folder = Path(tempfile.mkdtemp(prefix="stackkit-demo-"))
        _all_steps(folder)
        click.echo(f"\nThe workspaces are in {folder}")
    else:
        with tempfile.TemporaryDirectory(prefix="stackkit-demo-") as name:
            _all_steps(Path(name))
    click.secho(f"\nDone in {time.monotonic() - began:.1f} s: everything above ran for real.", bold=True)


def _all_steps(folder: Path) -> None:
    first, second = folder / "first", folder / "second"
    first.mkdir()
    second.mkdir()
    guide = Guide(first)
    show_own_flavor(guide)
    show_local_flavors(guide)
    show_pipeline(guide)
    click.echo()
