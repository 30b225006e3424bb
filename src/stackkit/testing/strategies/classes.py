"""Shapes of attrs classes and dataclasses: their fields, with what their validators ask."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, partial
from typing import Any, Final, Generic, TypeVar

import attrs
from hypothesis import reject
from hypothesis import strategies as st
from typing_extensions import override

from stackkit.core.narrow import is_dict
from stackkit.serialization.fields import ConfigField, config_fields
from stackkit.testing.strategies.constraints import Alternatives, Bound, constraints_of
from stackkit.testing.strategies.shape import Shape, Values, sampled

T = TypeVar("T")

_TRIED: Final[tuple[object, ...]] = (
    "", " ", "?", "\n", "\0", "nowhere://bucket", "x" * 1000, -1, 0, 1, 2, 10**6, -(10**6), -1.0, 0.5, 1.5, 1e300,
)  # fmt: skip
"""What some validator may refuse."""


TRIES: Final = 30
"""How many values are drawn for one that a validator takes."""


class Named:
    """Shown by a name alone: Hypothesis shows what strategies are made of, field by field, many times over."""

    @override
    def __repr__(self) -> str:
        raise NotImplementedError

    def _repr_pretty_(self, printer: Any, _: bool) -> None:
        printer.text(repr(self))


@attrs.frozen(repr=False)
class FieldShape(Named):
    """A field of a class, and the shape of its values.

    Args:
        owner: The class.
        field: What documents hold of it.
        shape: The shape of its values, before its validator was asked.
        asked: What the validator asks, as far as that can be told.
    """

    owner: type[object]
    field: ConfigField
    shape: Shape
    asked: Alternatives

    @override
    def __repr__(self) -> str:
        return f"{self.owner.__qualname__}.{self.field.name}"

    @property
    def values(self) -> Values:
        """The values that the field's own converter and validator accept."""
        if self.field.validate is None and self.field.convert is None:
            return self.shape.values
        return _accepted(self)

    def drawn_from(self, values: Values) -> FieldShape:
        """The same field, with values from elsewhere; its validator sees them all the same."""
        return attrs.evolve(self, shape=attrs.evolve(self.shape, values=values))

    def refused(self, right: object) -> Iterator[object]:
        """Builtins of the right type that the validator refuses.

        Args:
            right: What a document holds for the field.
        """
        if self.field.validate is None or not isinstance(right, str | int | float) or isinstance(right, bool):
            return
        for value in (*_TRIED, *self._beyond_the_limits(right)):
            if type(value) is type(right) and not accepts(self.owner, self.field, value):
                yield value

    def _beyond_the_limits(self, right: float | str) -> Iterator[object]:
        for asked in self.asked:
            for bound in filter(None, (asked.lowest, asked.highest)):
                yield from _around(bound)
            if isinstance(right, str):
                yield from ("x" * (size + 1) for size in (asked.longest,) if size is not None)
                yield right[: max(asked.shortest - 1, 0)]


def _around(bound: Bound) -> Iterator[object]:
    if isinstance(bound.value, int | float):
        yield from (bound.value, bound.value - 1, bound.value + 1)


def accepts(owner: type[object], field: ConfigField, value: object) -> bool:
    """Whether a field's own converter and validator take a value.

    One that looks at other fields, which are not there yet, takes it: the constructor decides.

    Args:
        owner: The field's class.
        field: The field.
        value: A value of its type.
    """
    instance: object = object.__new__(owner)
    try:
        converted = field.convert(instance, value) if field.convert else value
        if field.validate:
            field.validate(instance, converted)
    except AttributeError:
        return True
    except Exception:  # noqa: BLE001 - validators are the user's code, and may raise anything
        return False
    return True


@st.composite
def _accepted(draw: st.DrawFn, field: FieldShape) -> object:
    """Values that a validator takes; tried more often than `filter` does, since nobody knows how few it takes."""
    for _ in range(TRIES):
        value: object = draw(field.shape.values)
        if accepts(field.owner, field.field, value):
            return value
    return reject()


def validators_of(cls: type) -> Mapping[str, object]:
    """The validators of a class's fields, by name; a dataclass has none."""
    return {field.name: field.validator for field in attrs.fields(cls)} if attrs.has(cls) else {}


