"""How generated code reads configurations: from structs that msgspec decoded JSON into, or from builtins.

msgspec takes the last of repeated keys, where the codecs refuse the document. So the code counts the commas that stand between
the values it was given: a document that has no more of them repeats no key, and any other one is looked at again. What msgspec
reads too generously is read as text, or within bounds: a date and time may be rounded, and so may a large number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import Enum, EnumMeta
from functools import partial
from typing import Annotated, Any, Final, Literal, TypeAlias, Union
from uuid import UUID

import attrs

from stackkit.serialization.codecs.choices import UnionCodec
from stackkit.serialization.codecs.classes import ClassCodec
from stackkit.serialization.codecs.codec import Codec
from stackkit.serialization.codecs.constants import ConstantCodec, FlagCodec
from stackkit.serialization.codecs.containers import MappingCodec, RowCodec, SetCodec, TupleCodec
from stackkit.serialization.codecs.references import REFERENCE_TAG, SECRET_TAG, ReferenceCodec, SecretCodec
from stackkit.serialization.codecs.scalars import BoolCodec, FloatCodec, IntCodec, NoneCodec, StrCodec
from stackkit.serialization.codecs.text_forms import TextCodec
from stackkit.serialization.mirror.decoding import of, raw_builtins, raw_commas, struct
from stackkit.serialization.mirror.instances import Given, write_instance
from stackkit.serialization.mirror.source import Source, Write, checked_name

COMMAS: Final = "commas"
"""The variable that counts the commas between values."""
MARKED: Final = "marked"
"""The variable that tells whether keys may hold `$`."""

_UUID_LENGTHS: Final = (36, 32)
_EXACT: Final = float(2**53)
"""A float of this size may have been a whole number that no float is."""
_PLAIN: Final[Mapping[type[Codec], Any]] = {StrCodec: str, IntCodec: int, BoolCodec: bool, NoneCodec: type(None)}
_NATIVE: Final = (UUID, date)
"""What msgspec reads from the very texts that the codecs read it from."""


@attrs.frozen
class Part:
    """How the values of one type are read.

    Args:
        type: What msgspec decodes JSON into; it means nothing where builtins are read.
        write: Makes the codec's value of what was decoded, or of builtins; None where that is the value.
        commas: How many commas stand in any value, outside of texts; `write` counts those that only some have.
    """

    type: Any
    write: Write | None = None
    commas: int = 0


_Read: TypeAlias = Callable[[Any, int], Part]


class Reading:
    """Writes code that reads configurations.

    Args:
        source: Where the code is written.
        from_json: Whether it reads what msgspec decoded, else builtins.

    Attributes:
        has_mappings: Whether there were mappings among what it read; the code for these uses `MARKED`.
    """

    def __init__(self, source: Source, *, from_json: bool) -> None:
        import msgspec

        self._source = source
        self._from_json = from_json
        self.has_mappings: bool = False
        self._unset = source.constant(msgspec.UNSET)
        self._readers: Mapping[type[Codec], _Read] = {
            **dict.fromkeys(_PLAIN, self._plain),
            FloatCodec: self._float,
            TextCodec: self._text,
            ConstantCodec: self._constant,
            FlagCodec: self._flag,
            UnionCodec: self._union,
            RowCodec: self._row,
            TupleCodec: self._tuple,
            SetCodec: self._set,
            MappingCodec: self._mapping,
            SecretCodec: partial(self._tagged, SECRET_TAG),
            ReferenceCodec: partial(self._tagged, REFERENCE_TAG),
            ClassCodec: self.read,
        }

    def _part(self, codec: Codec, depth: int) -> Part:
        self._source.enter(depth)
        return self._readers.get(type(codec), self._by_codec)(codec, depth)

    def _unless_decoded(self, condition: str) -> None:
        """Write a check that msgspec has done."""
        if not self._from_json:
            self._source.leave_if(condition)

    def _count(self, statement: str) -> None:
        if self._from_json:
            self._source.line(f"{COMMAS} {statement}")

    def _load(self, codec: Codec) -> Write:
        load = self._source.constant(codec.load)
        return lambda value: f"{load}({value})"

    def _by_codec(self, codec: Codec, _: int) -> Part:
        """What only the codec can read: a user's hook, most unions."""
        import msgspec

        builtins, commas = self._source.constant(raw_builtins), self._source.constant(raw_commas)
        load = self._load(codec)

        def write(value: str) -> str:
            self._count(f"+= {commas}({value})")
            return load(f"{builtins}({value})" if self._from_json else value)

        return Part(msgspec.Raw, write)

    def _plain(self, codec: Codec, _: int) -> Part:
        tp = _PLAIN[type(codec)]
        return Part(tp, None if self._from_json else partial(self._of_types, (tp,)))

    def _of_types(self, types: tuple[type, ...], value: str) -> str:
        """Write a check that a value is of one of these types; msgspec has done it."""
        if self._from_json:
            return value
        if len(types) == 1:
            self._source.leave_if(f"type({value}) is not {self._source.constant(types[0])}")
        else:
            self._source.leave_if(f"type({value}) not in {self._source.constant(types)}")
        if str in types:  # the codecs refuse lone surrogates, and so does `encode`
            test = "" if len(types) == 1 else f"type({value}) is not str or "
            self._source.line(f"{test}{value}.isascii() or {value}.encode()")
        return value

    def _float(self, codec: FloatCodec, _: int) -> Part:
        import msgspec

        load = self._load(codec)
        if self._from_json:
            return Part(of(Annotated, float, msgspec.Meta(gt=-_EXACT, lt=_EXACT)))
        return Part(float, lambda value: f"({value} if type({value}) is float else {load(value)})")

    def _text(self, codec: TextCodec, _: int) -> Part:
        cls = codec.form.cls
        if self._from_json and cls in _NATIVE:
            return Part(cls)
        special: Mapping[type, Write] = {UUID: self._uuid, datetime: partial(self._moment, codec)}
        write = special.get(cls, self._load(codec))
        return Part(str, lambda value: write(self._of_types((str,), value)))

    def _uuid(self, text: str) -> str:
        """Of the texts that msgspec takes for a UUID, those of these lengths have nothing escaped."""
        import msgspec

        self._source.leave_if(f"len({text}) not in {_UUID_LENGTHS}")
        return f"{self._source.constant(msgspec.json.Decoder(UUID).decode)}(f'\"{{{text}}}\"')"

    def _moment(self, codec: TextCodec, text: str) -> str:
        """A datetime is read without its codec where nothing stands in another place than the codec expects."""
        zones = self._source.constant(("+00:00", "Z", ""))
        is_fine = f"{text}[4:20:3] == '--T::.' and {text}[26:] in {zones}"
        is_whole = f"{text}[4:19:3] == '--T::' and {text}[19:] in {zones}"
        is_usual = f"({is_fine} or {is_whole}) and {text}[11:13] != '24'"  # which newer Pythons take for the next day
        return f"({self._source.constant(datetime.fromisoformat)}({text}) if {is_usual} else {self._load(codec)(text)})"

    def _constant(self, codec: ConstantCodec, _: int) -> Part:
        types = tuple({tp for tp, _ in codec.members})
        constants = [*codec.members.values()]
        if self._from_json and types == (str,) and _is_enum(constants):
            return Part(type(constants[0]))
        if self._from_json and {*map(type, constants)} == {str}:
            return Part(of(Literal, *constants))
        members = self._source.constant(codec.members)
        return Part(of(Union, *types), lambda value: f"{members}[type({value}), {value}]")

    def _flag(self, codec: FlagCodec, _: int) -> Part:
        return Part(int, self._load(codec))

    def _union(self, codec: UnionCodec, depth: int) -> Part:
        option = codec.optional
        if option is not None:
            return self._optional(codec, self._part(option, depth), depth)
        if not all(type(other) in _PLAIN for other in codec.options):
            return self._by_codec(codec, depth)
        types = tuple(_PLAIN[type(other)] for other in codec.options)
        return Part(of(Union, *types), None if self._from_json else partial(self._of_types, types))

    def _optional(self, codec: UnionCodec, inner: Part, depth: int) -> Part:
        import msgspec

        if inner.type is msgspec.Raw:
            return self._by_codec(codec, depth)

        def write_inner(value: str) -> str:
            if inner.commas:
                self._count(f"+= {inner.commas}")
            return inner.write(value) if inner.write else value

        def write(value: str) -> str:
            return self._source.unless(f"{value} is None", "None", write_inner, value)

        is_same = inner.write is None and not inner.commas
        return Part(of(Union, inner.type, None), None if is_same else write)

    def _items(self, codec: Codec, inner: Part, values: str) -> str:
        """A list of what is made of each of some values, or the variable that holds them where that is the same."""
        self._unless_decoded(f"type({values}) is not list")
        self._count_each(inner, values)
        if type(codec) is StrCodec and not self._from_json:
            item = self._source.fresh()
            with self._source.block(f"for {item} in {values}:"):
                self._of_types((str,), item)
            return values
        return self._source.items(inner.write, values) if inner.write else values

    def _count_each(self, inner: Part, values: str) -> None:
        each = f"{inner.commas + 1} * " if inner.commas else ""
        self._count(f"+= {each}len({values}) - 1 if {values} else 0")

    def _row(self, codec: RowCodec, depth: int) -> Part:
        inner = self._part(codec.item, depth + 1)
        make = self._source.constant(codec.make)
        is_fresh = codec.make is list and (self._from_json or type(codec.item) is not StrCodec)

        def write(value: str) -> str:
            items = self._items(codec.item, inner, value)
            return items if is_fresh else f"{make}({items})"

        return Part(of(list, inner.type), write)

    def _set(self, codec: SetCodec, depth: int) -> Part:
        inner = self._part(codec.item, depth + 1)

        def write(value: str) -> str:
            items = self._items(codec.item, inner, value)
            made = self._source.variable(f"{self._source.constant(codec.make)}({items})")
            self._source.leave_if(f"len({made}) != len({value})")
            return made

        return Part(of(list, inner.type), write)

    def _tuple(self, codec: TupleCodec, depth: int) -> Part:
        inner = [self._part(item, depth + 1) for item in codec.items]

        def write(value: str) -> str:
            self._unless_decoded(f"type({value}) is not list")
            names = [self._source.fresh() for _ in inner]
            self._source.line(f"[{', '.join(names)}] = {value}")
            made = [item.write(name) if item.write else name for name, item in zip(names, inner, strict=True)]
            return f"({''.join(f'{found}, ' for found in made)})"

        return Part(of(tuple, *(item.type for item in inner)), write, len(inner) - 1 + sum(item.commas for item in inner))

    def _mapping(self, codec: MappingCodec, depth: int) -> Part:
        inner = self._part(codec.item, depth + 1)
        self.has_mappings = True

        def write(value: str) -> str:
            self._unless_decoded(f"type({value}) is not dict")
            if self._from_json:
                self._source.leave_if(f"{MARKED} and '$' in ''.join({value})")
            else:
                key = self._source.fresh()
                with self._source.block(f"for {key} in {value}:"):
                    self._of_types((str,), key)
                    self._source.leave_if(f"'$' in {key}")
            self._count_each(inner, value)
            return self._source.entries(inner.write, value) if inner.write else value

        return Part(of(dict, str, inner.type), write)

    def _tagged(self, tag: str, codec: Codec, _: int) -> Part:
        import msgspec

        load = self._load(codec)
        if not self._from_json:
            return Part(object, load)
        tp = struct([("text", str, msgspec.field(name=tag))])
        return Part(tp, lambda value: load(f"{{{tag!r}: {value}.text}}"))

    def read(self, codec: ClassCodec, depth: int = 0) -> Part:
        """How a class is read.

        Args:
            codec: The codec of the class.
            depth: How deeply it is nested.

        Raises:
            UnmirroredError: The class refers to itself, has names that cannot stand in source, or makes its instances in
                another way than classes do.
        """
        import msgspec

        parts = {checked_name(name): self._part(inner, depth + 1) for name, inner in codec.codecs.items()}
        defaults = {name: msgspec.NODEFAULT if codec.fields[name].required else msgspec.UNSET for name in parts}
        commas = sum(part.commas + 1 for part in parts.values()) - 1
        made = struct([(name, part.type, defaults[name]) for name, part in parts.items()]) if self._from_json else dict
        return Part(made, lambda value: self._instance(codec, parts, value), commas)

    def _instance(self, codec: ClassCodec, parts: Mapping[str, Part], value: str) -> str:
        self._unless_decoded(f"type({value}) is not dict")
        given: dict[str, Given] = {}
        unset: list[str] = []
        for name, part in parts.items():
            required = codec.fields[name].required
            expression = f"{value}[{name!r}]" if required else f"{value}.get({name!r}, {self._unset})"
            variable = self._source.variable(f"{value}.{name}" if self._from_json else expression)
            given[name] = Given(variable, part.write or str)
            if not required:
                unset.append(variable)
                self._count(f"-= {part.commas + 1} * ({variable} is {self._unset})")
        missing = "".join(f" - ({variable} is {self._unset})" for variable in unset)
        self._unless_decoded(f"len({value}) != {len(given)}{missing}")
        return write_instance(self._source, codec, given, self._unset)


def _is_enum(constants: list[object]) -> bool:
    """Whether some constants are all that msgspec would find in an enumeration, in no other way."""
    enum: type[Any] = type(constants[0])
    meta: type = type(enum)
    if meta is not EnumMeta or {*map(id, enum.__members__.values())} != {*map(id, constants)}:
        return False
    return not any("_missing_" in vars(base) for base in enum.__mro__ if base is not Enum)
