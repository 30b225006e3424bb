"""The attrs base that every flavor inherits."""

from __future__ import annotations

from abc import ABC
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast
from uuid import UUID, uuid4

import attrs
from attrs.exceptions import UnannotatedAttributeError
from typing_extensions import dataclass_transform, override

from stackkit.core import definition
from stackkit.core.component_type import Component, ComponentType, HasFlavor
from stackkit.core.equality import key, public_fields
from stackkit.core.lookup import Components
from stackkit.core.migrations import Migration, migration_problems
from stackkit.errors import FlavorDefinitionError, FrozenConfigurationError, Problem

if TYPE_CHECKING:
    import cattrs


def _keep_public_frozen(instance: object, field: attrs.Attribute[Any], value: Any) -> Any:
    if field.init and not field.name.startswith("_"):
        raise _frozen(instance, field.name)
    return value


def _frozen(instance: object, name: str) -> FrozenConfigurationError:
    return FrozenConfigurationError(
        Problem(
            "configuration does not change after construction",
            where=f"{type(instance).__name__}.{name}",
            remedy=f"make a changed copy: component.replace({name}=...)",
        )
    )


@dataclass_transform(kw_only_default=True, eq_default=False, field_specifiers=(attrs.field,))
class ComponentRoot(ABC):
    """Turns every subclass into an attrs class and refuses a broken one.

    It declares no field itself: to a type checker, the fields of a `dataclass_transform` class are not fields.
    """

    __attrs_attrs__: ClassVar[tuple[Any, ...]]

    def __init_subclass__(cls, *, abstract: bool = False) -> None:
        super().__init_subclass__()
        problems = list(_problems(cls, abstract))
        if problems:
            error = FlavorDefinitionError(*problems)
            error.flavor_class = cls
            raise error

    @override
    def __delattr__(self, name: str) -> None:
        if any(field.name == name for field in public_fields(type(self))):
            raise _frozen(self, name)
        super().__delattr__(name)

    @override
    def __eq__(self, other: object) -> bool:
        """Two components are equal when they are written as the same document."""
        if type(other) is not type(self):
            return NotImplemented
        return all(key(getattr(self, f.name)) == key(getattr(other, f.name)) for f in public_fields(type(self)))

    @override
    def __hash__(self) -> int:
        return hash((type(self), getattr(self, "uuid", None)))

    @override
    def __repr__(self) -> str:
        shown = ", ".join(f"{f.name}={getattr(self, f.name)!r}" for f in public_fields(type(self)) if f.repr)
        return f"{type(self).__qualname__}({shown})"


def _problems(cls: type, abstract: bool) -> Iterator[Problem]:
    if definition.is_decorated(cls):
        yield definition.decoration_problem(cls)
        return
    form = [*definition.body_problems(cls), *_define(cls)]
    yield from form
    if not definition.is_abstract(cls, abstract):
        named = {problem.where for problem in form}  # a constant that became a field is missing only for that reason
        yield from (problem for problem in definition.completeness_problems(cls) if problem.where not in named)
        yield from migration_problems(cls, definition.place(cls))
    yield from definition.override_problems(cls)
    yield from definition.constant_value_problems(cls)


def _define(cls: type) -> list[Problem]:
    """Make an attrs class, and tell what is wrong with its fields."""
    found: list[Problem] = []

    def collect(owner: type, fields: list[attrs.Attribute[Any]]) -> list[attrs.Attribute[Any]]:
        found.extend(definition.field_problems(owner, fields))
        return fields

    with suppress(UnannotatedAttributeError):  # body_problems has named them
        attrs.define(
            cls,
            kw_only=True,
            slots=False,
            eq=False,
            repr=False,
            auto_attribs=True,
            on_setattr=None if "__setattr__" in vars(cls) else _keep_public_frozen,  # body_problems has named it
            field_transformer=collect,
        )
    return found


def type_of(flavor: type[StackComponent]) -> ComponentType[Any]:
    """The component type of a flavor, whose class declares it in the base of its own type.

    Args:
        flavor: The flavor's class.
    """
    kind: ComponentType[Any] = getattr(flavor, "TYPE")  # noqa: B009 - each base declares it, their root does not
    return kind


def as_component(component: StackComponent) -> Component:
    """A flavor's instance as the Protocol sees it.

    The root does not declare TYPE, since it has none; each component type's base does.

    Args:
        component: An instance of any flavor.
    """
    return cast("Component", component)


class StackComponent(ComponentRoot, HasFlavor, ABC, abstract=True):
    """The attrs base of every component: configuration, lifecycle, and the hooks that a flavor may override.

    A subclass needs no decorator. Its annotated public attributes are configuration: keyword arguments of the
    constructor, and what a document holds. Names that begin with `_` and ClassVars are not serialized.

    Args:
        name: What people call the component.
        uuid: What identifies it; made anew by default.

    Raises:
        FlavorDefinitionError: When a subclass is defined that is missing something; all of it is named.
    """

    VERSION: ClassVar[int] = 1
    """The version of the configuration's form; raise it, and add a migration, when old documents no longer fit."""

    MIGRATIONS: ClassVar[Mapping[int, Migration]] = MappingProxyType({})
    """What makes a configuration of the next version out of one of each version before `VERSION`: `{1: from_1_to_2}`."""

    name: str
    uuid: UUID = attrs.field(factory=uuid4)

    def replace(self, **changes: Any) -> Self:
        """A copy with some of its configuration changed, and none of its private state.

        Args:
            changes: The new values, by field name.

        Raises:
            TypeError: There is no such field.
        """
        parameters = {f.name: f.alias or f.name for f in public_fields(type(self))}
        kept = {parameter: getattr(self, name) for name, parameter in parameters.items()}
        return type(self)(**(kept | {parameters.get(name, name): value for name, value in changes.items()}))

    @property
    def is_provisioned(self) -> bool:
        """Whether what the component needs exists. By default it needs nothing."""
        return True

    @property
    def is_running(self) -> bool:
        """Whether the component can be used now. By default it can as soon as what it needs exists."""
        return self.is_provisioned

    def provision(self) -> None:
        """Make what the component needs. Can be repeated without harm."""

    def deprovision(self) -> None:
        """Take away what `provision` made. Can be repeated without harm."""

    def resume(self) -> None:
        """Start, or start again. Can be repeated without harm."""

    def suspend(self) -> None:
        """Stop, keeping what was made. Can be repeated without harm."""

    def validate(self, components: Components) -> Iterable[Problem]:  # noqa: ARG002 - for subclasses
        """What is wrong with the stack, as this component sees it: another type that it needs, and why.

        Args:
            components: The stack that this component is part of.

        Returns:
            The problems; none by default.
        """
        return ()

    def logs(self) -> Iterable[str]:
        """The lines of the component's own log, oldest first. By default it keeps none."""
        return ()

    @classmethod
    def configure_converter(cls, converter: cattrs.Converter) -> None:
        """Register cattrs hooks for the flavor's own field types; called once, before the converter's first use.

        Args:
            converter: This flavor's own converter; no other flavor sees its hooks.
        """
