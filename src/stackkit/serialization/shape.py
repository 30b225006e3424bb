"""The shape of a flavor's configuration: which fields there are, of which types, and which of them are required.

Two classes of one shape read each other's documents. Texts, defaults and validators are no part of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Final

import attrs

from stackkit.core.component import StackComponent
from stackkit.core.narrow import is_dict, is_list
from stackkit.serialization.codecs.choices import UnionCodec
from stackkit.serialization.codecs.classes import ClassCodec
from stackkit.serialization.codecs.codec import Codec
from stackkit.serialization.codecs.constants import ConstantCodec
from stackkit.serialization.codecs.containers import MappingCodec, RowCodec, SetCodec, TupleCodec
from stackkit.serialization.converter import config_codec


@attrs.frozen
class FieldShape:
    """One field, or what a list or mapping holds.

    Args:
        types: What documents may hold: the types of a union, the constants of an enumeration, each by itself.
        required: Whether it has no default.
    """

    types: frozenset[str]
    required: bool = False

    @property
    def text(self) -> str:
        """The types in a message."""
        return " | ".join(sorted(self.types))


@attrs.frozen
class Shape:
    """The shape of a configuration.

    Args:
        fields: By their places: `retries`, `limits.cpu` in an object, `tags[]` for the elements of a list, `labels{}` for
            the values of a mapping.
    """

    fields: Mapping[str, FieldShape]

    @property
    def fingerprint(self) -> str:
        """A digest: the same for equal shapes, in every process and on every machine."""
        text = json.dumps(self.to_builtins(), sort_keys=True, ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def to_builtins(self) -> dict[str, object]:
        """The shape as it is kept: `from_builtins` of it is equal."""
        return {place: {"types": sorted(f.types), "required": f.required} for place, f in sorted(self.fields.items())}

    @classmethod
    def from_builtins(cls, data: object) -> Shape:
        """A shape that was kept; what is no part of one is passed over."""
        fields: dict[str, FieldShape] = {}
        for place, found in data.items() if is_dict(data) else ():
            types = found.get("types") if is_dict(found) else None
            if is_dict(found) and is_list(types):
                fields[str(place)] = FieldShape(frozenset(map(str, types)), found.get("required") is True)
        return cls(fields)


def shape_of(flavor: type[StackComponent]) -> Shape:
    """The shape of a flavor's configuration.

    Args:
        flavor: The flavor's class.

    Raises:
        UnsupportedTypeError: Fields of the class cannot be serialized; every one is named.

    >>> from stackkit.flavors.alerter.console import ConsoleAlerter
    >>> shape_of(ConsoleAlerter).fields["name"]
    FieldShape(types=frozenset({'str'}), required=True)
    """
    return Shape(dict(_object(config_codec(flavor), "", {})))


_ITEMS: Final = "[]"
_VALUES: Final = "{}"


def _object(codec: ClassCodec, place: str, around: Mapping[type, str]) -> Iterator[tuple[str, FieldShape]]:
    around = {**around, codec.cls: place}
    for name, inner in codec.codecs.items():
        yield from _at(inner, f"{place}.{name}" if place else name, around, required=name in codec.required)


def _at(codec: Codec, place: str, around: Mapping[type, str], *, required: bool = False) -> Iterator[tuple[str, FieldShape]]:
    """The shape of one place, and of all places in it."""
    options = codec.options if isinstance(codec, UnionCodec) else (codec,)
    yield place, FieldShape(frozenset(text for option in options for text in _types(option, around)), required)
    classes = [option for option in options if isinstance(option, ClassCodec) and option.cls not in around]
    for option in options:
        if isinstance(option, ClassCodec) and option in classes:
            number = f"({classes.index(option) + 1})" if len(classes) > 1 else ""
            yield from _object(option, f"{place}{number}", around)
        elif isinstance(option, RowCodec | SetCodec):
            yield from _at(option.item, f"{place}{_ITEMS}", around)
        elif isinstance(option, MappingCodec):
            yield from _at(option.item, f"{place}{_VALUES}", around)
        elif isinstance(option, TupleCodec):
            for index, item in enumerate(option.items):
                yield from _at(item, f"{place}[{index}]", around)


def _types(codec: Codec, around: Mapping[type, str]) -> Iterator[str]:
    """What a type is called: nothing that depends on the names of classes, which no document holds."""
    if isinstance(codec, ConstantCodec):
        yield from (json.dumps(written) for _, written in codec.members)
    elif isinstance(codec, ClassCodec):
        yield f"object like {around[codec.cls] or 'the whole'}" if codec.cls in around else "object"
    elif isinstance(codec, TupleCodec):
        yield f"list of {len(codec.items)}"
    elif isinstance(codec, RowCodec | SetCodec):
        yield "list" if isinstance(codec, RowCodec) else "set"
    elif isinstance(codec, MappingCodec):
        yield "mapping"
    else:
        yield codec.values or codec.expected


@attrs.frozen
class Difference:
    """What changed in one place.

    Args:
        place: Where.
        what: What changed, in words.
        fits: Whether documents of the older shape can still be read.
        remedy: What to do where they cannot.
        twin: The place that a renamed field has now.
    """

    place: str
    what: str
    fits: bool
    remedy: str = ""
    twin: str = ""


def differences(old: Shape, new: Shape) -> list[Difference]:
    """What changed from one shape to another, place by place; where an object came or went, its fields are not listed.

    Args:
        old: The shape that documents were written in.
        new: The shape of the class that reads them.
    """
    gone = [place for place in old.fields if place not in new.fields and not _inside(place, old, new)]
    came = [place for place in new.fields if place not in old.fields and not _inside(place, new, old)]
    found: list[Difference] = []
    for place in gone:
        twin = next((other for other in came if _is_renamed(place, other, old, new)), None)
        if twin is not None:
            came.remove(twin)
        found.append(_gone(place, twin))
    found += [_came(place, new.fields[place]) for place in came]
    for place in [place for place in old.fields if place in new.fields]:
        found += _changed(place, old.fields[place], new.fields[place])
    return sorted(found, key=lambda difference: difference.place)


def _inside(place: str, there: Shape, elsewhere: Shape) -> bool:
    """Whether a place is in one that differs itself, and which is told instead."""
    around = [other for other in there.fields if place.startswith((f"{other}.", f"{other}[", f"{other}{{", f"{other}("))]
    return any(a not in elsewhere.fields or elsewhere.fields[a].types != there.fields[a].types for a in around)


def _is_renamed(place: str, other: str, old: Shape, new: Shape) -> bool:
    beside = place.rpartition(".")[0] == other.rpartition(".")[0]
    return beside and old.fields[place].types == new.fields[other].types


def _gone(place: str, twin: str | None) -> Difference:
    before = place.rpartition(".")[2]
    if twin is None:
        return Difference(place, "was removed", fits=False, remedy=f'raise VERSION, and take "{before}" out in a migration')
    after = twin.rpartition(".")[2]
    remedy = f'if it was renamed, raise VERSION, and add a migration: config["{after}"] = config.pop("{before}")'
    return Difference(place, f"was removed, and {twin}, of the same type, is new", fits=False, remedy=remedy, twin=twin)


def _came(place: str, field: FieldShape) -> Difference:
    if not field.required:
        return Difference(place, f"is new, and has a default: {field.text}", fits=True)
    name = place.rpartition(".")[2]
    remedy = f'give it a default, or raise VERSION and set "{name}" in a migration'
    return Difference(place, f"is new and required: {field.text}", fits=False, remedy=remedy)


def _changed(place: str, old: FieldShape, new: FieldShape) -> Iterator[Difference]:
    if not old.types <= new.types:
        remedy = "raise VERSION, and convert it in a migration"
        yield Difference(place, f"was {old.text}, is {new.text}", fits=False, remedy=remedy)
    elif old.types != new.types:
        yield Difference(place, f"was {old.text}, may be {FieldShape(new.types - old.types).text} too", fits=True)
    if new.required and not old.required:
        remedy = "give it a default, or raise VERSION and set it in a migration"
        yield Difference(place, "has no default any more", fits=False, remedy=remedy)
    elif old.required and not new.required:
        yield Difference(place, "has a default now", fits=True)
