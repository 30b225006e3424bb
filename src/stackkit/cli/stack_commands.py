"""`stackkit stack …`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import click
from typing_extensions import override

from stackkit.cli.completion import complete_members, complete_stacks, components_of
from stackkit.cli.groups import LazyGroup, command_at
from stackkit.cli.render import output_option, say, show_fields, show_rows
from stackkit.cli.session import Session, confirm, pass_session, session_of
from stackkit.errors import Problem, StackNotFoundError

SHORT: Final = {
    "artifact_store": "-a",
    "orchestrator": "-o",
    "metadata_store": "-m",
    "container_registry": "-c",
    "secrets_manager": "-x",
    "step_operator": "-s",
    "feature_store": "-f",
    "model_deployer": "-d",
    "experiment_tracker": "-e",
}
"""The short options, for daily use."""
TYPE_PREFIX: Final = "type__"


class ComponentsCommand(click.Command):
    """A command with an option for each component type that is registered."""

    @override
    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        own = super().get_params(ctx)
        return [*own[:-1], *_type_options(session_of(ctx)), *own[-1:]]

    @override
    def invoke(self, ctx: click.Context) -> Any:
        given = {name: value for name, value in ctx.params.items() if name.startswith(TYPE_PREFIX)}
        ctx.params = {name: value for name, value in ctx.params.items() if name not in given}
        twice = [name.removeprefix(TYPE_PREFIX) for name, value in given.items() if len(value) > 1]
        if twice:
            titles = ", ".join(slug.replace("_", " ") for slug in twice)
            raise click.UsageError(f"a stack has at most one component of a type; given more than once: {titles}", ctx)
        ctx.params["chosen"] = {name.removeprefix(TYPE_PREFIX): value[0] for name, value in given.items() if value}
        return super().invoke(ctx)


def _type_options(session: Session) -> Iterable[click.Option]:
    for entry in session.types():
        option = f"--{entry.slug.replace('_', '-')}"
        yield click.Option(
            [*([SHORT[entry.slug]] if entry.slug in SHORT else []), option, f"{TYPE_PREFIX}{entry.slug}"],
            multiple=True,
            metavar="NAME",
            help=f"Its {entry.slug.replace('_', ' ')}.",
            shell_complete=components_of(entry.slug),
        )


LAZY: Final = {
    "validate": ("Everything that is wrong with a stack, at once.", command_at("stack_running:validate_stack")),
    "up": ("Bring a stack up.", command_at("stack_running:up_stack")),
    "down": ("Bring a stack down.", command_at("stack_running:down_stack")),
    "export": ("Write a stack as one document.", command_at("stack_files:export")),
    "import": ("Bring in a stack from a document.", command_at("stack_files:import_stack")),
    "apply": ("Make the workspace match a file.", command_at("stack_files:apply")),
}


@click.group("stack", cls=LazyGroup, lazy=LAZY, help="Compose stacks, and bring them up and down.")
def stack() -> None:
    """Stacks."""


def stack_argument(*, required: bool = True) -> Callable[..., Any]:
    """The argument that names a stack."""
    return click.argument("name", required=required, shell_complete=complete_stacks)


@stack.command("register", cls=ComponentsCommand, help="Compose a stack of components of the workspace.")
@click.argument("name")
@click.option("--set", "activate", is_flag=True, help="Make it the active stack.")
@pass_session
def register(session: Session, name: str, activate: bool, chosen: Mapping[str, str]) -> None:
    """Compose a stack."""
    session.workspace.stacks.register(name, chosen, activate=activate)
    say(f"stack {name} registered{', and active' if activate else ''}")


@stack.command("list", help="The stacks of the workspace.")
@output_option
@pass_session
def list_stacks(session: Session, output: str) -> None:
    """List stacks."""
    found = session.workspace.stacks.all()
    active = session.workspace.stacks.active
    slugs = sorted({slug for record in found for slug in record.components})
    rows: list[dict[str, object]] = [
        {"stack": record.name, "active": record.name == active, **{slug: record.components.get(slug) for slug in slugs}}
        for record in found
    ]
    show_rows(rows, output, empty="no stack yet: stackkit stack register NAME --artifact-store A …")


@stack.command("describe", help="A stack's components.")
@stack_argument(required=False)
@output_option
@pass_session
def describe(session: Session, name: str | None, output: str) -> None:
    """Show a stack."""
    record = session.workspace.stacks.record(name or _active(session))
    if output == "json":
        show_fields({"stack": record.name, "components": dict(record.components), "revision": record.revision}, output)
        return
    show_fields({"stack": record.name, "active": record.name == session.workspace.stacks.active}, output)
    click.echo()
    rows = [{"type": slug.replace("_", " "), "component": component} for slug, component in record.components.items()]
    show_rows(rows, output, empty="it has no components")


@stack.command("get", help="The name of the active stack.")
@pass_session
def get(session: Session) -> None:
    """Name the active stack."""
    click.echo(_active(session))


def _active(session: Session) -> str:
    active = session.workspace.stacks.active
    if active is None:
        raise StackNotFoundError(Problem("no stack is active", remedy="name one, or: stackkit stack set NAME"))
    return active


@stack.command("set", help="Make a stack the active one.")
@stack_argument()
@pass_session
def set_active(session: Session, name: str) -> None:
    """Choose the active stack."""
    session.workspace.stacks.activate(name)
    say(f"stack {name} is active")


@stack.command("update", cls=ComponentsCommand, help="Exchange or add components of a stack.")
@stack_argument()
@pass_session
def update(session: Session, name: str, chosen: Mapping[str, str]) -> None:
    """Change a stack."""
    if not chosen:
        raise click.UsageError("give at least one component, such as --artifact-store NAME")
    session.workspace.stacks.update(name, chosen)
    say(f"stack {name} updated: {', '.join(slug.replace('_', ' ') for slug in chosen)}")


@stack.command("remove-component", help="Take components out of a stack: remove-component NAME alerter …")
@stack_argument()
@click.argument("types", nargs=-1, required=True, shell_complete=complete_members)
@pass_session
def remove_component(session: Session, name: str, types: Iterable[str]) -> None:
    """Take components out of a stack."""
    slugs = [kind.lstrip("-").replace("-", "_") for kind in types]
    session.workspace.stacks.remove_components(name, slugs)
    say(f"stack {name}: {', '.join(slug.replace('_', ' ') for slug in slugs)} taken out")


@stack.command("rename", help="Give a stack another name.")
@stack_argument()
@click.argument("new_name")
@pass_session
def rename(session: Session, name: str, new_name: str) -> None:
    """Rename a stack."""
    session.workspace.stacks.rename(name, new_name)
    say(f"stack {name} is now called {new_name}")


@stack.command("copy", help="Make another stack of the same components.")
@stack_argument()
@click.argument("new_name")
@pass_session
def copy(session: Session, name: str, new_name: str) -> None:
    """Copy a stack."""
    session.workspace.stacks.copy(name, new_name)
    say(f"stack {new_name} is a copy of {name}")


@stack.command("delete", help="Forget a stack; its components stay.")
@stack_argument()
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_session
def delete(session: Session, name: str, yes: bool) -> None:
    """Forget a stack."""
    session.workspace.stacks.record(name)
    confirm(f"Delete the stack {name}?", yes=yes)
    session.workspace.stacks.delete(name)
    say(f"stack {name} deleted")
