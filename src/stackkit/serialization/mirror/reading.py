"""How generated code reads configurations: from structs that msgspec decoded JSON into, or from builtins.

msgspec takes the last of repeated keys, where the codecs refuse the document. So the code counts the quotation marks that
keys and texts have, two each: a document with a repeated key has more. What msgspec reads too generously is looked at again, or
read as text: a UUID may have no dashes, a whole number may be rounded to a float.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import partial
from typing import Any, Final, TypeAlias, Union
from uuid import UUID

import attrs

from stackkit.serialization.choices import UnionCodec
from stackkit.serialization.classes import ClassCodec
from stackkit.serialization.codec import Codec
from stackkit.serialization.constants import ConstantCodec, FlagCodec
from stackkit.serialization.containers import MappingCodec, RowCodec, SetCodec, TupleCodec
from stackkit.serialization.mirror.decoding import of, raw_builtins, raw_quotes, struct
from stackkit.serialization.mirror.instances import Given, write_instance
from stackkit.serialization.mirror.source import Source, Write, checked_name
from stackkit.serialization.references import REFERENCE_TAG, SECRET_TAG, ReferenceCodec, SecretCodec
from stackkit.serialization.scalars import BoolCodec, FloatCodec, IntCodec, NoneCodec, StrCodec
from stackkit.serialization.text_forms import TextCodec

QUOTES: Final = "quotes"
"""The variable that counts quotation marks."""

_EXACT: Final = float(2**53)
"""A float of this size may have been a whole number that no float is."""
_PLAIN: Final[Mapping[type[Codec], Any]] = {StrCodec: str, IntCodec: int, BoolCodec: bool, NoneCodec: type(None)}
_UUID_LENGTH: Final = 36
_TEXTS: Final = frozenset({str})


@attrs.frozen
class Part:
    """How the values of one type are read.

    Args:
        type: What msgspec decodes JSON into; it means nothing where builtins are read.
        write: Makes the codec's value of what was decoded, or of builtins; None where that is the value.
        quotes: How many quotation marks any value has; `write` counts those that only some have.
    """

    type: Any
    write: Write | None = None
    quotes: int = 0


_Read: TypeAlias = Callable[[Any, int], Part]


class Reading:
    """Writes code that reads configurations.

    Args:
        source: Where the code is written.
        from_json: Whether it reads what msgspec decoded, else builtins.
    """

    def __init__(self, source: Source, *, from_json: bool) -> None:
        import msgspec

        self._source = source
        self._from_json = from_json
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
            self._source.line(f"{QUOTES} {statement}")

    def _load(self, codec: Codec) -> Write:
        load = self._source.constant(codec.load)
        return lambda value: f"{load}({value})"

    def _by_codec(self, codec: Codec, _: int) -> Part:
        """What only the codec can read: a user's hook, most unions."""
        import msgspec

        builtins, quotes = self._source.constant(raw_builtins), self._source.constant(raw_quotes)
        load = self._load(codec)

        def write(value: str) -> str:
            self._count(f"+= {quotes}({value})")
            return load(f"{builtins}({value})" if self._from_json else value)

        return Part(msgspec.Raw, write)

    def _plain(self, codec: Codec, _: int) -> Part:
        tp = _PLAIN[type(codec)]
        return Part(tp, None if self._from_json else partial(self._of_types, (tp,)), 2 if tp is str else 0)

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
        load = self._load(codec)

        def write(value: str) -> str:
            if not self._from_json:
                return f"({value} if type({value}) is float else {load(value)})"
            self._source.leave_if(f"not {-_EXACT} < {value} < {_EXACT}")
            return value

        return Part(float, write)

    def _text(self, codec: TextCodec, _: int) -> Part:
        cls = codec.form.cls
        if cls is date and self._from_json:
            return Part(date, None, 2)
        special: Mapping[type, Write] = {UUID: self._uuid, datetime: partial(self._moment, codec)}
        write = special.get(cls, self._load(codec))
        return Part(str, lambda value: write(self._of_types((str,), value)), 2)

    def _uuid(self, text: str) -> str:
        """Of the texts that msgspec takes for a UUID, those of 36 characters have their dashes."""
        import msgspec

        self._source.leave_if(f"len({text}) != {_UUID_LENGTH}")
        return f"{self._source.constant(msgspec.json.Decoder(UUID).decode)}(f'\"{{{text}}}\"')"

    def _moment(self, codec: TextCodec, text: str) -> str:
        """A datetime is read without its codec where it is written as it would be written again."""
        import msgspec

        made = self._source.variable(f"{self._source.constant(datetime.fromisoformat)}({text})")
        again = self._source.variable(f"{self._source.constant(msgspec.to_builtins)}({made})")  # with Z; `isoformat` is slow
        is_same = f"({text} == {again}[:-1] + '+00:00' or {text} == {again})"
        self._source.line(f"if not {is_same}: {made} = {self._load(codec)(text)}")
        return made

    def _constant(self, codec: ConstantCodec, _: int) -> Part:
        types = tuple({tp for tp, _ in codec.members})
        members = self._source.constant(codec.members)

        def write(value: str) -> str:
            if str in types and len(types) > 1:
                self._count_text(value)
            return f"{members}[type({value}), {value}]"

        return Part(of(Union, *types), write, 2 if types == (str,) else 0)

    def _count_text(self, value: str) -> None:
        self._count(f"+= 2 * (type({value}) is str)")

    def _flag(self, codec: FlagCodec, _: int) -> Part:
        return Part(int, self._load(codec))

    def _union(self, codec: UnionCodec, depth: int) -> Part:
        option = codec.optional
        if option is not None:
            return self._optional(codec, self._part(option, depth), depth)
        if not all(type(other) in _PLAIN for other in codec.options):
            return self._by_codec(codec, depth)
        types = tuple(_PLAIN[type(other)] for other in codec.options)

        def write(value: str) -> str:
            self._count_text(value)
            return self._of_types(types, value)

        return Part(of(Union, *types), write)

    def _optional(self, codec: UnionCodec, inner: Part, depth: int) -> Part:
        import msgspec

        if inner.type is msgspec.Raw:
            return self._by_codec(codec, depth)

        def write_inner(value: str) -> str:
            if inner.quotes:
                self._count(f"+= {inner.quotes}")
            return inner.write(value) if inner.write else value

        def write(value: str) -> str:
            return self._source.unless(f"{value} is None", "None", write_inner, value)

        is_same = inner.write is None and not inner.quotes
        return Part(of(Union, inner.type, None), None if is_same else write)

    def _items(self, codec: Codec, inner: Part, values: str) -> str:
        """A list of what is made of each of some values, or the variable that holds them where that is the same."""
        self._unless_decoded(f"type({values}) is not list")
        if inner.quotes:
            self._count(f"+= {inner.quotes} * len({values})")
        if type(codec) is StrCodec and not self._from_json:
            self._all_texts(values)
            return values
        return self._source.items(inner.write, values) if inner.write else values

    def _all_texts(self, values: str) -> str:
        """Write a check that all of some values are texts, and a variable that holds them joined."""
        self._source.leave_if(f"not {{*map(type, {values})}} <= {self._source.constant(_TEXTS)}")
        joined = self._source.variable(f"''.join({values})")
        self._source.line(f"{joined}.isascii() or {joined}.encode()")
        return joined

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

        return Part(of(tuple, *(item.type for item in inner)), write, sum(item.quotes for item in inner))

    def _mapping(self, codec: MappingCodec, depth: int) -> Part:
        inner = self._part(codec.item, depth + 1)

        def write(value: str) -> str:
            self._unless_decoded(f"type({value}) is not dict")
            if self._from_json:
                key = self._source.fresh()
                with self._source.block(f"for {key} in {value}:"):
                    self._source.leave_if(f"'$' in {key}")
            else:
                self._source.leave_if(f"'$' in {self._all_texts(value)}")
            self._count(f"+= {inner.quotes + 2} * len({value})")
            return self._source.entries(inner.write, value) if inner.write else value

        return Part(of(dict, str, inner.type), write)

    def _tagged(self, tag: str, codec: Codec, _: int) -> Part:
        import msgspec

        load = self._load(codec)
        if not self._from_json:
            return Part(object, load)
        tp = struct([("text", str, msgspec.field(name=tag))])
        return Part(tp, lambda value: load(f"{{{tag!r}: {value}.text}}"), 4)

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
        quotes = sum(part.quotes + 2 for part in parts.values())
        made = struct([(name, part.type, defaults[name]) for name, part in parts.items()]) if self._from_json else dict
        return Part(made, lambda value: self._instance(codec, parts, value), quotes)

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
                self._count(f"-= {part.quotes + 2} * ({variable} is {self._unset})")
        missing = "".join(f" - ({variable} is {self._unset})" for variable in unset)
        self._unless_decoded(f"len({value}) != {len(given)}{missing}")
        return write_instance(self._source, codec, given, self._unset)
