"""`stackkit stack export|import|apply`: stacks as files."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import click

from stackkit.cli.files import format_of, is_standard, read_document, write_whole
from stackkit.cli.render import output_option, say, show_rows, visible
from stackkit.cli.session import Session, is_interactive, pass_session
from stackkit.cli.stacks.commands import stack_argument
from stackkit.serialization.formats.table import FORMATS, Format, encode


@click.command("export", help="Write a stack as one document, components included, secrets as references. YAML by default.")
@stack_argument()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--format", "format_name", type=click.Choice([*FORMATS]), help="By default what the file's name ends with.")
@pass_session
def export(session: Session, name: str, file: Path | None, format_name: str | None) -> None:
    """Write a stack as one document."""
    chosen = format_name or (format_of(file).name if file else "yaml")
    data = encode(session.workspace.transfer.export(name), chosen)
    if file is None or is_standard(file):
        _print(data, FORMATS[chosen])
        return
    write_whole(file, data)
    say(f"stack {name} written to {file}")


def _print(data: bytes, made: Format) -> None:
    """Print a document: to a program as it is, to a terminal so that it does not drive it."""
    line_end = made.is_text and not data.endswith(b"\n")
    if not sys.stdout.isatty():
        click.echo(data, nl=line_end)
    elif made.is_text:
        click.echo(visible(data.decode(), keep="\n"), nl=line_end)
    else:
        raise click.UsageError(f"{made.name} is nothing for a terminal: name a FILE")


@click.command("import", help="Bring in a stack from FILE, all of it or nothing. Where a name is taken another is asked for.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--rename", is_flag=True, help="Find free names instead of asking: prod-2, prod-3, …")
@pass_session
def import_stack(session: Session, file: Path, rename: bool) -> None:
    """Bring in a stack."""
    ask = _numbered() if rename else _ask if is_interactive() else None
    record = session.workspace.transfer.bring_in(read_document(file), rename=ask)
    members = ", ".join(f"{slug.replace('_', ' ')} {name}" for slug, name in record.components.items())
    say(f"stack {record.name} imported: {members}")


def _ask(what: str, name: str) -> str | None:
    question = f"There is another {what} {name} here. Import it as (empty to give up)"
    answer: str = click.prompt(visible(question), default="", show_default=False, err=True)
    return answer or None


def _numbered() -> Callable[[str, str], str]:
    first: dict[tuple[str, str], tuple[str, int]] = {}

    def next_name(what: str, name: str) -> str:
        base, number = first.get((what, name), (name, 1))
        new = f"{base}-{number + 1}"
        first[what, new] = (base, number + 1)
        return new

    return next_name


@click.command("apply", help="Make the workspace match FILE: shows what it creates, changes and leaves; one transaction.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show what would be done, and do nothing.")
@output_option
@pass_session
def apply(session: Session, file: Path, dry_run: bool, output: str) -> None:
    """Make the workspace match a file."""
    changes = session.workspace.transfer.plan(read_document(file))
    rows = [
        {
            "action": change.action,
            "type": change.kind.replace("_", " "),
            "name": change.name,
            "details": "; ".join(change.details),
        }
        for change in changes
    ]
    show_rows(rows, output, empty="the file has nothing in it")
    if not dry_run:
        session.workspace.transfer.apply(changes)
    made = sum(change.action != "leave" for change in changes)
    done = "nothing to do" if not made else f"{made} to do (--dry-run: nothing was written)" if dry_run else f"{made} done"
    click.echo(done, err=True)
