"""Documents of a flavor's components, and documents that are nearly right."""

from __future__ import annotations

from typing import TypeAlias, TypeVar

from hypothesis import strategies as st

from stackkit import StackComponent, to_builtins
from stackkit.core.narrow import is_dict
from stackkit.testing.strategies.classes import Recipe, class_mistakes, instances
from stackkit.testing.strategies.components import recipe_of
from stackkit.testing.strategies.shape import Values, lookalikes, sampled

Document: TypeAlias = dict[str, object]
C = TypeVar("C", bound=StackComponent)


def documents(flavor: type[C], *, valid: bool = True, **fields: Values) -> st.SearchStrategy[Document]:
    """Documents, as builtins.

    Args:
        flavor: Whose.
        valid: Right ones, as people write them too: without some of the fields that have a default, keys in any order. Or
            else such as have one thing wrong: a key missing, unknown or misspelt; a value of the wrong type, none of the
            constants, or refused by its validator; another type, flavor or version. All of these must be refused.
        fields: Strategies for some of its fields, by name, as for `components`.

    Raises:
        ConfigurationError: The flavor has no such fields; all of them are named.
        UnsupportedTypeError: Nothing is known of the type of a field; give its strategy.
    """
    return _documents(flavor, recipe_of(flavor, fields), valid)


@st.composite
def _documents(draw: st.DrawFn, flavor: type[C], recipe: Recipe[C], valid: bool) -> Document:
    right = _as_written(draw, *draw(instances(recipe)))
    if valid:
        return right
    if draw(st.integers(0, 2)) == 0:  # chosen here, since `one_of` gives every branch of its branches the same chance
        return dict(draw(_wrong_around(flavor, right)))
    known = {name: field for name, field in recipe.fields.items() if name not in recipe.chosen}
    return _with(right, "config", draw(class_mistakes(known, right["config"])))


def _as_written(draw: st.DrawFn, component: StackComponent, given: frozenset[str]) -> Document:
    """A document of a component: fields that its constructor was not given may be left out."""
    document = to_builtins(component)
    config = document["config"]
    assert is_dict(config)  # noqa: S101 - of a component's document it is
    kept = [name for name in config if name in given or draw(st.booleans())]
    return {**document, "config": {name: config[name] for name in draw(st.permutations(kept))}}


def _with(document: Document, key: str, value: object) -> Document:
    return {**document, key: value}


def _wrong_around(flavor: type[StackComponent], document: Document) -> st.SearchStrategy[Document]:
    """Documents whose configuration is right, in an envelope that is not."""
    missing = [{key: value for key, value in document.items() if key != name} for name in document]
    misspelt = [{(f"{key}s" if key == name else key): value for key, value in document.items()} for name in document]
    kinds = {"type": "str", "flavor": "str", "version": "int", "config": "dict"}
    of_another_kind = [
        _with(document, key, value)
        for key, kind in kinds.items()
        for value in lookalikes(document[key], frozenset({kind}))
        if kind != "dict" or not is_dict(value)  # all objects are configurations, if wrong ones
    ]
    others: dict[str, list[object]] = {
        "type": ["", "no_such_type", str(document["type"]).upper()],
        "flavor": ["", "no-such-flavor", f"{document['flavor']} "],
        "version": [0, -1, flavor.VERSION + 1, 2**31],
    }
    changed = [_with(document, key, value) for key, values in others.items() for value in values]
    unknown = _with(document, "no such key", None)
    return st.one_of(sampled([*missing, *misspelt, unknown]), sampled(of_another_kind), sampled(changed))
