"""The envelope around a component's configuration: `{type, flavor, version, config}`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

import attrs

from stackkit.core.component import StackComponent, type_of
from stackkit.core.narrow import is_dict
from stackkit.errors import (
    DocumentError,
    NewerDocumentError,
    NotSerializableError,
    Problem,
    StackkitError,
    UnsupportedTypeError,
)
from stackkit.serialization.codecs.builtin_values import MAX_DEPTH
from stackkit.serialization.codecs.codec import located
from stackkit.serialization.mirror.mirror import MIRROR, Mirror, begin_mirror, read_builtins
from stackkit.serialization.mistakes import unknown_keys

KEYS: Final = ("type", "flavor", "version", "config")
_ADDING: Final = {
    "type": "name the component type",
    "flavor": "name the flavor",
    "version": "write 1, or the VERSION of the flavor that it is written for",
    "config": "give the fields of the component",
}
LAST_VERSION: Final = 2**31 - 1

FlavorLookup: TypeAlias = Callable[[str, str], type[StackComponent]]
"""Gives the class of a flavor by the slug of its type and its name, or raises FlavorNotFoundError."""


@attrs.frozen
class Envelope:
    """A component's document before its configuration is looked at.

    Args:
        kind: The slug of the component's type.
        flavor: The name of its flavor.
        version: The version of the configuration's form.
        config: The configuration, as builtins.
    """

    kind: str
    flavor: str
    version: int
    config: dict[object, object]

    @classmethod
    def read(cls, data: object) -> Envelope:
        """An envelope from builtins.

        Raises:
            DocumentError: Keys are missing, unknown or of the wrong type; all of them are named.
        """
        if not is_dict(data):
            raise DocumentError(
                Problem("is no component document", remedy="it is an object with type, flavor, version and config")
            )
        problems = unknown_keys(data, KEYS, "is not known")
        problems += [Problem("is missing", where=key, remedy=_ADDING[key]) for key in KEYS if key not in data]
        kind, flavor, version, config = (data.get(key) for key in KEYS)
        for key, value in (("type", kind), ("flavor", flavor)):
            if key in data and not isinstance(value, str):
                problems.append(Problem(f"expected str, got {type(value).__name__}", where=key))
        if "version" in data and (type(version) is not int or not 1 <= version <= LAST_VERSION):
            problems.append(Problem(f"expected a whole number from 1 to {LAST_VERSION}", where="version"))
        if "config" in data and not is_dict(config):
            problems.append(Problem(f"expected an object, got {type(config).__name__}", where="config"))
        if isinstance(kind, str) and isinstance(flavor, str) and type(version) is int and is_dict(config) and not problems:
            return cls(kind, flavor, version, config)
        raise DocumentError(*problems)

    def current(self, flavor: type[StackComponent]) -> Envelope:
        """The same component's document in the form that its flavor's class has now.

        Raises:
            NewerDocumentError: The configuration has a newer form than the class knows.
            DocumentError: A migration failed; the flavor, the step and the component are named.
        """
        if self.version > flavor.VERSION:
            raise NewerDocumentError(
                Problem(
                    f"{type_of(flavor).title} {self.flavor} is known up to version {flavor.VERSION} here, not {self.version}",
                    where="version",
                    remedy="install the newer flavor",
                )
            )
        if self.version == flavor.VERSION:
            return self
        from stackkit.serialization.migration import migrated  # few documents are older than their class

        return attrs.evolve(self, version=flavor.VERSION, config=migrated(flavor, self.version, self.config))

    def load(self, flavor: type[StackComponent]) -> StackComponent:
        """The component, as an instance of its flavor's class; an older configuration is migrated first.

        Raises:
            NewerDocumentError: The configuration has a newer form than the class knows.
            DocumentError: A migration failed, or the configuration does not fit the class; every mistake is named with its
                path.
            UnsupportedTypeError: Fields of the class cannot be serialized; every one is named.
        """
        config = self.current(flavor).config
        from stackkit.serialization.converter import config_codec  # cattrs costs 30 ms, and a listing reads no configuration

        try:
            component = config_codec(flavor).load(config)
        except UnsupportedTypeError:
            raise
        except StackkitError as error:
            raise DocumentError(*located(error, "config")) from error
        except RecursionError as error:
            raise DocumentError(_too_deep()) from error
        assert isinstance(component, StackComponent)  # noqa: S101 - the codec makes instances of the flavor
        begin_mirror(flavor)
        return component


def _too_deep() -> Problem:
    return Problem("is nested too deeply, or holds itself", where="config", remedy=f"use at most {MAX_DEPTH} levels")


def dump_component(component: StackComponent) -> dict[str, object]:
    """A component's document, as builtins.

    Raises:
        NotSerializableError: A value cannot be written; every field is named.
        UnsupportedTypeError: Fields of its class cannot be serialized; every one is named. Or it is no component.
    """
    mirror: Mirror | None = getattr(type(component), MIRROR, None)
    written: dict[str, object] | None = None if mirror is None else mirror.write_builtins(component)
    if written is not None:
        return written
    from stackkit.serialization.converter import config_codec  # the same

    flavor = type(component)
    if StackComponent not in flavor.__mro__:  # one that fits a type's Protocol is a component too, to checkers alone
        remedy = "let its class inherit the base class of its component type"
        raise UnsupportedTypeError(Problem(f"{flavor.__name__} is no flavor, so its fields are not known", remedy=remedy))

    try:
        config = config_codec(flavor).dump(component)
    except UnsupportedTypeError:
        raise
    except StackkitError as error:
        raise NotSerializableError(*located(error, "config")) from error
    except RecursionError as error:
        raise NotSerializableError(_too_deep()) from error
    begin_mirror(flavor)
    return {"type": type_of(flavor).slug, "flavor": flavor.FLAVOR, "version": flavor.VERSION, "config": config}


def load_component(data: object, lookup: FlavorLookup) -> StackComponent:
    """A component from its document; its flavor is looked up by name.

    Args:
        data: The document, as builtins.
        lookup: Gives flavors by the slug of their type and their name.

    Raises:
        DocumentError: It is no component's document, or does not fit the flavor.
        FlavorNotFoundError: There is no such flavor.
    """
    found = read_builtins(data, lookup)
    if found is not None:
        return found
    envelope = Envelope.read(data)
    return envelope.load(lookup(envelope.kind, envelope.flavor))
