"""How generated code writes configurations: it checks values, and makes builtins of them, or structs that msgspec writes.

msgspec sorts the keys of mappings in JSON, writes UUIDs, dates and bytes as the codecs do, and refuses lone surrogates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from enum import Enum
from functools import partial
from typing import Any, Final, TypeAlias
from uuid import UUID

from stackkit.serialization.codecs.builtin_values import ordered
from stackkit.serialization.codecs.choices import UnionCodec
from stackkit.serialization.codecs.classes import ClassCodec
from stackkit.serialization.codecs.codec import Codec
from stackkit.serialization.codecs.constants import ConstantCodec
from stackkit.serialization.codecs.containers import MappingCodec, RowCodec, SetCodec, TupleCodec
from stackkit.serialization.codecs.hooks import HookCodec
from stackkit.serialization.codecs.scalars import BoolCodec, FloatCodec, IntCodec, NoneCodec, StrCodec
from stackkit.serialization.codecs.text_forms import TextCodec
from stackkit.serialization.mirror.decoding import raw_json
from stackkit.serialization.mirror.source import Source, checked_name

_SAME_TEXT: Final = (UUID, date, bytes)
"""What msgspec writes as the text that the codecs write."""
_SMALL: Final = 2**30 - 1
"""What Python compares faster than larger numbers."""

_Write: TypeAlias = Callable[[Any, int, str], str]


class Writing:
    """Writes code that writes configurations.

    Args:
        source: Where the code is written.
        to_json: Whether msgspec makes JSON of the structs; else builtins.
    """

    def __init__(self, source: Source, *, to_json: bool) -> None:
        self._source = source
        self._to_json = to_json
        self._writers: Mapping[type[Codec], _Write] = {
            StrCodec: self._str,
            IntCodec: self._int,
            FloatCodec: self._float,
            BoolCodec: partial(self._same, bool),
            NoneCodec: partial(self._same, type(None)),
            TextCodec: self._text,
            ConstantCodec: self._constant,
            UnionCodec: self._union,
            RowCodec: self._row,
            TupleCodec: self._tuple,
            SetCodec: self._set,
            MappingCodec: self._mapping,
            ClassCodec: self.write,
        }

    def _write(self, codec: Codec, depth: int, value: str) -> str:
        self._source.enter(depth)
        return self._writers.get(type(codec), self._by_codec)(codec, depth, value)

    def _by_codec(self, codec: Codec, _: int, value: str) -> str:
        """What only the codec can write: a user's hook, most unions. In what it writes, keys stay in their order."""
        written = self._dump(codec, value)
        return f"{self._source.constant(raw_json)}({written})" if self._to_json else written

    def _dump(self, codec: Codec, value: str) -> str:
        return f"{self._source.constant(codec.dump)}({value})"

    def _unless_of(self, cls: object, value: str) -> None:
        self._source.leave_if(f"type({value}) is not {self._source.constant(cls)}")

    def _same(self, cls: type, _: Codec, __: int, value: str) -> str:
        self._unless_of(cls, value)
        return value

    def _str(self, _: StrCodec, __: int, value: str) -> str:
        self._unless_of(str, value)
        self._unicode(value)
        return value

    def _unicode(self, value: str) -> None:
        """Write a check that fails where a text holds lone surrogates, at which msgspec fails too."""
        if not self._to_json:
            self._source.line(f"{value}.isascii() or {value}.encode()")

    def _int(self, codec: IntCodec, _: int, value: str) -> str:
        return f"({value} if type({value}) is int and {-_SMALL} <= {value} <= {_SMALL} else {self._dump(codec, value)})"

    def _float(self, codec: FloatCodec, _: int, value: str) -> str:
        is_finite = f"{value} - {value} == 0.0"
        return f"({value} if type({value}) is float and {is_finite} else {self._dump(codec, value)})"

    def _text(self, codec: TextCodec, _: int, value: str) -> str:
        import msgspec

        cls, other = codec.form.cls, self._dump(codec, value)
        is_exact = f"type({value}) is {self._source.constant(cls)}"
        if cls in _SAME_TEXT:
            written = value if self._to_json else f"{self._source.constant(msgspec.to_builtins)}({value})"
            return f"({written} if {is_exact} else {other})"
        if cls is datetime:  # which `isoformat` would write too, in ten times the time
            text = f"{self._source.constant(msgspec.to_builtins)}({value})[:-1] + '+00:00'"
            return f"({text} if {is_exact} and {value}.tzinfo is {self._source.constant(UTC)} else {other})"
        return other

    def _constant(self, codec: ConstantCodec, _: int, value: str) -> str:
        by_written = {written: constant for (_, written), constant in codec.members.items()}
        members, other = self._source.constant(by_written), self._dump(codec, value)
        if len({tp for tp, _ in codec.members}) > 1:  # 1 and True are one key of a dict
            return other
        if all(isinstance(constant, Enum) for constant in by_written.values()):
            return f"({value}._value_ if {members}.get({value}._value_) is {value} else {other})"
        if all(type(constant) is str for constant in by_written.values()):
            return f"({value} if type({value}) is str and {value} in {members} else {other})"
        return other

    def _union(self, codec: UnionCodec, depth: int, value: str) -> str:
        option = codec.optional
        if option is None or type(option) is HookCodec:
            return self._by_codec(codec, depth, value)
        return self._source.unless(f"{value} is None", "None", partial(self._write, option, depth), value)

    def _row(self, codec: RowCodec, depth: int, value: str) -> str:
        self._unless_of(codec.make, value)
        if type(codec.item) is StrCodec:
            self._all_texts(value)
            return value if self._to_json else f"[*{value}]"
        return self._source.items(partial(self._write, codec.item, depth + 1), value)

    def _all_texts(self, values: str) -> None:
        """Write a check that all of some values are texts."""
        item = self._source.fresh()
        with self._source.block(f"for {item} in {values}:"):
            self._str(StrCodec(), 0, item)

    def _tuple(self, codec: TupleCodec, depth: int, value: str) -> str:
        self._unless_of(tuple, value)
        names = [self._source.fresh() for _ in codec.items]
        self._source.line(f"[{', '.join(names)}] = {value}")
        made = [self._write(item, depth + 1, name) for name, item in zip(names, codec.items, strict=True)]
        return f"[{', '.join(made)}]"

    def _set(self, codec: SetCodec, depth: int, value: str) -> str:
        self._unless_of(codec.make, value)
        if type(codec.item) is StrCodec:
            self._all_texts(value)
            return f"sorted({value})"
        inner = Writing(self._source, to_json=False)  # what is sorted is compared as it is written
        items = self._source.items(partial(inner._write, codec.item, depth + 1), value)
        found = f"{self._source.constant(ordered)}({items})"
        return f"{self._source.constant(raw_json)}({found})" if self._to_json else found

    def _mapping(self, codec: MappingCodec, depth: int, value: str) -> str:
        self._unless_of(dict, value)
        is_text = type(codec.item) is StrCodec
        key, item = self._source.fresh(), self._source.fresh()
        with self._source.block(f"for {key}, {item} in {value}.items():" if is_text else f"for {key} in {value}:"):
            self._source.leave_if(f"type({key}) is not str or '$' in {key}")
            self._unicode(key)
            if is_text:
                self._str(StrCodec(), 0, item)
        if not self._to_json:
            value = self._source.variable(f"{{{key}: {value}[{key}] for {key} in sorted({value})}}")
        return (
            value if type(codec.item) is StrCodec else self._source.entries(partial(self._write, codec.item, depth + 1), value)
        )

    def write(self, codec: ClassCodec, depth: int, value: str) -> str:
        """Write the lines that make a struct, or a dict, of an instance of a class.

        Args:
            codec: The codec of the class.
            depth: How deeply it is nested.
            value: The variable that holds the instance.

        Returns:
            The expression of that.

        Raises:
            UnmirroredError: The class refers to itself, or has names that cannot stand in source.
        """
        self._unless_of(codec.cls, value)
        made: dict[str, str] = {}
        for name, inner in codec.codecs.items():
            found = self._source.variable(f"{value}.{checked_name(name)}")
            made[name] = self._write(inner, depth + 1, found)
        if not self._to_json:
            return f"{{{', '.join(f'{name!r}: {found}' for name, found in made.items())}}}"
        import msgspec

        struct = msgspec.defstruct("Written", [*made], gc=False)
        return f"{self._source.constant(struct)}({', '.join(made.values())})"
