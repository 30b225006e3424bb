"""`stackkit stack validate|up|down`."""

from __future__ import annotations

import click

from stackkit.cli.render import say
from stackkit.cli.session import Session, confirm, pass_session
from stackkit.cli.stacks.commands import stack_argument
from stackkit.core.component_type import Component
from stackkit.stack import lifecycle
from stackkit.stack.validation import validate_for_use


@click.command("validate", help="Everything that is wrong with a stack, at once: needs that are not met, missing secrets.")
@stack_argument(required=False)
@pass_session
def validate_stack(session: Session, name: str | None) -> None:
    """Check a stack."""
    stack = session.workspace.stacks.get(name)
    validate_for_use(stack)
    say(f"stack {stack.name} is right")


@click.command("up", help="Bring a stack up: provision what needs it, and start it. Can be repeated.")
@stack_argument(required=False)
@pass_session
def up_stack(session: Session, name: str | None) -> None:
    """Bring a stack up."""
    stack = session.workspace.stacks.get(name)
    lifecycle.up(stack, on_step=lambda component: _tell(component, "is up"))
    say(f"stack {stack.name} is up")


@click.command("down", help="Bring a stack down; with --force take away what was provisioned. Can be repeated.")
@stack_argument(required=False)
@click.option("--force", is_flag=True, help="Deprovision its components too.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_session
def down_stack(session: Session, name: str | None, force: bool, yes: bool) -> None:
    """Bring a stack down."""
    stack = session.workspace.stacks.get(name)
    if force:
        confirm(f"Take away what the stack {stack.name} was provisioned with?", yes=yes)
    lifecycle.down(stack, force=force, on_step=lambda component: _tell(component, "is down"))
    say(f"stack {stack.name} is down")


def _tell(component: Component, what: str) -> None:
    say(f"  {component.TYPE.title} {component.name} {what}")
