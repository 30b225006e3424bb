"""`stackkit TYPE flavor …`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from stackkit.cli.completion import flavors_of
from stackkit.cli.components.advising import give_advice
from stackkit.cli.groups import LazyGroup
from stackkit.cli.render import as_json, output_option, say, show_fields, show_rows, visible
from stackkit.cli.session import Session, confirm, pass_session
from stackkit.core.component_type import ComponentType

if TYPE_CHECKING:
    from stackkit.registry.registry import FlavorRecord


def flavor_group(kind: ComponentType[Any]) -> LazyGroup:
    """The commands about the flavors of a component type.

    Args:
        kind: The component type.
    """
    group = LazyGroup("flavor", help=f"Flavors of the type {kind.title}.")
    for make in (_register, _list, _describe, _schema, _delete):
        group.add_command(make(kind))
    return group


def _register(kind: ComponentType[Any]) -> click.Command:
    @click.command("register", help="Import a class, check it, and keep it as a flavor. CLASS_PATH is module.Class.")
    @click.argument("class_path")
    @pass_session
    def command(session: Session, class_path: str) -> None:
        record = session.workspace.flavors.register(class_path, kind)
        say(f"{kind.title} flavor {record.name} registered: {record.path}")
        give_advice(session.workspace.flavors.get(kind, record.name))

    return command


def _list(kind: ComponentType[Any]) -> click.Command:
    @click.command("list", help=f"The flavors of the type {kind.title}, and what is wrong with those that cannot be used.")
    @output_option
    @pass_session
    def command(session: Session, output: str) -> None:
        rows = [
            {
                "flavor": record.name,
                "source": record.source,
                "class": record.path,
                "about": _about(session, record),
            }
            for record in session.registry.records(kind.slug)
        ]
        show_rows(rows, output, empty=f"no flavor yet: stackkit {kind.option} flavor register module.Class")

    return command


def _about(session: Session, record: FlavorRecord) -> str:
    failure = session.registry.failure(record)
    return f"BROKEN: {failure}" if failure else record.summary


def _describe(kind: ComponentType[Any]) -> click.Command:
    @click.command("describe", help="A flavor's class, and its fields.")
    @click.argument("flavor", shell_complete=flavors_of(kind.slug))
    @output_option
    @pass_session
    def command(session: Session, flavor: str, output: str) -> None:
        from stackkit.cli.components.explaining import field_rows

        record = session.workspace.flavors.record(kind, flavor)
        found = session.workspace.flavors.get(kind, flavor)
        about = {"flavor": flavor, "type": kind.slug, "class": record.path, "source": record.source, "version": found.VERSION}
        rows = field_rows(found)
        if output == "json":
            show_fields({**about, "summary": record.summary, "fields": rows}, output)
            return
        show_fields({**about, "about": record.summary or "-"}, output)
        click.echo()
        show_rows(rows, output, empty="it has no fields of its own")

    return command


def _schema(kind: ComponentType[Any]) -> click.Command:
    @click.command("schema", help="The JSON Schema (2020-12) of a flavor's documents, for editors and other programs.")
    @click.argument("flavor", shell_complete=flavors_of(kind.slug))
    @click.option("--output", type=click.Choice(["json", "yaml"]), default="json", show_default=True, help="How it is written.")
    @pass_session
    def command(session: Session, flavor: str, output: str) -> None:
        from stackkit.serialization.formats.table import encode
        from stackkit.serialization.schemas.schema import json_schema

        schema = json_schema(session.workspace.flavors.get(kind, flavor))
        click.echo(as_json(schema) if output == "json" else visible(encode(schema, output).decode(), keep="\n").rstrip("\n"))

    return command


def _delete(kind: ComponentType[Any]) -> click.Command:
    @click.command("delete", help="Forget a flavor of this workspace; refused while components have it.")
    @click.argument("flavor", shell_complete=flavors_of(kind.slug))
    @click.option("--yes", is_flag=True, help="Do not ask.")
    @pass_session
    def command(session: Session, flavor: str, yes: bool) -> None:
        session.workspace.flavors.record(kind, flavor)
        confirm(f"Forget the {kind.title} flavor {flavor}?", yes=yes)
        session.workspace.flavors.delete(kind, flavor)
        say(f"{kind.title} flavor {flavor} forgotten")

    return command
