"""The generated functions of each flavor: made when it is used for the second time, and then used instead of its codecs.

So a command that reads one component, and ends, pays for none of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Literal, TypeAlias

from stackkit.core.component import StackComponent, type_of
from stackkit.core.narrow import is_dict
from stackkit.errors import StackkitError
from stackkit.serialization.mirror.source import Function, UnmirroredError

_Lookup: TypeAlias = Callable[[str, str], type[StackComponent]]
_Name: TypeAlias = Literal["read_json", "read_builtins", "write_json", "write_builtins"]

MIRROR: Final = "__stackkit_mirror__"
"""Where a flavor's class keeps its mirror; its subclasses seem to have the same."""
_HEADS: Final[dict[bytes, tuple[str, str]]] = {}
"""How the JSON documents of flavors begin that were used before: the slugs of their types, and their names."""
_LONGEST_HEAD: Final = 500


class Mirror:
    """The functions of one flavor, each made when it is first called.

    Each gives None for what its codecs have to look at.

    Args:
        flavor: The flavor's class.

    Attributes:
        read_json: A component from bytes or text.
        read_builtins: A component from builtins.
        write_json: Bytes from a component.
        write_builtins: Builtins from a component.
    """

    def __init__(self, flavor: type[StackComponent]) -> None:
        self.flavor = flavor
        self.read_json: Function = self._first("read_json")
        self.read_builtins: Function = self._first("read_builtins")
        self.write_json: Function = self._first("write_json")
        self.write_builtins: Function = self._first("write_builtins")

    def _first(self, name: _Name) -> Function:
        """What stands in for a function until it is called."""

        def first(value: Any) -> Any:
            made = _made(self.flavor, name)
            setattr(self, name, made)
            return made(value)

        return first


def _made(flavor: type[StackComponent], name: _Name) -> Function:
    from stackkit.serialization.mirror import functions  # all codecs, which a listing does not need

    makes: dict[_Name, Callable[[type[StackComponent]], Function]] = {
        "read_json": functions.reads_json,
        "read_builtins": functions.reads_builtins,
        "write_json": functions.writes_json,
        "write_builtins": functions.writes_builtins,
    }
    try:
        return makes[name](flavor)
    except (UnmirroredError, StackkitError):  # what is wrong with the class, its codecs say
        return _leave


def _leave(_: object) -> None:
    """All that a mirror does for a class that cannot be mirrored."""


def mirror_of(cls: type) -> Mirror | None:
    """The mirror of a flavor; None before it was used with its codecs, and of all other classes."""
    found: Mirror | None = getattr(cls, MIRROR, None)
    return found if found is not None and found.flavor is cls else None


def begin_mirror(flavor: type[StackComponent]) -> None:
    """Take note that a flavor was used; it has a mirror from now on.

    Args:
        flavor: The flavor's class.
    """
    if mirror_of(flavor) is None:
        _HEADS[f'{{"type":"{type_of(flavor).slug}","flavor":"{flavor.FLAVOR}"'.encode()] = (type_of(flavor).slug, flavor.FLAVOR)
        setattr(flavor, MIRROR, Mirror(flavor))


def read_json(data: object, lookup: _Lookup) -> StackComponent | None:
    """A component from JSON, whatever its flavor, if that was used before and the document is written as documents are.

    Args:
        data: The document.
        lookup: Gives flavors by the slugs of their types and their names.
    """
    if not isinstance(data, bytes):
        return None
    named = _HEADS.get(data[: max(0, data.find(b',"version":', 0, _LONGEST_HEAD))])
    mirror = None if named is None else _looked_up(lookup, *named)
    found: StackComponent | None = None if mirror is None else mirror.read_json(data)
    return found


def read_builtins(data: object, lookup: _Lookup) -> StackComponent | None:
    """A component from builtins, whatever its flavor, if that was used before.

    Args:
        data: The document.
        lookup: Gives flavors by the slugs of their types and their names.
    """
    kind, flavor = (data.get("type"), data.get("flavor")) if is_dict(data) else (None, None)
    if not isinstance(kind, str) or not isinstance(flavor, str):
        return None
    mirror = _looked_up(lookup, kind, flavor)
    found: StackComponent | None = None if mirror is None else mirror.read_builtins(data)
    return found


def _looked_up(lookup: _Lookup, kind: str, name: str) -> Mirror | None:
    try:
        return mirror_of(lookup(kind, name))
    except Exception:  # noqa: BLE001 - it is raised again where the codecs look at the document
        return None
