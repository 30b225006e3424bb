"""Components as documents: `dumps`, `loads`, and the same without the bytes."""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar, overload

from stackkit.core.component import StackComponent, as_component, type_of
from stackkit.core.component_type import Component, ComponentType, P
from stackkit.errors import DocumentError, Problem
from stackkit.registry.registry import FlavorRegistry
from stackkit.serialization.document import Envelope, FlavorLookup, dump_component
from stackkit.serialization.formats.table import Data, decode, encode
from stackkit.serialization.mirror.mirror import MIRROR, Mirror, read_builtins, read_json

C = TypeVar("C", bound=StackComponent)


def to_builtins(component: StackComponent) -> dict[str, object]:
    """A component's document, made of None, bool, int, float, str, list and dict.

    Args:
        component: An instance of any flavor.

    Raises:
        NotSerializableError: Values cannot be written, such as plain secrets; every field is named.

    >>> from stackkit.flavors.alerter.console import ConsoleAlerter
    >>> to_builtins(ConsoleAlerter(name="terminal"))["flavor"]
    'console'
    """
    return dump_component(component)


@overload
def from_builtins(data: object, expect: type[C], *, registry: FlavorRegistry | None = None) -> C: ...
@overload
def from_builtins(data: object, expect: ComponentType[P], *, registry: FlavorRegistry | None = None) -> P: ...
@overload
def from_builtins(data: object, expect: None = None, *, registry: FlavorRegistry | None = None) -> Component: ...
def from_builtins(
    data: object, expect: type[StackComponent] | ComponentType[Any] | None = None, *, registry: FlavorRegistry | None = None
) -> object:
    """A component from its document.

    Args:
        data: The document, as `to_builtins` gives it.
        expect: A flavor's class, which then needs no registry; a base class or the token of a component type, for any flavor
            of it; or None for any component.
        registry: Where flavors are looked up; those of the kit and of installed packages by default.

    Returns:
        An instance of `expect`, to a type checker too.

    Raises:
        DocumentError: It is no component's document, does not fit, or is of another type or flavor than expected;
            every mistake is named with its path.
        FlavorNotFoundError: Its flavor is not known.
    """
    mirror: Mirror | None = getattr(expect, MIRROR, None)
    if mirror is not None and mirror.flavor is expect:
        found = mirror.read_builtins(data)
    else:
        found = _read_builtins(data, expect, registry)
    return _by_codecs(data, expect, registry) if found is None else found


def _by_codecs(
    data: object, expect: type[StackComponent] | ComponentType[Any] | None, registry: FlavorRegistry | None
) -> StackComponent | Component:
    """The component as its codecs read it, or all mistakes."""
    _check_expected(expect)
    envelope = Envelope.read(data)
    if isinstance(expect, ComponentType):
        _require(envelope.kind, expect.slug, "type")
    elif expect is not None and hasattr(expect, "TYPE"):
        _require(envelope.kind, type_of(expect).slug, "type")
        if hasattr(expect, "FLAVOR"):
            _require(envelope.flavor, expect.FLAVOR, "flavor")
            return envelope.load(expect)
    component = envelope.load(_lookup(registry)(envelope.kind, envelope.flavor))
    if isinstance(expect, type) and not isinstance(component, expect):
        what = f"expected a flavor that inherits {expect.__qualname__}, got {envelope.flavor}"
        raise DocumentError(Problem(what, where="flavor", remedy="is it another component's document?"))
    return as_component(component)


def _read_builtins(data: object, expect: object, registry: FlavorRegistry | None) -> StackComponent | None:
    """The component, where generated code can read it and several flavors may be expected; mistakes are told elsewhere."""
    return _as_expected(read_builtins(data, _lookup(registry)), expect) if _may_be_several(expect) else None


def _read_json(data: Data, expect: object, registry: FlavorRegistry | None) -> StackComponent | None:
    """The same of JSON."""
    return _as_expected(read_json(data, _lookup(registry)), expect) if _may_be_several(expect) else None


def _may_be_several(expect: object) -> bool:
    """Whether more than one flavor may be expected."""
    if expect is None or isinstance(expect, ComponentType):
        return True
    return isinstance(expect, type) and issubclass(expect, StackComponent) and not hasattr(expect, "FLAVOR")


