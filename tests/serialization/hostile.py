"""Strategies: builtins as every format carries them, and what becomes of a document that was tampered with."""

from __future__ import annotations

from typing import Final, TypeAlias

from hypothesis import strategies as st
from tests.serialization.everything import keys, texts

from stackkit.serialization.codecs.builtin_values import MAX_DEPTH

Builtins: TypeAlias = st.SearchStrategy[object]

numbers: Final = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
marks: Final = st.sampled_from(["$none", "$none$", "$none$$", "$none2", "$$none", "$int", "$secret"])
builtins: Final[Builtins] = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(keys | marks, inner, max_size=4)
        | st.dictionaries(marks, inner, min_size=1, max_size=1)
    ),
    max_leaves=12,
)
tables: Final[Builtins] = st.dictionaries(keys | marks, builtins, max_size=4)


def nested(depth: int, *, inside: object = None) -> object:
    """A value in this many lists and objects."""
    value = inside
    for level in range(depth):
        value = {"a": value} if level % 2 else [value]
    return value


DEEPEST: Final = nested(MAX_DEPTH)
TOO_DEEP: Final = nested(MAX_DEPTH + 1)


@st.composite
def tampered(draw: st.DrawFn, document: bytes) -> bytes:
    """A document of which some bytes were changed, taken away, repeated or put in."""
    data = bytearray(document)
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(start + 8, len(data))))
        data[start:end] = draw(st.binary(max_size=4) | st.just(bytes(data[start:end]) * 2))
    return bytes(data)
