"""`stackkit stack …`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import click
from typing_extensions import override

from stackkit.cli.completion import complete_members, complete_stacks, components_of
from stackkit.cli.groups import LazyGroup, command_at
from stackkit.cli.late_options import LateOptionsCommand, late_option
from stackkit.cli.render import output_option, say, show_fields, show_rows
from stackkit.cli.session import Session, confirm, pass_session
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


class ComponentsCommand(LateOptionsCommand):
    """A command with an option for each component type that is registered."""

    @override
    def late_options(self, session: Session, arguments: Sequence[str]) -> Iterator[click.Option]:
        for entry in session.types():
            title = entry.slug.replace("_", " ")
            names = [*([SHORT[entry.slug]] if entry.slug in SHORT else []), f"--{entry.slug.replace('_', '-')}"]
            completed = components_of(entry.slug)
            yield late_option(entry.slug, *names, metavar="NAME", help=f"Its {title}.", shell_complete=completed)


def _chosen(texts: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The name of a component for each type that was given."""
    twice = [slug.replace("_", " ") for slug, names in texts.items() if len(names) > 1]
    if twice:
        raise click.UsageError(f"a stack has at most one component of a type; given more than once: {', '.join(twice)}")
    return {slug: name for slug, (name,) in texts.items()}


LAZY: Final = {
    "validate": ("Everything that is wrong with a stack, at once.", command_at("stacks.running:validate_stack")),
    "up": ("Bring a stack up.", command_at("stacks.running:up_stack")),
    "down": ("Bring a stack down.", command_at("stacks.running:down_stack")),
    "export": ("Write a stack as one document.", command_at("stacks.files:export")),
    "import": ("Bring in a stack from a document.", command_at("stacks.files:import_stack")),
    "apply": ("Make the workspace match a file.", command_at("stacks.files:apply")),
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
def register(session: Session, name: str, activate: bool, texts: Mapping[str, Sequence[str]]) -> None:
    """Compose a stack."""
    session.workspace.stacks.register(name, _chosen(texts), activate=activate)
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
def update(session: Session, name: str, texts: Mapping[str, Sequence[str]]) -> None:
    """Change a stack."""
    chosen = _chosen(texts)
    if not chosen:
        raise click.UsageError("give at least one component, such as --artifact-store NAME")
    session.workspace.stacks.update(name, chosen)
    say(f"stack {name} updated: {', '.join(slug.replace('_', ' ') for slug in chosen)}")


@stack.command("remove-component", help="Take components out of a stack: remove-component NAME alerter …")
@stack_argument()
@click.argument("types", nargs=-1, required=True, shell_complete=complete_members)
@pass_session
def remove_component(session: Session, name: str, types: Sequence[str]) -> None:
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
