"""Names of images, by the grammar of OCI references."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from stackkit.errors import ConfigurationError
from stackkit.flavors.container_registry.reference import (
    LONGEST,
    Address,
    Reference,
    parse_address,
    parse_reference,
    parse_repository,
)
from stackkit.testing.contracts.container_registry.names import WRONG_REPOSITORIES, WRONG_VERSIONS, parts, tags

HUB = Address("hub.example:5000")
TEAM = Address("hub.example:5000", "team")
DIGEST = f"sha256:{'0123456789abcdef' * 4}"

# The grammar as the distribution specification prints it.
SPECIFIED = re.compile(r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*")
SPECIFIED_TAG = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}")

paths = st.lists(parts, min_size=1, max_size=4).map("/".join)


@pytest.mark.parametrize(
    ("image", "address", "path", "tag", "digest"),
    [
        ("model", HUB, "model", "latest", ""),
        ("model:1", HUB, "model", "1", ""),
        ("a/b/c:v1.0-rc_1", HUB, "a/b/c", "v1.0-rc_1", ""),
        (f"model@{DIGEST}", HUB, "model", "", DIGEST),
        (f"model:1@{DIGEST}", HUB, "model", "1", DIGEST),
        ("hub.example:5000/model:1", HUB, "model", "1", ""),
        ("hub.example:5000/model", HUB, "model", "latest", ""),
        ("model:1", TEAM, "team/model", "1", ""),
        ("team/model:1", TEAM, "team/team/model", "1", ""),
        ("hub.example:5000/team/model:1", TEAM, "team/model", "1", ""),
        ("[::1]:80/model:1", Address("[::1]:80"), "model", "1", ""),
    ],
)
def test_a_name_is_read(image: str, address: Address, path: str, tag: str, digest: str) -> None:
    assert parse_reference(image, address) == Reference(path, tag, digest)


@pytest.mark.parametrize(
    ("image", "message"),
    [
        ("other.example/model", "is of another registry than hub.example:5000/team; name an image of this one"),
        ("localhost/model", "is of another registry"),
        ("hub.example:5001/model", "is of another registry"),
        ("hub.example:5000/other/model", "is outside of hub.example:5000/team; begin it with hub.example:5000/team/"),
        ("hub.example:5000/teams/model", "is outside of"),
        ("hub.example:5000/team", "is outside of"),
        ("Model:1", "'Model' is no part of an image's name; use lower case letters"),
        ("a//b", "has an empty part"),
        ("model:", "'' is no tag"),
        ("model@sha256:1", "'sha256:1' is no digest"),
        ("m" * 250, "has more than 255 characters"),
    ],
)
def test_a_name_that_is_none_is_told_with_what_is_wrong(image: str, message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_reference(image, TEAM)
    assert message in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_a_wrong_tag_and_a_wrong_digest_are_told_at_once() -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_reference("model:-@x", HUB)
    assert len(caught.value.problems) == 2


@given(path=paths, tag=tags, named=st.booleans())
def test_every_name_of_the_grammar_is_read_with_and_without_the_address(path: str, tag: str, named: bool) -> None:
    for address in (HUB, TEAM):
        absolute = f"{address.namespace}/{path}" if address.namespace else path
        image = f"{address.host}/{absolute}:{tag}" if named else f"{path}:{tag}"
        if "." in path.partition("/")[0] and "/" in path and not named:
            continue  # its first part reads as a host
        assert parse_reference(image, address) == Reference(absolute, tag)
        assert parse_repository(image.removesuffix(f":{tag}"), address) == absolute


@given(text=st.text(st.sampled_from("ab09A._-/:@ \n%é"), max_size=12) | st.text())
@example("a\n")
@example("a:1\n")
@example("localhost")
def test_what_is_read_is_in_the_grammar_and_all_else_is_refused(text: str) -> None:
    try:
        found = parse_reference(text, HUB)
    except ConfigurationError as error:
        path, _, tag = text.partition(":")
        first = path.partition("/")
        is_elsewhere = bool(first[1]) and ("." in first[0] or first[0] == "localhost")
        is_right = SPECIFIED.fullmatch(path) and (":" not in text or SPECIFIED_TAG.fullmatch(tag))
        assert not is_right or is_elsewhere or len(path) > LONGEST - 20
        lines, problems = str(error).splitlines(), error.problems
        assert len(lines) == len(problems)
    else:
        assert SPECIFIED.fullmatch(found.path)
        assert not found.tag or SPECIFIED_TAG.fullmatch(found.tag)
        assert found.version


@pytest.mark.parametrize("name", [*WRONG_REPOSITORIES, *(f"model{version}" for version in WRONG_VERSIONS)])
def test_what_is_no_repository_is_refused(name: str) -> None:
    with pytest.raises(ConfigurationError):
        parse_repository(name, HUB)


@pytest.mark.parametrize("uri", ["localhost", "ghcr.io/ada", "127.0.0.1:5000", "[::1]:5000", "Host.Example:1/a/b__c", "a-b.c"])
def test_an_address_is_read_and_written_as_it_was(uri: str) -> None:
    assert str(parse_address(uri)) == uri


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "/",
        "host/",
        "host//a",
        "-host",
        "host-",
        "ho_st",
        "host:",
        "host:0",
        "host:65536",
        "host:x",
        "[::g]",
        "[]",
        "::1",
        "a b",
        "host/A",
        "host\n",
        "hóst",
        "http://host",
        "://",
        "user@host",
    ],
)
def test_an_address_that_is_none_is_refused(uri: str) -> None:
    with pytest.raises(ConfigurationError, match="uri"):
        parse_address(uri)


@pytest.mark.parametrize(
    ("host", "is_loopback"),
    [
        ("localhost", True),
        ("LOCALHOST:5000", True),
        ("a.localhost", True),
        ("127.0.0.1", True),
        ("127.1.2.3:80", True),
        ("[::1]:80", True),
        ("[0:0:0:0:0:0:0:1]", True),
        ("localhost.example", False),
        ("notlocalhost", False),
        ("127.0.0.1.example", False),
        ("10.0.0.1", False),
        ("0.0.0.0", False),  # noqa: S104 - nothing is bound
        ("[::2]", False),
        ("ghcr.io", False),
    ],
)
def test_only_addresses_of_this_machine_are_loopback(host: str, is_loopback: bool) -> None:
    assert Address(host).is_loopback is is_loopback