def field_shapes(cls: type[object], shape_of: Callable[[ConfigField, Alternatives], Shape]) -> dict[str, FieldShape]:
    """The fields of a class with their shapes, by name.

    Args:
        cls: An attrs class or a dataclass.
        shape_of: Gives the shape of a field under constraints.
    """
    asked = {name: constraints_of(validator) for name, validator in validators_of(cls).items()}
    return {
        field.name: FieldShape(cls, field, shape_of(field, asked.get(field.name, ())), asked.get(field.name, ()))
        for field in config_fields(cls)
    }


@attrs.frozen(repr=False, slots=False)
class Recipe(Named, Generic[T]):
    """How instances of a class are made.

    Args:
        cls: The class.
        fields: Its fields, by name.
        chosen: Strategies that a caller chose for some of them; those are always given.
    """

    cls: Callable[..., T]
    fields: Mapping[str, FieldShape]
    chosen: Mapping[str, Values] = attrs.field(factory=dict[str, Values])

    @override
    def __repr__(self) -> str:
        return getattr(self.cls, "__qualname__", "")

    @cached_property
    def arguments(self) -> st.SearchStrategy[Mapping[str, object]]:
        """Arguments by the names of the fields: all that are needed, some of the others."""
        fields = self.fields.items()
        needed = [name for name, field in fields if field.field.required or name in self.chosen]
        values = {name: self.chosen.get(name, field.values) for name, field in fields}
        others = {name: values[name] for name in values if name not in needed}
        return st.fixed_dictionaries({name: values[name] for name in needed}, optional=others)


@st.composite
def instances(draw: st.DrawFn, recipe: Recipe[T]) -> tuple[T, frozenset[str]]:
    """Instances of a class, each with the names of the fields that were given to its constructor.

    What the class refuses as a whole is rejected, so that Hypothesis draws anew.

    Args:
        draw: How values are drawn.
        recipe: How they are made.
    """
    chosen = draw(recipe.arguments)
    try:
        made = recipe.cls(**{recipe.fields[name].field.argument: value for name, value in chosen.items()})
    except ValueError:
        reject()
    return made, frozenset(chosen)


@st.composite
def _only(draw: st.DrawFn, recipe: Recipe[T]) -> T:
    return draw(instances(recipe))[0]


def class_shape(cls: type, fields: Mapping[str, FieldShape]) -> Shape:
    """The shape of a class that is nested in others.

    Args:
        cls: The class.
        fields: Its fields, with those left out that are not to be given.
    """
    holds_secret = any(field.shape.holds_secret for field in fields.values())
    return Shape(_only(Recipe(cls, fields)), frozenset({"dict"}), partial(class_mistakes, fields), holds_secret)


def class_mistakes(fields: Mapping[str, FieldShape], right: object) -> st.SearchStrategy[object]:
    """Objects that are nearly of a class: something missing, unknown, misspelt, of the wrong type, or refused.

    Args:
        fields: The fields of the class.
        right: The object of an instance.
    """
    if not is_dict(right):
        return st.nothing()
    present = [name for name in fields if name in right]
    needed = [name for name in present if fields[name].field.required]
    unknown = [key for key in ("no such field", "") if key not in fields]
    known = [name for name in present if f"{name}_" not in fields]
    checked = [name for name in present if fields[name].field.validate is not None]
    mistaken = [name for name in present if fields[name].shape.can_be_mistaken(right[name])]
    return st.one_of(
        sampled(needed).map(lambda name: {key: value for key, value in right.items() if key != name}),
        sampled(unknown).map(lambda key: {**right, key: None}),
        sampled(known).map(lambda name: {(f"{key}_" if key == name else key): value for key, value in right.items()}),
        sampled(checked).flatmap(lambda name: _with(right, name, sampled(fields[name].refused(right[name])))),
        sampled(mistaken).flatmap(lambda name: _with(right, name, fields[name].shape.mistakes(right[name]))),
    )


def _with(right: dict[object, object], name: str, wrong: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return wrong.map(lambda value: {**right, name: value})
