"""`register`, `update` and `remove-attribute`: components from options or from a document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from stackkit.cli.completion import components_of, fields_of, flavors_of
from stackkit.cli.components.field_options import FieldsCommand
from stackkit.cli.components.fields import as_options, builtins_of, option_name, own_fields
from stackkit.cli.files import read_document
from stackkit.cli.render import say
from stackkit.cli.session import Session, pass_session
from stackkit.core.component import StackComponent
from stackkit.core.component_type import ComponentType
from stackkit.errors import ComponentNotFoundError, ConfigurationError, DocumentError, NotSerializableError, Problem
from stackkit.serialization.converter import config_codec


def register_command(kind: ComponentType[Any]) -> click.Command:
    """`register NAME --flavor=F --FIELD=VALUE …`, or `--from FILE`."""

    def flavor_of(session: Session, arguments: Sequence[str]) -> type[StackComponent] | None:
        name = _option_value(arguments, "--flavor", "-f")
        return session.registry.flavor(kind.slug, name) if name else None

    @click.command(
        "register",
        cls=FieldsCommand,
        flavor_of=flavor_of,
        without_flavor="Fields are a flavor's: give --flavor too.",
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
            component, _ = _from_options(session, kind, name, flavor, texts)
        else:
            raise click.UsageError(f"give the {kind.title} a name")
        record = session.workspace.components.register(component)
        say(f"{kind.title} {record.name} registered ({record.flavor})")

    return command


def _from_options(
    session: Session,
    kind: ComponentType[Any],
    name: str,
    flavor: str,
    texts: Mapping[str, Sequence[str]],
    old: Mapping[str, object] | None = None,
) -> tuple[StackComponent, dict[str, object]]:
    """A component of a flavor, and the builtins of the fields that were given; every mistake is named at once."""
    config, problems = builtins_of(session.registry.flavor(kind.slug, flavor), texts)
    named = {problem.where for problem in problems}
    try:
        component = session.workspace.components.new(kind, name, flavor, {**(old or {}), **config})
    except DocumentError as error:
        more = [problem for problem in as_options(error.problems) if problem.where not in named]
        raise DocumentError(*problems, *more) from error
    if problems:
        raise DocumentError(*problems)
    return component, config


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
        return _flavor_of_named(session, kind, [argument for argument in arguments if not argument.startswith("-")])

    @click.command(
        "update",
        cls=FieldsCommand,
        flavor_of=flavor_of,
        without_flavor="Fields are a component's: name it too.",
        help=f"Change fields of a component of the type {kind.title}. With NAME, --help shows the fields of its flavor.",
    )
    @click.argument("name", shell_complete=components_of(kind.slug))
    @pass_session
    def command(session: Session, name: str, texts: Mapping[str, Sequence[str]]) -> None:
        if not texts:
            raise click.UsageError("give at least one field to change")
        old = session.workspace.components.record(kind, name)
        _, changes = _from_options(session, kind, name, old.flavor, texts, old.config)
        try:
            session.workspace.components.update(kind, name, changes)
        except (DocumentError, NotSerializableError) as error:
            raise type(error)(*as_options(error.problems)) from error
        say(f"{kind.title} {name} updated: {', '.join(texts)}")

    return command


def remove_attribute_command(kind: ComponentType[Any]) -> click.Command:
    """`remove-attribute NAME FIELD…`."""

    @click.command("remove-attribute", help="Set fields back to their defaults.")
    @click.argument("name", shell_complete=components_of(kind.slug))
    @click.argument("fields", nargs=-1, required=True, shell_complete=fields_of(kind.slug))
    @pass_session
    def command(session: Session, name: str, fields: Sequence[str]) -> None:
        names = [field.removeprefix("--").replace("-", "_") for field in fields]
        flavor = session.registry.flavor(kind.slug, session.workspace.components.record(kind, name).flavor)
        known = own_fields(config_codec(flavor))
        required = [option_name(field) for field in names if field in known and known[field].required]
        if required:
            remedy = f"change it: stackkit {kind.option} update {name}"
            raise ConfigurationError(*(Problem("has no default", where=o, remedy=f"{remedy} {o}=VALUE") for o in required))
        session.workspace.components.remove_fields(kind, name, names)
        say(f"{kind.title} {name}: {', '.join(names)} set back")

    return command


def _flavor_of_named(session: Session, kind: ComponentType[Any], candidates: Sequence[str]) -> type[StackComponent] | None:
    """The flavor of the first candidate that is a component: before an option's value can be told, it may be one."""
    missing: ComponentNotFoundError | None = None
    for name in candidates:
        try:
            return session.registry.flavor(kind.slug, session.workspace.components.record(kind, name).flavor)
        except ComponentNotFoundError as error:
            missing = missing or error
    if missing is not None:
        raise missing
    return None


def _option_value(arguments: Sequence[str], long: str, short: str) -> str | None:
    """The value that an option has in the end, as click will read it."""
    return next(reversed([*_option_values(arguments, long, short)]), None)


def _option_values(arguments: Sequence[str], long: str, short: str) -> Iterator[str]:
    for index, argument in enumerate(arguments):
        if argument in (long, short):
            yield from arguments[index + 1 : index + 2]
        elif argument.startswith(f"{long}="):
            yield argument.removeprefix(f"{long}=")
        elif argument.startswith(short) and not argument.startswith("--"):
            yield argument.removeprefix(short)
