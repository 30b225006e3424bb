"""JSON of strangers is read with bounds, and told in a line."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackkit.errors import InvalidImageError
from stackkit.flavors.container_registry.images.manifests import OCI_INDEX, OCI_MANIFEST, read_manifest
from stackkit.flavors.container_registry.protocol.json_reading import LARGEST_JSON, read_object

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
KEYS = ["schemaVersion", "mediaType", "config", "layers", "manifests", "digest", "size", "annotations", "platform"]


@given(data=st.binary(max_size=200) | values.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_an_object_or_refused_in_a_line(data: bytes) -> None:
    try:
        read = read_object(data, "here")
    except InvalidImageError as error:
        (line,) = str(error).splitlines()
        assert line.startswith("here")
    else:
        assert read.values == json.loads(data)


@given(
    content=st.dictionaries(st.sampled_from(KEYS), values | st.just(2), max_size=6)
    | st.fixed_dictionaries(
        {"schemaVersion": st.just(2)},
        optional={
            "manifests": values,
            "layers": values,
            "config": values,
            "mediaType": st.sampled_from([OCI_INDEX, OCI_MANIFEST]),
        },
    ),
    kind=st.sampled_from(["", OCI_INDEX, OCI_MANIFEST]),
)
def test_any_object_is_a_manifest_or_refused_in_a_line(content: dict[str, object], kind: str) -> None:
    try:
        read_manifest(json.dumps(content).encode(), f"sha256:{'0' * 64}", kind, "here")
    except InvalidImageError as error:
        (line,) = str(error).splitlines()
        assert line.startswith("here")


@pytest.mark.parametrize(
    "data", [b"[" * 1_000_000, b'{"a":' * 100_000, b"1" * 10_000, b" " * (LARGEST_JSON + 1), b"\xff\xfe{}", b"NaN"]
)
def test_what_would_take_too_much_or_is_none_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidImageError):
        read_object(data, "here")


def test_values_of_other_kinds_are_told_with_their_place() -> None:
    read = read_object(b'{"a": 5, "b": [1, "x"], "c": {"d": true}, "e": null}', "here")
    assert (read.text("missing", "default"), read.text("e", "default")) == ("default", "default")
    assert (read.children("e"), read.texts("e"), read.child("e").values) == ([], [], {})
    for call, message in (
        (lambda: read.text("a"), "here.a: is an int, not text"),
        (lambda: read.text("e"), "here.e: is missing"),
        (lambda: read.texts("b"), "here.b[0]: is an int, not text"),
        (lambda: read.children("b"), "here.b[0]: is an int, not an object"),
        (lambda: read.child("a"), "here.a: is an int, not an object"),
        (lambda: read.child("c").whole_number("d"), "here.c.d: is a bool, not a whole number from 0"),
    ):
        with pytest.raises(InvalidImageError) as caught:
            call()
        assert str(caught.value) == message
