"""What all codecs have in common: they can be looked into, and show no secret."""

from __future__ import annotations

import pytest
from hypothesis import given
from tests.serialization.everything import Kind, kinds

from stackkit.core.secret import Secret
from stackkit.errors import DocumentError, NotSerializableError, Problem
from stackkit.serialization.codecs.codec import Codec, located, reachable
from stackkit.serialization.codecs.references import SecretCodec
from stackkit.serialization.converter import FlavorConverter


class Nothing:
    """Of no field's type."""


@given(kinds())
def test_every_codec_says_what_it_expects_and_refuses_anything_else(kind: Kind) -> None:
    for codec in reachable(FlavorConverter().codec(kind.annotation)):
        assert codec.expected
        assert codec.kinds
        assert not codec.accepts(Nothing())
        with pytest.raises(DocumentError, match="got Nothing"):
            codec.load(Nothing())
        with pytest.raises(NotSerializableError, match="got Nothing"):
            codec.dump(Nothing())


@given(kinds())
def test_what_has_a_secret_in_it_shows_nothing_in_its_place(kind: Kind) -> None:
    codec = FlavorConverter().codec(kind.annotation)
    assert codec.sensitive == any(isinstance(part, SecretCodec) for part in reachable(codec))
    if codec.sensitive:
        assert codec.describe("hunter2") == "str"
        assert codec.describe(1234) == "int"


def test_a_codec_is_reached_once_however_often_it_stands_there() -> None:
    codec: Codec = FlavorConverter().codec(tuple[Secret, list[Secret], dict[str, Secret | None]])
    found = [type(part).__name__ for part in reachable(codec)]
    assert sorted(found) == ["MappingCodec", "NoneCodec", "RowCodec", "SecretCodec", "TupleCodec", "UnionCodec"]


def test_problems_are_seen_from_around() -> None:
    error = DocumentError(Problem("a"), Problem("b", where="[1]", remedy="c"), Problem("d", where="e"))
    assert [str(problem) for problem in located(error, "f")] == ["f: a", "f[1]: b; c", "f.e: d"]
