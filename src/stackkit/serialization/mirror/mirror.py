"""The generated functions of each flavor: made when it is used for the second time, and then used instead of its codecs.

So a command that reads one component, and ends, pays for none of them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeAlias

from stackkit.core.component import StackComponent, type_of
from stackkit.core.narrow import is_dict
from stackkit.errors import StackkitError
from stackkit.serialization.mirror.source import UnmirroredError

if TYPE_CHECKING:
    from stackkit.serialization.mirror.functions import Function

_Lookup: TypeAlias = Callable[[str, str], type[StackComponent]]

_MIRROR: Final = "__stackkit_mirror__"
"""Where a flavor's class keeps its mirror."""
_HEADS: Final[dict[bytes, tuple[str, str]]] = {}
"""How the JSON documents of flavors begin that were used before: the slugs of their types, and their names."""
_LONGEST_HEAD: Final = 500


class Mirror:
    """The functions of one flavor, each made when it is first asked for.

    Each gives None for what its codecs have to look at.

    Args:
        flavor: The flavor's class.
    """

    def __init__(self, flavor: type[StackComponent]) -> None:
        self._flavor = flavor

    @cached_property
    def read_json(self) -> Function:
        """A component from bytes or text."""
        from stackkit.serialization.mirror.functions import reads_json  # all codecs, as below

        return self._made(reads_json)

    @cached_property
    def read_builtins(self) -> Function:
        """A component from builtins."""
        from stackkit.serialization.mirror.functions import reads_builtins

        return self._made(reads_builtins)

    @cached_property
    def write_json(self) -> Function:
        """Bytes from a component."""
        from stackkit.serialization.mirror.functions import writes_json

        return self._made(writes_json)

    @cached_property
    def write_builtins(self) -> Function:
        """Builtins from a component."""
        from stackkit.serialization.mirror.functions import writes_builtins

        return self._made(writes_builtins)

    def _made(self, make: Callable[[type[StackComponent]], Function]) -> Function:
        try:
            return make(self._flavor)
        except (UnmirroredError, StackkitError):  # what is wrong with the class, its codecs say
            return _leave


def _leave(_: object) -> None:
    """All that a mirror does for a class that cannot be mirrored."""


def mirror_of(cls: type) -> Mirror | None:
    """The mirror of a flavor; None before it was used with its codecs, and of all other classes."""
    found: Mirror | None = cls.__dict__.get(_MIRROR)
    return found


def begin_mirror(flavor: type[StackComponent]) -> None:
    """Take note that a flavor was used; it has a mirror from now on.

    Args:
        flavor: The flavor's class.
    """
    if mirror_of(flavor) is None:
        _HEADS[f'{{"type":"{type_of(flavor).slug}","flavor":"{flavor.FLAVOR}"'.encode()] = (type_of(flavor).slug, flavor.FLAVOR)
        setattr(flavor, _MIRROR, Mirror(flavor))


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
