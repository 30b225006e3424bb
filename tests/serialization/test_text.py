"""Options are text: each means what the type of its field says, and what does not parse is refused by that type."""

from __future__ import annotations

import enum
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.serialization.everything import SCALARS, Colour, Kind, Large, Level, Permission, Region, of, texts

from stackkit.core.equality import key
from stackkit.core.reference import Reference
from stackkit.core.secret import REFERENCE, Secret
from stackkit.errors import DocumentError, StackkitError
from stackkit.serialization.codecs.codec import Codec
from stackkit.serialization.converter import FlavorConverter
from stackkit.serialization.formats.table import encode
from stackkit.serialization.text import builtins_from_text


@attrs.frozen(kw_only=True)
class Retry:
    """A nested class."""

    count: int = 3
    wait: float = 1.0


@dataclass
class Login:
    """A nested class with a secret."""

    user: str
    password: Secret
    more: Mapping[str, Secret] | None = None
    store: Reference | None = None
    ports: tuple[int, str] = (1, "a")


class Version:
    """A class of a library's own."""

    def __init__(self, text: str) -> None:
        self.text = text


def codec(tp: Any) -> Codec:
    converter = FlavorConverter()
    converter.register_structure_hook(Version, lambda value, _: Version(value))
    converter.register_unstructure_hook(Version, lambda value: value.text)
    return converter.codec(tp)


def loaded(tp: Any, *given_texts: str) -> Any:
    return codec(tp).load(builtins_from_text(codec(tp), given_texts))


def refusal(tp: Any, *given_texts: str) -> str:
    with pytest.raises(StackkitError) as caught:
        loaded(tp, *given_texts)
    return str(caught.value)