def _as_expected(component: StackComponent | None, expect: object) -> StackComponent | None:
    """A component, where it is what is expected."""
    if component is None or expect is None:
        return component
    if isinstance(expect, ComponentType):
        return component if type_of(type(component)).slug == expect.slug else None
    return component if isinstance(expect, type) and isinstance(component, expect) else None


def _lookup(registry: FlavorRegistry | None) -> FlavorLookup:
    return (registry or _default_registry()).flavor


@cache
def _default_registry() -> FlavorRegistry:
    """The flavors of the kit and of installed packages; to look for packages takes longer than to read a document."""
    return FlavorRegistry()


def _check_expected(expect: object) -> None:
    """Refuse what says nothing of a document, such as a slug or a Protocol."""
    given = expect  # the checks below narrow the other one to a type that nothing is known of
    if expect is None or isinstance(expect, ComponentType) or (isinstance(expect, type) and issubclass(expect, StackComponent)):
        return
    what = f"nothing is loaded as {getattr(given, '__qualname__', repr(given))}"
    raise DocumentError(Problem(what, remedy="name the class of a flavor, or a token such as ARTIFACT_STORE"))


def _require(found: str, expected: str, where: str) -> None:
    if found != expected:
        remedy = "is it another component's document?"
        raise DocumentError(Problem(f"expected {expected}, got {found}", where=where, remedy=remedy))


def dumps(component: StackComponent, format: str = "json") -> bytes:  # noqa: A002 - what everybody calls it
    """A component as a document.

    Equal components give equal bytes.

    Args:
        component: An instance of any flavor.
        format: `json`, `yaml`, `toml` or `msgpack`.

    Raises:
        NotSerializableError: Values cannot be written, such as plain secrets; every field is named.
        UnknownNameError: There is no such format.

    >>> from uuid import UUID
    >>> from stackkit.flavors.alerter.console import ConsoleAlerter
    >>> print(dumps(ConsoleAlerter(name="terminal", uuid=UUID(int=7)), "yaml").decode(), end="")
    type: alerter
    flavor: console
    version: 1
    config:
      name: terminal
      uuid: 00000000-0000-0000-0000-000000000007
    """
    if format == "json":
        mirror: Mirror | None = getattr(type(component), MIRROR, None)
        written: bytes | None = None if mirror is None else mirror.write_json(component)  # None of a subclass of its flavor
        if written is not None:
            return written
    return encode(dump_component(component), format)


@overload
def loads(data: Data, expect: type[C], format: str = "json", *, registry: FlavorRegistry | None = None) -> C: ...
@overload
def loads(data: Data, expect: ComponentType[P], format: str = "json", *, registry: FlavorRegistry | None = None) -> P: ...
@overload
def loads(data: Data, expect: None = None, format: str = "json", *, registry: FlavorRegistry | None = None) -> Component: ...
def loads(
    data: Data,
    expect: type[StackComponent] | ComponentType[Any] | None = None,
    format: str = "json",  # noqa: A002 - what everybody calls it
    *,
    registry: FlavorRegistry | None = None,
) -> object:
    """A component from a document; nothing is imported or run but the flavor that the registry knows.

    Args:
        data: The document.
        expect: A flavor's class, which then needs no registry; a base class or the token of a component type, for any flavor
            of it; or None for any component.
        format: `json`, `yaml`, `toml` or `msgpack`.
        registry: Where flavors are looked up; those of the kit and of installed packages by default.

    Returns:
        An instance of `expect`, to a type checker too.

    Raises:
        DocumentError: It is no component's document, does not fit, or is of another type or flavor than expected;
            every mistake is named with its path.
        FlavorNotFoundError: Its flavor is not known.
        UnknownNameError: There is no such format.

    >>> from stackkit.components.alerter import ALERTER
    >>> from stackkit.flavors.alerter.console import ConsoleAlerter
    >>> loads(dumps(ConsoleAlerter(name="terminal")), ALERTER).name
    'terminal'
    """
    if format == "json":
        mirror: Mirror | None = getattr(expect, MIRROR, None)  # inline: a call more is a tenth of the time
        is_known = mirror is not None and mirror.flavor is expect
        found = mirror.read_json(data) if mirror is not None and is_known else _read_json(data, expect, registry)
        return _by_codecs(decode(data, format), expect, registry) if found is None else found
    builtins = decode(data, format)
    return from_builtins(builtins, registry=registry) if expect is None else from_builtins(builtins, expect, registry=registry)
