"""Stacks of components of some flavors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs
from hypothesis import strategies as st

from stackkit import Reference, Stack, StackComponent
from stackkit.core.component import as_component, type_of
from stackkit.testing.strategies.components import made_by, recipe_of
from stackkit.testing.strategies.constants import references
from stackkit.testing.strategies.shapes import Shapes
from stackkit.testing.strategies.texts import component_names


def stacks(*flavors: type[StackComponent]) -> st.SearchStrategy[Stack]:
    """Stacks: at most one component of each type, at least one in all, in any order.

    Where fields refer to other components, they refer to others of the same stack, as long as there are any.

    Args:
        flavors: Flavors of one or several types.
    """
    return _stacks(flavors)


@st.composite
def _stacks(draw: st.DrawFn, flavors: Sequence[type[StackComponent]]) -> Stack:
    slugs = draw(st.lists(st.sampled_from(sorted({type_of(flavor).slug for flavor in flavors})), min_size=1, unique=True))
    chosen = [draw(st.sampled_from([flavor for flavor in flavors if type_of(flavor).slug == slug])) for slug in slugs]
    names = {slug: draw(component_names) for slug in slugs}
    made = [draw(_component(flavor, names)) for flavor in chosen]
    return Stack(*map(as_component, made), name=draw(component_names))


def _component(flavor: type[StackComponent], names: Mapping[str, str]) -> st.SearchStrategy[StackComponent]:
    own = type_of(flavor).slug
    others = [Reference(slug, name) for slug, name in names.items() if slug != own]
    shapes = attrs.evolve(Shapes(), references=st.sampled_from(others) if others else references)
    return made_by(recipe_of(flavor, {"name": st.just(names[own])}, shapes))
