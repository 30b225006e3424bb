"""YAML: every value read back, whatever other readers would take it for; nothing but builtins comes of a document."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from tests.serialization.everything import ODD_TEXTS
from tests.serialization.hostile import DEEPEST, TOO_DEEP, builtins, tampered

from stackkit.errors import DocumentError
from stackkit.serialization.formats.table import decode, encode


def refusal(data: str | bytes) -> str:
    with pytest.raises(DocumentError) as caught:
        decode(data, "yaml")
    return str(caught.value)


@given(builtins)
def test_every_value_is_read_back_as_it_was(value: object) -> None:
    written = encode(value, "yaml")
    assert repr(decode(written, "yaml")) == repr(value)
    assert encode(decode(written, "yaml"), "yaml") == written


@given(builtins)
def test_what_is_written_is_the_same_to_another_reader(value: object) -> None:
    load = getattr(yaml, "load")  # noqa: B009 - the stub knows what stackkit uses alone
    assert repr(load(encode(value, "yaml"), Loader=yaml.SafeLoader)) == repr(value)


@given(st.text() | st.sampled_from(ODD_TEXTS))
@example("a b " * 300_000)
@example("\n" * 1000)
def test_every_text_is_read_back_wherever_it_stands(text: str) -> None:
    for value in (text, [text], {text: text}, {"a": [{text: [text]}]}):
        assert decode(encode(value, "yaml"), "yaml") == value


@pytest.mark.parametrize("text", [text for text in ODD_TEXTS if text.isascii() and text.isprintable()])
def test_a_word_that_some_reader_takes_for_something_else_is_quoted(text: str) -> None:
    written = encode([text], "yaml").decode()
    assert written == f"- {text}\n" or written[2] in "'\""
    if text in {"y", "n", "no", "on", "off", "~", "null", "1:30", "0o7", "007", "1e5", "1_000", ".5", "2020-01-01", "=", "<<"}:
        assert written[2] in "'\""


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"), ("on", "on"), ("Yes", "Yes"), ("y", "y"), ("off", "off"), ("1:30", "1:30"), ("1:30:00", "1:30:00"),
        ("0o7", "0o7"), ("0x1F", "0x1F"), ("0b1", "0b1"), ("007", "007"), ("08", "08"), ("1_000", "1_000"), ("=", "="),
        ("2020-01-01", "2020-01-01"), ("2020-01-01T00:00:00Z", "2020-01-01T00:00:00Z"), ("1.5.2", "1.5.2"), ("1e", "1e"),
        (".", "."), ("e5", "e5"), ("+", "+"), ("'5'", "5"), ('"true"', "true"), ("nULL", "nULL"), ("None", "None"),
        ("nan", "nan"), ("inf", "inf"), ("5", 5), ("-5", -5), ("+5", 5), ("0", 0), ("-0", 0), ("5.0", 5.0), ("5.", 5.0),
        (".5", 0.5), ("1e5", 1e5), ("1E+5", 1e5), ("-1.5e-3", -1.5e-3), ("-0.0", -0.0), ("true", True), ("True", True),
        ("FALSE", False), ("~", None), ("null", None), (".inf", float("inf")), ("-.Inf", float("-inf")),
        ("a: 1\nb: [2, x]", {"a": 1, "b": [2, "x"]}), ("a:\n- 1\n- b: 2", {"a": [1, {"b": 2}]}), ("|\n a\n b\n", "a\nb\n"),
        (">-\n a\n b", "a b"), ("{a: , b: ~}", {"a": None, "b": None}), ("# note\na: 1 # note", {"a": 1}),
        ("%YAML 1.2\n---\na: 1\n...\n", {"a": 1}), ("<<: {a: 1}", {"<<": {"a": 1}}), ("&name a", "a"), ("- &a x", ["x"]),
    ],
)  # fmt: skip
def test_a_word_means_what_json_people_expect(text: str, value: object) -> None:
    assert repr(decode(text, "yaml")) == repr(value)


def test_what_is_left_out_is_null() -> None:
    assert decode("- \n-\n- {a: , b}", "yaml") == [None, None, {"a": None, "b": None}]


TAG = "tags are not allowed; quote a text that begins with !"
ALIAS = "aliases are not allowed; quote a text that begins with *, or write the value again"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("# nothing", "is empty"),
        ("a: 1\n---\nb: 1", "holds more than one document"),
        ("a: !!python/object/apply:os.system ['true']", f"line 1, column 4: {TAG}"),
        ("!!str 5", f"line 1, column 1: {TAG}"),
        ("password: !hunter2", f"line 1, column 11: {TAG}"),
        ("a: &x 1\nb: *x", f"line 2, column 4: {ALIAS}"),
        ("password: *hunter2", f"line 1, column 11: {ALIAS}"),
        ("? *a\n: 1", f"line 1, column 3: {ALIAS}"),
        ("a: 1\nb: 2\na: 3", "line 3, column 1: the key a is given twice"),
        ("{a: 1, 'a': 2}", "line 1, column 8: the key a is given twice"),
        ("1: a", "line 1, column 1: a key is no text but a int; quote it"),
        ("true: a", "line 1, column 1: a key is no text but a bool; quote it"),
        ("~: a", "line 1, column 1: a key is no text but a NoneType; quote it"),
        ("? [a]\n: 1", "line 1, column 3: a key is no text but a list; quote it"),
        ("? {a: 1}\n: 1", "line 1, column 3: a key is no text but a dict; quote it"),
        ("9" * 4301, "line 1, column 1: is a number of more than 4300 digits"),
        ("a: 1e400", "line 1, column 4: is too large for a float"),
        ("a: '", "line 1, column 5: is not YAML: found unexpected end of stream"),
        ("a: [1", "line 2, column 1: is not YAML: did not find expected ',' or ']'"),
        ("\ta: 1", "line 1, column 1: is not YAML: found character that cannot start any token"),
        ("a: @b", "line 1, column 4: is not YAML: found character that cannot start any token"),
        ("a: 1\n b: 2", "line 2, column 3: is not YAML: mapping values are not allowed in this context"),
        ("%YAML 3.0\n---\na", "line 1, column 1: is not YAML: found incompatible YAML document"),
        ("%TAG ! !\n%TAG ! !\n---\na", "line 2, column 1: is not YAML: found duplicate %TAG directive"),
        ("a: \x00", "is not YAML: control characters are not allowed"),
        ("a: \x07", "is not YAML: control characters are not allowed"),
        ("a: \ufffe", "is not YAML: control characters are not allowed"),
        ('a: "\\ud800"', "line 1, column 7: is not YAML: found invalid Unicode character escape code"),
        ("a: \ud800", "holds a lone surrogate, which is no text"),
    ],
    ids=lambda value: ascii(value[:20]),
)  # fmt: skip
def test_what_is_not_yaml_or_more_than_json_is_refused(text: str, message: str) -> None:
    assert refusal(text) == message


def test_as_deep_as_every_format_goes_and_no_deeper() -> None:
    assert decode(encode(DEEPEST, "yaml"), "yaml") == DEEPEST
    assert decode(json.dumps(DEEPEST), "yaml") == DEEPEST
    assert refusal(json.dumps(TOO_DEEP)).endswith("is nested more than 100 levels deep")


BOMB = "a: &a [x, x]\n" + "\n".join(f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)}, *{chr(97 + i)}]" for i in range(24))

HOSTILE = f"""
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
from stackkit.errors import DocumentError
from stackkit.serialization.formats.table import decode
deep = 100_000
documents = [
    "[" * deep, "{{a: " * deep, "- " * deep, "? " * deep, "[" * deep + "]" * deep, "&a [" * deep,
    "\\n".join(" " * level + "a:" for level in range(3_000)), "!!a " * deep, "[{{" * deep, "- ? " * deep, "--- " * deep,
    {BOMB!r}, "x" * 50_000_000, "[" + "x, " * 300_000 + "]", "a: " + "&a " * deep, "'" * deep, "%TAG ! a\\n" * deep, ":" * deep,
    "? a\\n" * 20_000, "k: v\\n" * 20_000, "#" * 5_000_000, "\\\\" * deep, "|" + "\\n " * deep,
    "9" * 1_000_000, "1e" + "9" * 1_000_000,
    "0." * deep, "." * 1_000_000, "- " + "9" * 1_000_000 + "x",
]
for document in documents:
    try:
        decode(document, "yaml")
    except DocumentError as error:
        assert len(str(error)) < 300, len(str(error))
        print("refused")
    else:
        print("read")
