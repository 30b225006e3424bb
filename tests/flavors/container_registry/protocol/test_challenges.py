"""The header with which a registry asks who is there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackkit.flavors.container_registry.protocol.challenges import Challenge, read_challenges


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", []),
        ("Basic", [Challenge("basic", {})]),
        ('Basic realm="a b"', [Challenge("basic", {"realm": "a b"})]),
        ("Basic realm=x", [Challenge("basic", {"realm": "x"})]),
        (
            'Bearer realm="https://auth.example/token",service="r",scope="repository:a:pull,push"',
            [Challenge("bearer", {"realm": "https://auth.example/token", "service": "r", "scope": "repository:a:pull,push"})],
        ),
        (
            'Basic realm="x", Bearer realm="y" , service=z',
            [Challenge("basic", {"realm": "x"}), Challenge("bearer", {"realm": "y", "service": "z"})],
        ),
        ("Negotiate, Basic realm=x", [Challenge("negotiate", {}), Challenge("basic", {"realm": "x"})]),
        (r'Bearer realm="a\"b\\c"', [Challenge("bearer", {"realm": 'a"b\\c'})]),
        ('BEARER Realm = "x"', [Challenge("bearer", {"realm": "x"})]),
        ('Bearer realm="first",realm="second"', [Challenge("bearer", {"realm": "first"})]),
        ('Bearer realm="open', [Challenge("bearer", {})]),
        ('realm="x"', []),
    ],
)
def test_challenges_are_read_as_far_as_they_can_be(header: str, expected: list[Challenge]) -> None:
    assert read_challenges(header) == expected


@given(header=st.text(st.sampled_from('aB=", \\\t-') | st.characters(), max_size=60))
def test_any_header_is_read_without_failing(header: str) -> None:
    for challenge in read_challenges(header):
        assert challenge.scheme


values = st.text(st.characters(min_codepoint=32, max_codepoint=126))


@given(parameters=st.dictionaries(st.sampled_from(["realm", "service", "scope", "error"]), values, min_size=1))
def test_quoted_values_are_read_as_they_were_written(parameters: dict[str, str]) -> None:
    quoted = ((name, value.replace("\\", r"\\").replace('"', r"\"")) for name, value in parameters.items())
    header = "Bearer " + ", ".join(f'{name}="{value}"' for name, value in quoted)
    assert read_challenges(header) == [Challenge("bearer", parameters)]
