"""What commands say of flavors whose classes have changed without a new VERSION."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from stackkit.cli.render import visible
from stackkit.errors import FlavorDriftError, StackkitError

if TYPE_CHECKING:
    from stackkit.cli.session import Session
    from stackkit.core.component import StackComponent
    from stackkit.workspace.drift import Drift


def drift_rows(found: list[Drift]) -> list[dict[str, object]]:
    """Each change as a machine reads it."""
    return [
        {
            "type": drift.type,
            "flavor": drift.flavor,
            "version": drift.version,
            "place": change.place,
            "change": change.what,
            "fits": change.fits,
            "remedy": change.remedy,
        }
        for drift in found
        for change in drift.changes
    ]


def tell_drift(found: list[Drift]) -> None:
    """Tell people, on standard error: what documents survive is a note, the rest a warning that says what to do."""
    for drift in found:
        name = f"{drift.type.replace('_', ' ')} {drift.flavor}"
        for change in drift.changes:
            if change.fits:
                click.echo(visible(f"Note: {name}.{change.place}: {change.what}"), err=True)
        for problem in drift.problems():
            click.echo(visible(f"{'Warning' if drift.harms else 'Note'}: {problem}"), err=True)


def refuse_drift(session: Session, class_path: str, flavor: type[StackComponent]) -> None:
    """Look at what components of a registered class are kept as.

    Args:
        session: The call.
        class_path: What was named.
        flavor: The class there.

    Raises:
        FlavorDriftError: The class does not read them any more, and has the same VERSION.
    """
    from stackkit.core.component import type_of
    from stackkit.registry.registry import is_same_path

    try:
        record = session.registry.record(type_of(flavor).slug, flavor.FLAVOR)
    except StackkitError:  # it is not registered
        return
    found = session.workspace.drift.of(flavor) if is_same_path(record.path, class_path) else None
    if found is None:
        return
    if found.harms:
        raise FlavorDriftError(*found.problems())
    tell_drift([found])
