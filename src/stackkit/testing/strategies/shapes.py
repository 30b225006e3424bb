"""Which shape a type annotation has."""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping, MutableMapping
from collections.abc import Set as AbstractSet
from enum import Enum, Flag
from typing import Annotated, Any, Final, Literal, NewType, Union, get_args, get_origin

import attrs
from hypothesis import strategies as st
from typing_extensions import TypeAliasType

from stackkit import Reference, Secret
from stackkit.errors import Problem, UnsupportedTypeError
from stackkit.serialization.fields import ConfigField, class_with_fields, config_fields
from stackkit.testing.strategies.classes import FieldShape, class_shape, field_shapes
from stackkit.testing.strategies.constants import (
    constants_shape,
    flag_shape,
    reference_shape,
    references,
    secret_shape,
    secrets,
)
from stackkit.testing.strategies.constraints import ANYTHING, Alternatives, Constraints
from stackkit.testing.strategies.containers import empty_shape, mapping_shape, row_shape, set_shape, tuple_shape, union_shape
from stackkit.testing.strategies.scalars import scalar_shape
from stackkit.testing.strategies.shape import ANY, Shape

TWICE: Final = 2
"""How often a class that holds itself stands in a value, one inside of the other."""

_CONTAINERS: Final[Mapping[object, type]] = {
    **dict.fromkeys((dict, Mapping, MutableMapping), dict),
    **dict.fromkeys((frozenset, AbstractSet), frozenset),
    **{made: made for made in (list, tuple, set)},
}
"""Which container is made for an annotation's origin."""


@attrs.frozen
class Shapes:
    """Gives the shapes of types.

    Args:
        secrets: The secrets in the values.
        references: The references to other components in them.
        inside: The classes that the type stands in, the innermost last.
    """

    secrets: st.SearchStrategy[Secret] = secrets
    references: st.SearchStrategy[Reference] = references
    inside: tuple[type, ...] = ()

    def of(self, tp: object, asked: Alternatives = ANYTHING) -> Shape:
        """The shape of a type.

        Args:
            tp: A type annotation.
            asked: What is asked of the values; one of them suffices.

        Raises:
            UnsupportedTypeError: Nothing is known of the type.
        """
        found = [self._under(tp, one) for one in asked or ANYTHING]
        return found[0] if len(found) == 1 else attrs.evolve(found[0], values=st.one_of([shape.values for shape in found]))

    def fields_of(self, cls: type, others: Iterable[str] = ()) -> dict[str, FieldShape]:
        """The fields of a class with their shapes, by name.

        Args:
            cls: An attrs class or a dataclass.
            others: Fields whose values come from elsewhere, so that nothing need be known of their types.

        Raises:
            UnsupportedTypeError: Nothing is known of the type of a field.
        """
        inner = attrs.evolve(self, inside=(*self.inside, cls))
        known = set(others)

        def shape_of(field: ConfigField, asked: Alternatives) -> Shape:
            if field.name in known:
                return Shape(st.nothing(), frozenset({ANY}))
            try:
                return inner.of(field.type, asked)
            except UnsupportedTypeError as error:
                place = f"{cls.__qualname__}.{field.name}"
                raise UnsupportedTypeError(*(problem.under(place) for problem in error.problems)) from None

        return field_shapes(cls, shape_of)

    @property
    def _is_deep(self) -> bool:
        """Whether a class stands inside of itself often enough: what can be left out is."""
        return bool(self.inside) and self.inside.count(self.inside[-1]) >= TWICE

    def _under(self, tp: object, asked: Constraints) -> Shape:
        origin, args = get_origin(tp), get_args(tp)
        if origin is Annotated:
            return self._under(args[0], asked)
        if isinstance(tp, NewType):
            return self._under(tp.__supertype__, asked)
        if isinstance(tp, TypeAliasType):
            return self._under(tp.__value__, asked)
        if origin in (Union, types.UnionType):
            return self._union(args, asked)
        scalar = scalar_shape(tp, asked) or self._constants(tp, origin, args)
        return scalar or self._container(origin, args, asked) or self._class(tp)

    def _union(self, options: tuple[Any, ...], asked: Constraints) -> Shape:
        if self._is_deep and type(None) in options:
            return self._under(None, asked)
        return union_shape([self._under(option, asked) for option in options])

    def _constants(self, tp: object, origin: object, args: tuple[Any, ...]) -> Shape | None:
        if origin is Literal:
            return constants_shape(args)
        if tp is Secret:
            return secret_shape(self.secrets)
        if tp is Reference:
            return reference_shape(self.references)
        if isinstance(tp, type) and issubclass(tp, Flag):
            return flag_shape(tp)
        if isinstance(tp, type) and issubclass(tp, Enum):
            return constants_shape(list(tp))
        return None

    def _container(self, origin: object, args: tuple[Any, ...], asked: Constraints) -> Shape | None:
        make = _CONTAINERS.get(origin)
        if make is tuple and args[-1:] != (...,):
            return tuple_shape([self.of(arg) for arg in args])
        if make is None or not args:
            return None
        if self._is_deep and not asked.shortest:
            return empty_shape(make)
        item = self.of(args[1] if make is dict else args[0], asked.items)
        if make is dict:
            return mapping_shape(item, asked, asked.keys or ANYTHING)
        return set_shape(make, item, asked) if make in (set, frozenset) else row_shape(make, item, asked)

    def _class(self, tp: object) -> Shape:
        cls = class_with_fields(tp)
        if cls is not None:
            fields = self.fields_of(cls) if not self._is_deep else self._needed(cls)
            return class_shape(cls, fields)
        if isinstance(tp, type):
            found: type[object] = tp
            return Shape(st.from_type(found), frozenset({ANY}))
        name = str(tp).replace("typing.", "")
        raise UnsupportedTypeError(
            Problem(f"nothing is known of the type {name}", remedy="give the field's values by its name")
        )

    def _needed(self, cls: type) -> dict[str, FieldShape]:
        optional = [field.name for field in config_fields(cls) if not field.required]
        return {name: field for name, field in self.fields_of(cls, optional).items() if name not in optional}
