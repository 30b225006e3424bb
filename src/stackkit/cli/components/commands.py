"""The group of one component type: its flavors, and its components from registering to deleting."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import click

from stackkit.cli.completion import components_of
from stackkit.cli.components.choosing import stack_around
from stackkit.cli.groups import LazyCommands, LazyGroup, command_at
from stackkit.cli.render import output_option, say, show_fields, show_rows, visible
from stackkit.cli.session import Session, confirm, pass_session
from stackkit.components.catalog import TypeEntry
from stackkit.core.component_type import ComponentType
from stackkit.core.narrow import is_dict

SPECIAL: Mapping[str, LazyCommands] = {
    "container_registry": {
        "push": ("Push an image.", command_at("of_types.images:push")),
        "pull": ("Pull an image.", command_at("of_types.images:pull")),
        "digest": ("Tell the digest of an image.", command_at("of_types.images:digest")),
        "tags": ("List the tags of a repository.", command_at("of_types.images:tags")),
    },
    "experiment_tracker": {"runs": ("Look at runs.", command_at("of_types.experiment_runs:runs"))},
    "secrets_manager": {"secret": ("Work with secrets.", command_at("of_types.secrets:secret"))},
    "feature_store": {
        "views": ("Register, list and describe feature views.", command_at("of_types.features:views")),
        "write": ("Add rows to a feature view.", command_at("of_types.features:write")),
        "historical": ("Features as they were.", command_at("of_types.features:historical")),
        "materialize": ("Put features online.", command_at("of_types.features:materialize")),
        "online": ("Features as they are now.", command_at("of_types.features:online")),
    },
    "model_deployer": {
        "deploy": ("Serve a model.", command_at("of_types.model_servers:deploy")),
        "servers": ("List, stop, start and delete servers of models.", command_at("of_types.model_servers:servers")),
    },
}
"""Commands and groups that one component type has beside those of all."""


def type_group(entry: TypeEntry) -> click.Command:
    """The group of commands of a component type.

    Args:
        entry: The component type, as it is listed.
    """
    kind: ComponentType[Any] = ComponentType(entry.slug)
    lazy: LazyCommands = {
        "flavor": ("Register, list and describe flavors.", partial(_flavor, kind)),
        **{name: (summary, partial(make, kind)) for name, (summary, make) in COMMANDS.items()},
        **SPECIAL.get(entry.slug, {}),
    }
    return LazyGroup(kind.option, lazy=lazy, help=f"{kind.title.capitalize()}: {entry.summary or 'a component type'}.")


def name_argument(kind: ComponentType[Any], *, required: bool = True) -> Callable[..., Any]:
    """The argument that names a component of a type."""
    return click.argument("name", required=required, shell_complete=components_of(kind.slug))


def _flavor(kind: ComponentType[Any]) -> click.Command:
    from stackkit.cli.components.flavors import flavor_group

    return flavor_group(kind)


def _register(kind: ComponentType[Any]) -> click.Command:
    from stackkit.cli.components.configuring import register_command

    return register_command(kind)


def _update(kind: ComponentType[Any]) -> click.Command:
    from stackkit.cli.components.configuring import update_command

    return update_command(kind)


def _list(kind: ComponentType[Any]) -> click.Command:
    @click.command("list", help=f"The workspace's components of the type {kind.title}.")
    @output_option
    @pass_session
    def command(session: Session, output: str) -> None:
        active = session.active_component(kind)
        rows = [
            {"name": record.name, "flavor": record.flavor, "uuid": record.uuid, "active": record.name == active}
            for record in session.workspace.components.all(kind)
        ]
        show_rows(rows, output, empty=f"no {kind.title} yet: stackkit {kind.option} register NAME --flavor=FLAVOR")

    return command


def _describe(kind: ComponentType[Any]) -> click.Command:
    @click.command("describe", help="A component's configuration, and the stacks that have it.")
    @name_argument(kind, required=False)
    @output_option
    @pass_session
    def command(session: Session, name: str | None, output: str) -> None:
        record = session.workspace.components.record(kind, session.component_name(kind, name))
        stacks = session.workspace.stacks.all()
        used = [stack.name for stack in stacks if stack.components.get(kind.slug) == record.name]
        fields = {key: _typed(value) for key, value in record.config.items() if key not in ("name", "uuid")}
        head = {"name": record.name, "type": kind.slug, "flavor": record.flavor, "uuid": record.uuid}
        tail = {"stacks": ", ".join(used) or "none", "revision": record.revision}
        if output == "json":
            show_fields({**record.document, "stacks": used, "revision": record.revision}, output)
        else:
            show_fields({**head, **fields, **tail}, output)

    return command


def _typed(value: object) -> object:
    """A value of a configuration, a secret as it is typed: `${NAME.KEY}`."""
    from stackkit.serialization.codecs.references import SECRET_TAG

    return f"${{{value[SECRET_TAG]}}}" if is_dict(value) and SECRET_TAG in value else value


def _get(kind: ComponentType[Any]) -> click.Command:
    @click.command("get", help=f"The name of the active stack's {kind.title}.")
    @pass_session
    def command(session: Session) -> None:
        click.echo(session.component_name(kind, None))

    return command


def _remove_attribute(kind: ComponentType[Any]) -> click.Command:
    from stackkit.cli.components.configuring import remove_attribute_command

    return remove_attribute_command(kind)


def _rename(kind: ComponentType[Any]) -> click.Command:
    @click.command("rename", help="Give it another name; stacks follow.")
    @name_argument(kind)
    @click.argument("new_name")
    @pass_session
    def command(session: Session, name: str, new_name: str) -> None:
        session.workspace.components.rename(kind, name, new_name)
        say(f"{kind.title} {name} is now called {new_name}")

    return command


def _copy(kind: ComponentType[Any]) -> click.Command:
    @click.command("copy", help="Make another of the same configuration.")
    @name_argument(kind)
    @click.argument("new_name")
    @pass_session
    def command(session: Session, name: str, new_name: str) -> None:
        session.workspace.components.copy(kind, name, new_name)
        say(f"{kind.title} {new_name} is a copy of {name}")

    return command


def _delete(kind: ComponentType[Any]) -> click.Command:
    @click.command("delete", help="Forget it; refused while a stack has it.")
    @name_argument(kind)
    @click.option("--yes", is_flag=True, help="Do not ask.")
    @pass_session
    def command(session: Session, name: str, yes: bool) -> None:
        session.workspace.components.record(kind, name)
        confirm(f"Delete the {kind.title} {name}?", yes=yes)
        session.workspace.components.delete(kind, name)
        say(f"{kind.title} {name} deleted")

    return command


def _up(kind: ComponentType[Any]) -> click.Command:
    @click.command("up", help="Provision it if needed, and start it.")
    @name_argument(kind, required=False)
    @pass_session
    def command(session: Session, name: str | None) -> None:
        from stackkit.stack.lifecycle import up

        chosen = session.component_name(kind, name)
        up(stack_around(session, kind, chosen), only=kind)
        say(f"{kind.title} {chosen} is up")

    return command


def _down(kind: ComponentType[Any]) -> click.Command:
    @click.command("down", help="Stop it; with --force take away what was provisioned.")
    @name_argument(kind, required=False)
    @click.option("--force", is_flag=True, help="Deprovision it too.")
    @click.option("--yes", is_flag=True, help="Do not ask.")
    @pass_session
    def command(session: Session, name: str | None, force: bool, yes: bool) -> None:
        from stackkit.stack.lifecycle import down

        chosen = session.component_name(kind, name)
        stack = stack_around(session, kind, chosen)
        if force:
            confirm(f"Take away what the {kind.title} {chosen} was provisioned with?", yes=yes)
        down(stack, force=force, only=kind)
        say(f"{kind.title} {chosen} is down")

    return command


def _logs(kind: ComponentType[Any]) -> click.Command:
    @click.command("logs", help="The lines of its log.")
    @name_argument(kind, required=False)
    @pass_session
    def command(session: Session, name: str | None) -> None:
        from stackkit.core.component import StackComponent

        chosen = session.component_name(kind, name)
        component = stack_around(session, kind, chosen)[kind]
        empty = True
        for line in component.logs() if isinstance(component, StackComponent) else ():
            click.echo(visible(line, keep="\t"))
            empty = False
        if empty:
            click.echo(f"{kind.title} {chosen} has logged nothing", err=True)

    return command


def _explain(kind: ComponentType[Any]) -> click.Command:
    @click.command("explain", help="What this component type is, and what a flavor of it defines.")
    @pass_session
    def command(session: Session) -> None:
        from stackkit.cli.components.explaining import explanation

        click.echo(explanation(session.registry, kind.slug))

    return command


COMMANDS: Mapping[str, tuple[str, Callable[[ComponentType[Any]], click.Command]]] = {
    "register": ("Configure a component of a flavor.", _register),
    "list": ("List the components.", _list),
    "describe": ("Show a component's configuration.", _describe),
    "get": ("Name the active stack's component.", _get),
    "update": ("Change fields of a component.", _update),
    "remove-attribute": ("Set fields back to their defaults.", _remove_attribute),
    "rename": ("Give a component another name.", _rename),
    "copy": ("Make another of the same configuration.", _copy),
    "delete": ("Forget a component.", _delete),
    "up": ("Provision and start a component.", _up),
    "down": ("Stop a component.", _down),
    "logs": ("Show a component's log.", _logs),
    "explain": ("What this type is, and what a flavor of it defines.", _explain),
}