def rendered(value: object) -> str:
    """How people write a value on a command line."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, Secret):
        return f"${{{value.reference}}}"
    if isinstance(value, Reference):
        return value.text
    if isinstance(value, enum.Enum):
        return str(value.value)
    return repr(value) if isinstance(value, float) else str(value)


PLAIN = [kind for kind in SCALARS if kind.annotation not in (None, Colour) and not {"null", "bool"} & kind.written]


@pytest.mark.parametrize("kind", PLAIN, ids=lambda kind: str(kind.annotation))
def test_a_value_is_read_from_its_usual_spelling(kind: Kind) -> None:
    @given(kind.values)
    def check(value: object) -> None:
        made = codec(kind.annotation)
        written = made.dump(value)
        text = written if isinstance(written, str) else rendered(value)
        if text.startswith("${") and kind.annotation is not Secret:
            return
        for tp in (kind.annotation, of(list, kind.annotation)):
            if tp is kind.annotation or not text.startswith("["):
                found = loaded(tp, text)
                assert key(found) == key(value if tp is kind.annotation else [value])

    check()


@pytest.mark.parametrize(
    ("tp", "text", "value"),
    [
        (int, "7", 7), (int, "-7", -7), (int, "+7", 7), (int, "007", 7), (int, str(2**70), 2**70), (bool, "true", True),
        (bool, "False", False), (None, "null", None), (float, "7", 7.0), (float, "-0", -0.0), (float, ".5", 0.5),
        (float, "1e5", 1e5), (float, "nan", math.nan), (float, "-inf", -math.inf), (float, "+Inf", math.inf), (str, "7", "7"),
        (str, "null", "null"), (str, "", ""), (str, "[a]", "[a]"), (str, '{"a": 1}', '{"a": 1}'), (str, "${HOME}", "${HOME}"),
        (str, "a${b.c}", "a${b.c}"), (Path, "~/a", Path("~/a")), (Decimal, "1.50", Decimal("1.50")), (bytes, "YQ==", b"a"),
        (UUID, str(UUID(int=5)), UUID(int=5)), (Level, "10", Level.HIGH), (Region, "null", Region.NULL),
        (Colour, "no", Colour.NO), (Colour, "1", Colour.ONE), (Permission, "3", Permission.ALL),
        (Large, str(2**70), Large.LAST), (Literal["7"], "7", "7"), (Literal[7, "7"], "7", 7),
        (Reference, "artifact_store/prod/a", Reference("artifact_store", "prod/a")), (Secret, "${a.b.c}", Secret("a.b.c")),
        (Secret, '{"$secret": "a.b"}', Secret("a.b")), (Reference, '{"$component": "a/b"}', Reference("a", "b")),
    ],
)  # fmt: skip
def test_a_text_means_what_the_type_says(tp: Any, text: str, value: object) -> None:
    found = loaded(tp, text)
    assert key(found) == key(value)
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("tp", "text", "value"),
    [
        (int | str | None, "7", 7), (int | str | None, "null", None), (int | str | None, "seven", "seven"),
        (bool | str, "true", True), (float | int | str, "7", 7), (float | int | str, "7.0", 7.0), (float | str, "7", 7.0),
        (float | str, "7 ", "7 "), (bool | int | float | str | None, "1e400", "1e400"),
        (Literal["auto"] | int, "auto", "auto"), (Literal["auto"] | int, "5", 5), (Secret | None, "null", None),
        (Secret | str, "text", "text"), (Secret | str, "${a.b}", Secret("a.b")), (Secret | int, "5", 5),
        (Reference | None, "alerter/a", Reference("alerter", "a")), (Reference | None, "null", None),
        (Reference | str, "a/b", "a/b"), (date | int, "2020-01-01", date(2020, 1, 1)),
        (list[int] | None, "null", None), (list[int] | None, "5", [5]), (list[int] | int, "5", 5),
        (list[int] | int, "[5]", [5]), (list[str] | str, "a", "a"), (list[str] | str, '["a"]', ["a"]),
        (list[str] | str, "[a", "[a"), (Retry | str, "{a", "{a"), (dict[str, int] | int | None, "a=5", {"a": 5}),
        (dict[str, int] | int | None, "5", 5), (Retry | str, "{count: 5}", Retry(count=5)), (Version | None, "null", None),
    ],
)  # fmt: skip
def test_of_a_union_the_first_in_a_fixed_order_takes_the_text(tp: Any, text: str, value: object) -> None:
    found = loaded(tp, text)
    assert key(found) == key(value)
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("tp", "given_texts", "value"),
    [
        (list[str], ["a", "b"], ["a", "b"]), (list[str], ["a"], ["a"]), (list[str], ['["a", "b"]'], ["a", "b"]),
        (list[str], [], []), (list[str], ["[a-z]*"], ["[a-z]*"]), (list[str], ["[abc]"], ["[abc]"]),
        (list[str], ['["a"]', "b"], ['["a"]', "b"]), (list[int], ["[1, 2]"], [1, 2]), (list[int], ["1", "2"], [1, 2]),
        (list[list[int]], ["[1]", "[2]"], [[1], [2]]), (list[list[int]], ["[[1], [2]]"], [[1], [2]]),
        (tuple[int, str], ["1", "2"], (1, "2")), (tuple[int, str], ['[1, "2"]'], (1, "2")),
        (tuple[float, ...], ["1", "nan"], (1.0, math.nan)), (set[int], ["2", "1"], {1, 2}),
        (frozenset[str], ["a"], frozenset({"a"})), (list[int | None], ["null", "1"], [None, 1]),
        (list[bool], ["true"], [True]), (dict[str, int], ["a=1", "b=2"], {"a": 1, "b": 2}),
        (dict[str, str], ["a=b=c", "=", "$x=1"], {"a": "b=c", "": "", "$x": "1"}), (dict[str, int], ['{"a": 1}'], {"a": 1}),
        (dict[str, int], ["{a: 1}"], {"a": 1}), (dict[str, str], ["{a=1"], {"{a": "1"}), (dict[str, int], [], {}),
        (dict[str, list[int]], ["a=[1, 2]", "b=3"], {"a": [1, 2], "b": [3]}),
        (dict[str, dict[str, int]], ["a=b=1"], {"a": {"b": 1}}),
        (list[dict[str, int]], ["a=1", '{"b": 2}'], [{"a": 1}, {"b": 2}]), (Retry, ['{"count": 5}'], Retry(count=5)),
        (Retry, ["{count: 5, wait: .5}"], Retry(count=5, wait=0.5)),
        (list[Retry], ["{}", "{count: 1}"], [Retry(), Retry(count=1)]), (list[Retry], ['[{"count": 1}]'], [Retry(count=1)]),
        (list[Secret], ["${a.b}", "${c.d}"], [Secret("a.b"), Secret("c.d")]),
        (list[Secret], ['["${a.b}", {"$secret": "c.d"}]'], [Secret("a.b"), Secret("c.d")]),
        (dict[str, Secret], ["a=${b.c}"], {"a": Secret("b.c")}),
        (dict[str, Secret | None], ['{"a": "${b.c}", "b": null}'], {"a": Secret("b.c"), "b": None}),
        (list[Reference], ["alerter/a"], [Reference("alerter", "a")]),
    ],
)  # fmt: skip
def test_lists_and_mappings_take_an_option_more_than_once_or_as_json(tp: Any, given_texts: list[str], value: object) -> None:
    found = loaded(tp, *given_texts)
    assert key(found) == key(value)
    assert type(found) is type(value)


def test_secrets_and_components_inside_an_object_are_written_as_outside_of_it() -> None:
    text = '{"user": "me", "password": "${a.b}", "more": {"x": "${c.d}"}, "store": "artifact_store/prod", "ports": [2, "b"]}'
    login = Login("me", Secret("a.b"), {"x": Secret("c.d")}, Reference("artifact_store", "prod"), (2, "b"))
    assert loaded(Login, text) == login
    assert loaded(Login, encode(codec(Login).dump(login), "json").decode()) == login
    assert loaded(Login | None, text) == login


STORE_IT = "store it with `stackkit secrets-manager secret register NAME KEY` and write '${name.key}'"


@pytest.mark.parametrize(
    ("tp", "given_texts", "where"),
    [
        (Secret, ["hunter2"], ""),
        (Secret, ["null"], ""),
        (Secret, [""], ""),
        (Secret, ["${hunter2}"], ""),
        (Secret, ["${a.hunter2} "], ""),
        (Secret, ["a.hunter2"], ""),
        (Secret, ["[hunter2]"], ""),
        (Secret | None, ["hunter2"], ""),
        (Secret | int, ["hunter2"], ""),
        (Secret | Reference, ["hunter2"], ""),
        (list[Secret], ["${a.b}", "hunter2"], "[1]: "),
        (list[Secret], ['["hunter2"]'], "[0]: "),
        (dict[str, Secret], ["a=hunter2"], "a: "),
        (dict[str, Secret], ['{"a": "hunter2"}'], "a: "),
        (Login, ['{"user": "me", "password": "hunter2"}'], "password: "),
        (Login | None, ["{user: me, password: hunter2}"], "password: "),
        (tuple[int, Secret], ["1", "hunter2"], "[1]: "),
    ],
)
def test_a_plain_secret_is_refused_unseen_with_what_to_do(tp: Any, given_texts: list[str], where: str) -> None:
    assert refusal(tp, *given_texts) == f"{where}is a secret, and is not given as text; {STORE_IT}"


@pytest.mark.parametrize(
    ("tp", "given_texts"),
    [
        (dict[str, Secret], ["hunter2"]), (dict[str, Secret], ["hunter2", "a=${b.c}"]), (Login, ["hunter2"]),
        (Login, ["{hunter2"]), (Login, ['{"password": hunter2}']), (list[Login], ["hunter2"]),
        (tuple[Secret, int], ["${a.b}", "hunter2"]), (Secret | UUID, ["hunter2"]), (dict[str, Login], ["a=hunter2"]),
        (dict[str, Login], ["hunter2"]), (list[Secret], ["[hunter2"]),
    ],
)  # fmt: skip
def test_a_text_in_the_wrong_place_of_a_secret_is_not_shown(tp: Any, given_texts: list[str]) -> None:
    message = refusal(tp, *given_texts)
    assert "hunter2" not in message
    assert message


@pytest.mark.parametrize(
    ("tp", "given_texts", "where"),
    [
        (str, ["${a.b}"], ""), (int, ["${a.b}"], ""), (list[str], ["a", "${a.b}"], "[1]: "),
        (dict[str, str], ["a=${a.b}"], "a: "), (list[str], ['["${a.b}"]'], "[0]: "), (Path | None, ["${a.b}"], ""),
        (Retry, ["${a.b}"], ""), (Reference, ["${a.b}"], ""), (Login, ['{"user": "${a.b}", "password": "${a.b}"}'], "user: "),
        (Retry, ['{"count": "${a.b}"}'], "count: "), (dict[str, list[str]], ['{"x": ["${a.b}"]}'], "x[0]: "),
        (Version, ["${a.b}"], ""),
    ],
)  # fmt: skip
def test_a_reference_to_a_secret_does_not_stay_text(tp: Any, given_texts: list[str], where: str) -> None:
    assert refusal(tp, *given_texts) == f"{where}refers to a secret, but the field is none; write the value itself"


@pytest.mark.parametrize(
    ("tp", "given_texts", "message"),
    [
        (int, ["many"], 'expected int, got str "many"'),
        (int, ["7.0"], "expected int, got str"),
        (int, [""], 'expected int, got str ""'),
        (int, ["1_000"], 'expected int, got str "1_000"'),
        (int, [" 7"], 'expected int, got str " 7"'),
        (int, ["7" * 4301], "expected int, got str"),
        (float, ["9007199254740993"], 'expected float, got str "9007199254740993"'),
        (float, ["1e400"], 'expected float, got str "1e400"'),
        (float, ["infinity"], 'expected float, got str "infinity"'),
        (bool, ["yes"], 'expected bool, got str "yes"'),
        (bool, ["1"], 'expected bool, got str "1"'),
        (int | None, ["None"], 'expected int or null, got str "None"'),
        (Level, ["LOW"], 'expected one of 1, 10, got str "LOW"'),
        (Level, ["5"], 'expected one of 1, 10, got str "5"'),
        (Literal["a"], ["b"], 'expected one of a, got str "b"'),
        (datetime, ["now"], 'expected a date and time, got str "now"'),
        (Reference, ["prod"], 'expected a component {"$component": "type/name"}, got str "prod"'),
        (list[int], ["1", "b"], '[1]: expected int, got str "b"'),
        (list[int], ["[1, "], '[0]: expected int, got str "[1, "'),
        (list[int], ['["1"]'], '[0]: expected int, got str "1"'),
        (tuple[int, int], ["1"], "expected 2 values, got 1"),
        (tuple[int, int], ["1", "2", "3"], "expected 2 values, got 3"),
        (tuple[()], ["1", "2"], "expected 0 values, got 2"),
        (dict[str, int], ["a"], 'expected key=value, got str "a"'),
        (dict[str, int], ["a=1", "b", "a=2"], 'expected key=value, got str "b"\na: is given twice'),
        (dict[str, int], ["a=b"], 'a: expected int, got str "b"'),
        (Retry, ["count=5"], 'expected Retry, got str "count=5"'),
        (Retry, ["[1]"], 'expected Retry, got str "[1]"'),
        (Retry, ['{"count": 5'], "line 1, column 12: is not JSON: Expecting ',' delimiter"),
        (Retry, ['{"count": 5, "count": 6}'], "the key count is given twice"),
        (Retry, ["{count: many}"], 'count: expected int, got str "many"'),
        (Retry, ["{counts: 5}"], "counts: Retry has no such field; did you mean count?"),
        (int, ["1", "2"], "is given 2 times; give it once"),
        (Retry | None, ["{}", "{}"], "is given 2 times; give it once"),
        (int, [], "is given 0 times; give it once"),
    ],
)
def test_what_does_not_parse_is_refused_by_the_type(tp: Any, given_texts: list[str], message: str) -> None:
    assert refusal(tp, *given_texts).startswith(message)


@pytest.mark.parametrize("text", ["1.10", "7", "true", "null", "1e5", "no", "", "a: b"])
def test_a_type_with_hooks_gets_the_text_as_it_is(text: str) -> None:
    assert loaded(Version, text).text == text
    assert [version.text for version in loaded(list[Version], text, "x")] == [text, "x"]


def test_a_type_with_hooks_gets_an_array_or_object_that_json_has() -> None:
    assert loaded(Version, '{"a": [1]}').text == {"a": [1]}
    assert loaded(Version, "[1]").text == [1]
    assert loaded(Version, "[1").text == "[1"


PLACEHOLDER = re.compile(rf"\$\{{{REFERENCE.pattern}\}}")


@given(texts | st.from_regex(PLACEHOLDER))
def test_a_text_field_takes_any_text_but_a_reference_to_a_secret(text: str) -> None:
    if PLACEHOLDER.fullmatch(text):
        assert "refers to a secret" in refusal(str, text)
    else:
        assert builtins_from_text(codec(str), [text]) == text


@given(st.lists(texts | st.from_regex(r"[\[{].*", fullmatch=True), max_size=3))
def test_any_texts_make_a_value_or_are_refused(given_texts: Sequence[str]) -> None:
    for tp in (
        int,
        float | None,
        list[int],
        dict[str, float],
        Retry,
        Login,
        list[Retry | None],
        Secret | None,
        Version,
        Level,
        set[str],
    ):
        try:
            loaded(tp, *given_texts)
        except DocumentError as error:
            assert len(str(error)) < 5_000  # noqa: PT017 - a value is as good
