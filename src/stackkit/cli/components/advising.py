"""What a right flavor might do better, told beside what was done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from stackkit.cli.render import visible

if TYPE_CHECKING:
    from stackkit.core.component import StackComponent


def give_advice(flavor: type[StackComponent]) -> None:
    """Tell the author of a flavor what could be better, on standard error: it changes no outcome.

    Args:
        flavor: The flavor's class.
    """
    from stackkit.registry.advice import advice

    for problem in advice(flavor):
        click.echo(visible(f"Advice: {problem}"), err=True)
