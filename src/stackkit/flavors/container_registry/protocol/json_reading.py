"""JSON of strangers: read with bounds, and told in one line where it is wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

import attrs

from stackkit.core.constants import a
from stackkit.core.narrow import is_list, is_mapping
from stackkit.errors import InvalidImageError, Problem

LARGEST_JSON: Final = 4 * 2**20
"""How many bytes a manifest, an index or an answer may have; registries take no larger manifests."""


@attrs.frozen
class JsonObject:
    """An object of a JSON document, which knows its place.

    Args:
        values: Its values, of any kind.
        where: What messages call it.
    """

    values: Mapping[object, object]
    where: str

    def text(self, key: str, default: str | None = None) -> str:
        """A text; the default stands for one that is absent or null.

        Raises:
            InvalidImageError: There is none, or it is something else.
        """
        value = self.values.get(key)
        value = default if value is None else value
        if not isinstance(value, str):
            raise self._wrong(key, value, "text")
        return value

    def whole_number(self, key: str) -> int:
        """A whole number from 0.

        Raises:
            InvalidImageError: There is none, or it is something else.
        """
        value = self.values.get(key)
        if type(value) is not int or not 0 <= value < 2**63:
            raise self._wrong(key, value, "a whole number from 0")
        return value

    def child(self, key: str) -> JsonObject:
        """An object; an empty one where it is absent or null.

        Raises:
            InvalidImageError: It is something else.
        """
        value = self.values.get(key)
        if value is not None and not is_mapping(value):
            raise self._wrong(key, value, "an object")
        return JsonObject(value or {}, f"{self.where}.{key}")

    def children(self, key: str) -> list[JsonObject]:
        """A list of objects; an empty one where it is absent or null.

        Raises:
            InvalidImageError: It is something else.
        """
        return objects(self._list(key), f"{self.where}.{key}")

    def texts(self, key: str) -> list[str]:
        """A list of texts; an empty one where it is absent or null.

        Raises:
            InvalidImageError: It is something else.
        """
        found: list[str] = []
        for number, value in enumerate(self._list(key)):
            if not isinstance(value, str):
                raise self._wrong(f"{key}[{number}]", value, "text")
            found.append(value)
        return found

    def _list(self, key: str) -> list[object]:
        value = self.values.get(key)
        if value is not None and not is_list(value):
            raise self._wrong(key, value, "a list")
        return value or []

    def _wrong(self, key: str, value: object, wanted: str) -> InvalidImageError:
        what = "is missing" if value is None else f"is {a(value)}, not {wanted}"
        return InvalidImageError(Problem(what, where=f"{self.where}.{key}"))


def read_json(data: bytes, where: str) -> object:
    """The value of a JSON document.

    Args:
        data: The document.
        where: What messages call it.

    Raises:
        InvalidImageError: It is too large, or no JSON.
    """
    if len(data) > LARGEST_JSON:
        raise InvalidImageError(Problem(f"is larger than {LARGEST_JSON // 2**20} MiB", where=where))
    try:
        value: object = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise InvalidImageError(Problem("is no JSON", where=where)) from error
    return value


def read_object(data: bytes, where: str) -> JsonObject:
    """The object that a JSON document is.

    Raises:
        InvalidImageError: It is too large, no JSON, or no object.
    """
    (only,) = objects([read_json(data, where)], where, counted=False)
    return only


def objects(values: list[object], where: str, *, counted: bool = True) -> list[JsonObject]:
    """Values that have to be objects.

    Args:
        values: Any values.
        where: What messages call the list of them.
        counted: Whether messages tell which one it is.

    Raises:
        InvalidImageError: One is something else.
    """
    found: list[JsonObject] = []
    for number, value in enumerate(values):
        place = f"{where}[{number}]" if counted else where
        if not is_mapping(value):
            raise InvalidImageError(Problem(f"is {a(value)}, not an object", where=place))
        found.append(JsonObject(value, place))
    return found