"""


def test_no_document_crashes_the_process_or_fills_its_memory() -> None:
    begin = time.monotonic()
    done = subprocess.run([sys.executable, "-c", HOSTILE], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.split().count("refused") > 15
    assert time.monotonic() - begin < 60


@given(
    builtins.flatmap(lambda value: tampered(encode(value, "yaml")))
    | st.binary()
    | st.text("[]{}:-?!&*|>'\"%@`#, \n\tab1~").map(str.encode)
)
def test_hostile_bytes_are_refused_or_read_as_builtins(data: bytes) -> None:
    found = outcome(data)
    if isinstance(found, DocumentError):
        assert len(str(found)) < 300
    else:
        assert repr(json.loads(json.dumps(found))) == repr(found)


def outcome(data: bytes) -> object:
    try:
        return decode(data, "yaml")
    except DocumentError as error:
        return error


@given(builtins)
def test_a_document_that_ends_early_is_refused_or_read_as_less(value: object) -> None:
    written = encode({"a": value}, "yaml")
    for end in range(0, len(written), max(1, len(written) // 50)):
        try:
            decode(written[:end], "yaml")
        except DocumentError:
            continue


def test_an_error_does_not_drag_the_document_along() -> None:
    with pytest.raises(DocumentError) as caught:
        decode("password: 'hunter2", "yaml")
    assert caught.value.__context__ is None
