"""`stackkit workspace migrate`."""

from __future__ import annotations

import click

from stackkit.cli.render import output_option, show_rows
from stackkit.cli.session import Session, confirm, pass_session


@click.group("workspace", help="Look after what the workspace keeps.")
def workspace() -> None:
    """Look after what the workspace keeps."""


@workspace.command("migrate", help="Bring all components to the form that their flavors have now, after a backup.")
@click.option("--dry-run", is_flag=True, help="Show what would be done, and do nothing.")
@click.option("--yes", is_flag=True, help="Do not ask, where the store makes no backup.")
@output_option
@pass_session
def migrate(session: Session, dry_run: bool, yes: bool, output: str) -> None:
    """Bring all components to the form that their flavors have now."""
    migration = session.workspace.migration
    plan = migration.plan()
    rows = [
        {
            "type": upgrade.old.type,
            "name": upgrade.old.name,
            "flavor": upgrade.old.flavor,
            "from": upgrade.old.version,
            "to": upgrade.new.version,
            "details": "; ".join(upgrade.details),
        }
        for upgrade in plan
    ]
    show_rows(rows, output, empty="every component has the form that its flavor has now")
    if not plan:
        return
    if dry_run:
        click.echo(f"{len(plan)} to migrate (--dry-run: nothing was written)", err=True)
        return
    if not migration.can_back_up:
        confirm("This store cannot back itself up. Migrate without a backup?", yes=yes)
    done = migration.run()
    click.echo(f"{len(done.upgrades)} migrated; as it was before: {done.backup or 'no backup was made'}", err=True)
