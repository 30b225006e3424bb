"""Components of a flavor: the strategies of its fields, derived from their types and validators or given by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from hypothesis import strategies as st

from stackkit import StackComponent
from stackkit.core.names import suggestion
from stackkit.core.narrow import is_set
from stackkit.errors import ConfigurationError, Problem
from stackkit.testing.strategies.classes import FieldShape, Recipe, instances
from stackkit.testing.strategies.shape import Values
from stackkit.testing.strategies.shapes import Shapes
from stackkit.testing.strategies.texts import addresses, component_names

C = TypeVar("C", bound=StackComponent)


def components(flavor: type[C], **fields: Values) -> st.SearchStrategy[C]:
    """Components of a flavor.

    Values are drawn by the types of the fields, and narrowed by their attrs validators; what its validators or its
    constructor refuse all the same is drawn anew. Names are such as a workspace keeps, paths have the flavor's
    `SUPPORTED_SCHEMES`, and secrets are references. Fields with a default are left out at times.

    Args:
        flavor: Its class.
        fields: Strategies for some of its fields, by name: for a path that must exist, a type of your own, a value that
            depends on others.

    Raises:
        ConfigurationError: The flavor has no such fields; all of them are named.
        UnsupportedTypeError: Nothing is known of the type of a field; give its strategy.

    >>> from hypothesis import find
    >>> from stackkit.flavors.alerter.console import ConsoleAlerter
    >>> find(components(ConsoleAlerter, name=st.just("terminal")), lambda alerter: True).name
    'terminal'
    """
    return made_by(recipe_of(flavor, fields))


def recipe_of(flavor: type[C], chosen: Mapping[str, Values], shapes: Shapes | None = None) -> Recipe[C]:
    """How components of a flavor are made.

    Args:
        flavor: Its class.
        chosen: Strategies for some of its fields, by name.
        shapes: Gives the shapes of types; by default as they are derived.

    Raises:
        ConfigurationError: It has no such fields; all of them are named.
        UnsupportedTypeError: Nothing is known of the type of a field.
    """
    fields = (shapes or Shapes()).fields_of(flavor, chosen)
    unknown = [_unknown(flavor, name, fields) for name in chosen if name not in fields]
    if unknown:
        raise ConfigurationError(*unknown)
    values = {"name": component_names} | _addresses(flavor)
    known = {name: fields[name].drawn_from(values[name]) for name in values if name not in chosen}
    return Recipe(flavor, {**fields, **known}, chosen)


@st.composite
def made_by(draw: st.DrawFn, recipe: Recipe[C]) -> C:
    """The components that are made by a recipe.

    Args:
        draw: How values are drawn.
        recipe: How they are made.
    """
    return draw(instances(recipe))[0]


def _addresses(flavor: type[StackComponent]) -> dict[str, Values]:
    """The paths of a flavor that says which schemes it supports."""
    schemes: object = getattr(flavor, "SUPPORTED_SCHEMES", None)
    return {"path": addresses(map(str, schemes))} if is_set(schemes) and schemes else {}


def _unknown(flavor: type[StackComponent], name: str, fields: Mapping[str, FieldShape]) -> Problem:
    return Problem(
        f"has no field {name}", where=flavor.__qualname__, remedy=suggestion(name, fields, f"it has {', '.join(fields)}")
    )
