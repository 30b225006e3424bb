"""Unions: each value goes back to the type it came from, and what could not be told apart is refused beforehand."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal, NewType, Optional
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.serialization.everything import Anything, Colour, Level, Mode, Permission, has_same_types
from typing_extensions import TypeAliasType

from stackkit.core.reference import Reference
from stackkit.core.secret import Secret
from stackkit.errors import DocumentError, NotSerializableError, StackkitError, UnsupportedTypeError
from stackkit.serialization.codecs.choices import UnionCodec
from stackkit.serialization.codecs.codec import Codec
from stackkit.serialization.converter import FlavorConverter, unsupported_fields


@attrs.frozen(kw_only=True)
class Bucket:
    """Told by its required field."""

    bucket: str
    retries: int = 3


@dataclass(kw_only=True)
class Folder:
    """Told by its required field."""

    folder: str
    retries: int = 3


@attrs.frozen(kw_only=True)
class Basic:
    """Told by its mark, which has a default."""

    kind: Literal["basic"] = "basic"
    user: str
    password: Secret


@attrs.frozen(kw_only=True)
class Token:
    """Told by its mark."""

    kind: Literal["token", "bearer"] = "token"
    user: str
    password: Secret


@attrs.frozen(kw_only=True)
class Numbered:
    """Told by a mark that equals a truth value."""

    kind: Literal[1]


@attrs.frozen(kw_only=True)
class Switched:
    """Told by a mark that equals a number."""

    kind: Literal[True]


@attrs.frozen(kw_only=True)
class Anonymous:
    """Has no field that tells it."""

    note: str = ""


@attrs.frozen(kw_only=True)
class Unknown:
    """Neither."""

    note: str = ""
    more: str = ""


@attrs.frozen(kw_only=True)
class Tree:
    """Holds itself, among others."""

    label: str
    left: Tree | Bucket | None = None
    others: list[Tree | None] = attrs.field(factory=list["Tree | None"])


Port = NewType("Port", int)
MaybeInt = TypeAliasType("MaybeInt", int | None)


def codec(tp: Any) -> Codec:
    return FlavorConverter().codec(tp)


def refusal(tp: Any, value: object) -> str:
    with pytest.raises(DocumentError) as caught:
        codec(tp).load(value)
    return str(caught.value)


PAIRS: list[tuple[Any, list[object]]] = [
    (int | str, [5, "5", ""]),
    (bool | int | float | str | None, [True, 1, 1.0, "1", None, 0, False, 0.0, -0.0, 10**30]),
    (float | str, [1.5, "1.5", float("inf")]),
    (int | float, [1, 1.0, 2**63, 2.0**63]),
    (Literal["auto"] | int, ["auto", 5]),
    (Literal["auto"] | str, ["auto", "other"]),  # noqa: PYI051 - it is what is tested
    (Literal[1, True] | float, [1, True, 1.0]),
    (Literal["a"] | Literal["b", "a"] | None, ["a", "b", None]),  # noqa: PYI030 - two Literals are tested
    (Colour | Literal["other", 7], [*Colour, "other", 7]),
    (Colour | bool | None, [*Colour, True, False, None]),
    (Permission | float | str, [Permission.READ, Permission.ALL, 1.0, 2.5, "READ"]),
    (UUID | int | None, [UUID(int=5), 5, None]),
    (list[int] | dict[str, int] | str, [[1], {"a": 1}, "a", [], {}, ""]),
    (set[int] | int, [{1, 2}, 1]),
    (Secret | str | None, [Secret("a.b"), "a.b", None]),
    (Secret | Reference | dict[str, int], [Secret("a.b"), Reference("alerter", "a"), {"$secret": 1}, {}]),
    (Decimal | float | None, [Decimal("1.0"), 1.0, None]),
    (Bucket | Folder, [Bucket(bucket="a"), Folder(folder="a")]),
    (Bucket | Folder | None | str, [Bucket(bucket="a", retries=1), Folder(folder="a", retries=1), None, "a"]),
    (Basic | Token, [Basic(user="a", password=Secret("a.b")), Token(kind="bearer", user="a", password=Secret("a.b"))]),
    (Numbered | Switched, [Numbered(kind=1), Switched(kind=True)]),
    (Annotated[int, "a note"] | MaybeInt | str, [1, None, "a"]),
    (Port | None, [Port(80), None]),
    (list[int | None] | None, [[1, None], None]),
    (
        Tree | Bucket,
        [Tree(label="a", left=Tree(label="b", left=Bucket(bucket="c"))), Tree(label="a", others=[None, Tree(label="b")])],
    ),
]


@pytest.mark.parametrize(("tp", "values"), PAIRS)
def test_each_value_goes_back_to_the_type_it_came_from(tp: Any, values: list[object]) -> None:
    for value in values:
        found = codec(tp).load(codec(tp).dump(value))
        assert found == value
        assert has_same_types(found, value)


@given(st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.none())
def test_no_scalar_is_taken_for_another(value: object) -> None:
    found = codec(bool | int | float | str | None).load(codec(str | None | float | int | bool).dump(value))
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("tp", "value", "message"),
    [
        (int | str, True, "expected int or str, got bool True"),
        (int | str, 1.0, "expected int or str, got float 1.0"),
        (float | str, True, "expected float or str, got bool True"),
        (float | str, 2**53 + 1, "expected float, got int 9007199254740993"),
        (int | None, "null", 'expected int or null, got str "null"'),
        (bool | None, 0, "expected bool or null, got int 0"),
        (Literal["auto"] | int, "Auto", 'expected one of auto or int, got str "Auto"'),
        (Literal[1] | str, True, "expected one of 1 or str, got bool True"),
        (list[int] | None, "abc", 'expected list of int or null, got str "abc"'),
        (list[int] | None, [1, "2"], '[1]: expected int, got str "2"'),
        (UUID | None, "abc", 'expected a UUID, got str "abc"'),
        (Numbered | Switched, {"kind": 2}, "expected Numbered or Switched, got dict"),
    ],
)
def test_what_is_of_no_member_is_refused(tp: Any, value: object, message: str) -> None:
    assert refusal(tp, value) == message


def test_a_whole_number_is_a_float_where_there_is_no_int() -> None:
    found = codec(float | str).load(1)
    assert (type(found), found) == (float, 1.0)
    assert codec(float | str).dump(1) == 1.0
    assert type(codec(float | str).dump(1)) is float


def test_where_there_is_an_int_too_whole_numbers_and_floats_keep_their_types() -> None:
    both = codec(int | float)
    for number in (1, 1.0):
        assert type(both.dump(number)) is type(number)
        assert type(both.load(both.dump(number))) is type(number)


@pytest.mark.parametrize(
    ("tp", "names"),
    [
        (str | UUID, "str and UUID"),
        (date | datetime, "date and datetime"),
        (bytes | str, "bytes and str"),
        (Level | int, "one of 1, 10 and int"),
        (Mode | str, "one of r, yes and str"),
        (Colour | Literal["red"], "one of red, no, 1, 1 and one of red"),
        (Permission | int, "Permission and int"),
        (list[int] | tuple[int, int], "list of int and tuple of 2"),
        (list[int] | set[int], "list of int and set of int"),
        (dict[str, int] | Bucket, "dict to int and Bucket"),
        (Anonymous | Unknown, "Anonymous and Unknown"),
        (Anonymous | Bucket | Unknown, "Anonymous and Unknown"),
    ],
)
def test_types_that_documents_cannot_tell_apart_are_refused(tp: Any, names: str) -> None:
    (problem,) = codec(tp).problems()
    remedy = "use one of them, or put them into classes with different fields"
    assert str(problem) == f"{names} cannot be told apart in a document; {remedy}"
    for act in (codec(tp).load, codec(tp).dump):
        with pytest.raises(UnsupportedTypeError, match="cannot be told apart"):
            act(None)


def test_a_union_that_cannot_be_told_apart_is_refused_with_its_field() -> None:
    class Flavor(Anything):
        FLAVOR: ClassVar[str] = "ambiguous"
        good: int | str
        bad: dict[str, list[str | UUID]]
        nested: Tree

    assert [str(problem).partition("Flavor.")[2].partition(":")[0] for problem in unsupported_fields(Flavor)] == ["bad"]


def test_a_class_is_told_by_its_mark_before_its_mistakes_are_told() -> None:
    assert refusal(Basic | Token, {"kind": "basic", "user": 5, "pasword": "hunter2"}).splitlines() == [
        "pasword: Basic has no such field; did you mean password?",
        "user: expected str, got int 5",
        'password: is missing; expected a secret reference {"$secret": "name.key"}',
    ]


def test_a_class_is_told_by_most_of_its_keys_before_its_mistakes_are_told() -> None:
    assert refusal(Bucket | Folder | None, {"buckets": "a", "bucket": 5}) == (
        "buckets: Bucket has no such field; did you mean bucket?\nbucket: expected str, got int 5"
    )


def test_an_object_that_could_be_of_several_classes_is_refused() -> None:
    written = {"user": "a", "password": {"$secret": "a.b"}}
    assert refusal(Basic | Token, written) == "expected Basic or Token, got dict"
    assert refusal(Bucket | Folder, {}) == "expected Bucket or Folder, got dict"
    assert codec(Basic | Token).load({"kind": "token", **written}) == Token(user="a", password=Secret("a.b"))


@pytest.mark.parametrize("mark", [None, [], {}, 1.0, "1", [1]])
def test_a_mark_of_another_kind_marks_nothing(mark: object) -> None:
    with pytest.raises(DocumentError):
        codec(Numbered | Switched).load({"kind": mark})


@pytest.mark.parametrize(
    ("tp", "value"),
    [
        (int | str, 1.5),
        (int | None, True),
        (Bucket | None, Folder(folder="a")),
        (list[int] | str, (1,)),
        (float | None, 2**53 + 1),
    ],
)
def test_what_is_of_no_member_is_not_written(tp: Any, value: object) -> None:
    with pytest.raises(NotSerializableError, match=" or "):
        codec(tp).dump(value)


@pytest.mark.parametrize("tp", [Secret | UUID, UUID | Secret | None, Secret | Literal["none"], Secret | datetime | int])
def test_a_text_where_a_secret_may_stand_is_not_shown(tp: Any) -> None:
    for act in (codec(tp).load, codec(tp).dump):
        with pytest.raises(StackkitError) as caught:
            act("hunter2")
        assert "hunter2" not in str(caught.value)
        assert caught.value.__cause__ is None
        assert caught.value.__context__ is None or "hunter2" not in str(caught.value.__context__)


def test_unions_in_unions_are_one_union() -> None:
    made = codec(Optional[MaybeInt | str | Annotated[MaybeInt, "again"]])  # noqa: UP045 - `|` does not take Annotated
    assert isinstance(made, UnionCodec)
    assert len(made.options) == 3


@dataclass
class Ring:
    """Refers to itself through a union in a list."""

    label: str
    rings: list[Ring | None] = field(default_factory=list["Ring | None"])


def test_a_class_may_hold_itself_in_unions() -> None:
    ring = Ring("a", [None, Ring("b", [Ring("c")])])
    assert codec(Ring | None).load(codec(Ring | None).dump(ring)) == ring
    nothing: dict[str, object] = {}
    assert refusal(Ring | None, {"label": "a", "rings": [None, {"label": "b", "rings": [nothing]}]}) == (
        "rings[1].rings[0].label: is missing; expected str"
    )
