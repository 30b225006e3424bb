from __future__ import annotations

import copy
import pickle
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackkit.core.secret import KEY, NAME, Secret, split_reference
from stackkit.errors import ConfigurationError, NotSerializableError, SecretNotResolvedError

names = st.from_regex(NAME, fullmatch=True)
keys = st.from_regex(KEY, fullmatch=True)


def _resolved(name: str, key: str, value: str) -> Secret:
    return Secret(f"{name}.{key}").resolved(value)


def _in_a_list(secret: Secret) -> str:
    return repr([secret])


secrets = st.one_of(
    st.builds("{}.{}".format, names, keys).map(Secret),
    st.text(max_size=3).map(Secret.plain),
    st.builds(_resolved, names, keys, st.text(max_size=3)),
)


@given(name=names, key=keys)
def test_a_reference_leads_back_to_the_one_name_and_key_it_was_made_of(name: str, key: str) -> None:
    secret = Secret(f"{name}.{key}")
    assert split_reference(secret.require_reference()) == (name, key)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "name",
        "name.",
        ".key",
        "na me.key",
        "name.k y",
        "name.key\n",
        "\nname.key",
        "näme.key",
        "name.kéy",
        "a/b.key",
        "²",
    ],
)
def test_what_is_not_a_reference_is_refused_without_being_shown(text: str) -> None:
    for refused in (Secret, split_reference):
        with pytest.raises(ConfigurationError, match=r'^Secret: not a reference to a secret; write Secret\("name.key"\)$'):
            refused(text)


def test_a_reference_has_no_value_until_it_is_resolved() -> None:
    secret = Secret("database.password")
    assert not secret.is_resolved
    with pytest.raises(SecretNotResolvedError, match=r"database\.password"):
        secret.reveal()
    resolved = secret.resolved("hunter2")
    assert resolved.is_resolved
    assert resolved.reveal() == "hunter2"
    assert not secret.is_resolved


def test_an_empty_value_is_a_value() -> None:
    assert Secret("a.b").resolved("").is_resolved
    assert Secret.plain("").reveal() == ""


def test_a_resolved_reference_is_written_as_before() -> None:
    assert Secret("a.b").resolved("hunter2").require_reference() == "a.b"
    assert Secret("a.b").resolved("hunter2") == Secret("a.b")


def test_a_plain_secret_reveals_its_value_and_is_never_written() -> None:
    secret = Secret.plain("hunter2")
    assert secret.reveal() == "hunter2"
    assert secret.reference is None
    with pytest.raises(NotSerializableError) as refused:
        secret.require_reference()
    assert "hunter2" not in str(refused.value)


def test_a_plain_secret_cannot_be_given_another_value() -> None:
    with pytest.raises(ConfigurationError) as refused:
        Secret.plain("hunter2").resolved("hunter3")
    assert "hunter" not in str(refused.value)


@pytest.mark.parametrize("secret", [Secret.plain("hunter2"), Secret("database.password").resolved("hunter2")])
@pytest.mark.parametrize("show", [repr, str, "{}".format, "{!r}".format, "{:>40}".format, "%s".__mod__, _in_a_list])
def test_no_way_of_writing_shows_the_value(secret: Secret, show: Callable[[Secret], str]) -> None:
    assert "Secret" in show(secret)
    assert "hunter2" not in show(secret)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_carries_the_reference_alone(protocol: int) -> None:
    pickled = pickle.dumps(Secret("database.password").resolved("hunter2"), protocol)
    assert b"hunter2" not in pickled
    back: object = pickle.loads(pickled)  # noqa: S301 - made in the line before
    assert back == Secret("database.password")
    assert isinstance(back, Secret)
    assert not back.is_resolved


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_plain_secret_cannot_be_pickled(protocol: int) -> None:
    with pytest.raises(NotSerializableError):
        pickle.dumps(Secret.plain("hunter2"), protocol)


@given(secrets)
def test_copies_are_equal_and_keep_the_value(secret: Secret) -> None:
    for twin in (copy.copy(secret), copy.deepcopy(secret), copy.deepcopy([secret])[0]):
        assert twin == secret
        assert twin.is_resolved == secret.is_resolved


@given(secrets, secrets)
def test_secrets_are_equal_when_their_references_are_or_both_are_plain_with_one_value(one: Secret, other: Secret) -> None:
    if one.reference is None and other.reference is None:
        assert (one == other) == (one.reveal() == other.reveal())
    else:
        assert (one == other) == (one.reference == other.reference)
    if one == other:
        assert hash(one) == hash(other)


def test_a_secret_equals_no_text() -> None:
    assert Secret("a.b") != "a.b"
    assert Secret.plain("a") != "a"


def test_a_secret_has_no_attributes_to_be_listed() -> None:
    assert not hasattr(Secret.plain("hunter2"), "__dict__")
