"""`register` and `update`: components from options or from a document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from stackkit.cli.completion import components_of, flavors_of
from stackkit.cli.fields import FieldsCommand, as_options, builtins_of
from stackkit.cli.files import read_document
from stackkit.cli.session import Session, pass_session
from stackkit.core.component import StackComponent
from stackkit.core.component_type import ComponentType
from stackkit.errors import DocumentError, NotSerializableError


def register_command(kind: ComponentType[Any]) -> click.Command:
    """`register NAME --flavor=F --FIELD=VALUE …`, or `--from FILE`."""

    def flavor_of(session: Session, arguments: Sequence[str]) -> type[StackComponent] | None:
        name = _option_value(arguments, "--flavor", "-f")
        return session.registry.flavor(kind.slug, name) if name else None

    @click.command(
        "register",
        cls=FieldsCommand,
        flavor_of=flavor_of,
        help=f"Configure a component of the type {kind.title}. With --flavor, --help shows the fields of that flavor.",
    )
    @click.argument("name", required=False)
    @click.option("-f", "--flavor", metavar="FLAVOR", help="Which flavor.", shell_complete=flavors_of(kind.slug))
    @click.option("--from", "file", type=click.Path(path_type=Path), help="A document to read instead; - for standard input.")
    @pass_session
    def command(
        session: Session, name: str | None, flavor: str | None, file: Path | None, texts: Mapping[str, Sequence[str]]
    ) -> None:
        if (flavor is None) == (file is None):
            flavors = ", ".join(record.name for record in session.registry.records(kind.slug)) or "none yet"
            raise click.UsageError(f"give --flavor or --from; flavors of {kind.title}: {flavors}")
        if file is not None:
            component = _from_file(session, kind, file, name)
        elif flavor is not None and name is not None:
            component = _from_options(session, kind, name, flavor, texts)
        else:
            raise click.UsageError(f"give the {kind.title} a name")
        record = session.workspace.components.register(component)
        click.echo(f"{kind.title} {record.name} registered ({record.flavor})")

    return command


def _from_options(
    session: Session, kind: ComponentType[Any], name: str, flavor: str, texts: Mapping[str, Sequence[str]]
) -> StackComponent:
    config = builtins_of(session.registry.flavor(kind.slug, flavor), texts)
    try:
        return session.workspace.components.new(kind, name, flavor, config)
    except DocumentError as error:
        raise DocumentError(*as_options(error.problems)) from error


def _from_file(session: Session, kind: ComponentType[Any], file: Path, name: str | None) -> StackComponent:
    from stackkit.serialization.document import Envelope

    envelope = Envelope.read(read_document(file))
    if envelope.kind != kind.slug:
        raise click.UsageError(f"{file} is of the type {envelope.kind}, not {kind.slug}")
    component = envelope.load(session.registry.flavor(kind.slug, envelope.flavor))
    return component if name is None else component.replace(name=name)


def update_command(kind: ComponentType[Any]) -> click.Command:
    """`update NAME --FIELD=VALUE …`."""

    def flavor_of(session: Session, arguments: Sequence[str]) -> type[StackComponent] | None:
        name = next((argument for argument in arguments if not argument.startswith("-")), None)
        if name is None:
            return None
        return session.registry.flavor(kind.slug, session.workspace.components.record(kind, name).flavor)

    @click.command(
        "update",
        cls=FieldsCommand,
        flavor_of=flavor_of,
        help=f"Change fields of a component of the type {kind.title}. With NAME, --help shows the fields of its flavor.",
    )
    @click.argument("name", shell_complete=components_of(kind.slug))
    @pass_session
    def command(session: Session, name: str, texts: Mapping[str, Sequence[str]]) -> None:
        flavor = flavor_of(session, [name])
        if not texts or flavor is None:
            raise click.UsageError("give at least one field to change")
        try:
            session.workspace.components.update(kind, name, builtins_of(flavor, texts))
        except (DocumentError, NotSerializableError) as error:
            raise type(error)(*as_options(error.problems)) from error
        click.echo(f"{kind.title} {name} updated: {', '.join(texts)}")

    return command


def _option_value(arguments: Sequence[str], *options: str) -> str | None:
    for index, argument in enumerate(arguments):
        if argument in options and index + 1 < len(arguments):
            return arguments[index + 1]
        for option in options:
            if option.startswith("--") and argument.startswith(f"{option}="):
                return argument.partition("=")[2]
    return None
