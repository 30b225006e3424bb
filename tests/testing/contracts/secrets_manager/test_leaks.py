"""A value is found wherever it may hide, and not where it is not."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackkit import Problem, SecretGroup
from stackkit.errors import SecretError
from stackkit.testing.contracts.secrets_manager.leaks import Leaks, words

WORD = "ghjkmnpqrstvwxyz"
FORMS: dict[str, Callable[[bytes], bytes]] = {
    "as it is": lambda value: value,
    "the first half": lambda value: value[: len(value) // 2],
    "hexadecimal": lambda value: value.hex().encode(),
    "base64": base64.b64encode,
}


class Owner:
    """Whose secret it is: this module's functions are looked into."""


def leaks() -> Leaks:
    return Leaks(WORD, Owner)


@given(word=words, before=st.binary(max_size=7), after=st.binary(max_size=7), form=st.sampled_from(sorted(FORMS)))
def test_a_word_is_found_in_bytes_wherever_it_begins(word: str, before: bytes, after: bytes, form: str) -> None:
    found = Leaks(word, Owner)
    whole = word.encode() if form == "the first half" else before + word.encode() + after
    found.look_in_bytes("here", FORMS[form](whole))
    assert found.found == ["here"]


@given(word=words, other=words)
def test_another_word_is_not_taken_for_it(word: str, other: str) -> None:
    found = Leaks(word, Owner)
    for form in FORMS.values():
        if other[:8] not in word and other[8:] not in word and word[:8] not in other and word[8:] not in other:
            found.look_in_bytes("here", form(other.encode()))
    assert found.found == []


def fail(error: Exception, cause: BaseException | None = None) -> Callable[[], object]:
    def act() -> None:
        raise error from cause

    return act


class DescribedError(SecretError):
    """An error with more to it."""

    value: str = ""


def described() -> DescribedError:
    error = DescribedError(Problem("it failed"))
    error.value = WORD
    return error


HIDDEN: dict[str, tuple[Callable[[], object], str]] = {
    "its text": (fail(SecretError(Problem(f"{WORD} is wrong"))), "SecretError: str"),
    "half of it": (fail(SecretError(Problem(f"{WORD[:8]}… is wrong"))), "SecretError: str"),
    "its cause": (fail(SecretError(Problem("wrong")), ValueError({"value": WORD})), "SecretError: ValueError in its chain"),
    "an attribute": (fail(described()), "DescribedError: DescribedError in its chain"),
}


@pytest.mark.parametrize("place", HIDDEN)
def test_a_word_is_found_in_an_error(place: str) -> None:
    action, told = HIDDEN[place]
    found = leaks()
    found.look_in_error_of(action)
    assert told in found.found


def test_a_word_is_found_in_a_local_variable_of_the_owners_module() -> None:
    def act() -> None:
        variable = [WORD]
        assert variable
        raise SecretError(Problem("it failed"))

    found = leaks()
    found.look_in_error_of(act)
    assert "SecretError: local variables of act" in found.found
    elsewhere = Leaks(WORD, SecretGroup)
    elsewhere.look_in_error_of(act)
    assert elsewhere.found == []


def test_a_clean_error_has_none() -> None:
    found = leaks()
    found.look_in_error_of(fail(SecretError(Problem("it failed", where="database"))))
    assert found.found == []


def test_what_refuses_nothing_tests_nothing() -> None:
    with pytest.raises(pytest.fail.Exception, match="refuses nothing"):
        leaks().look_in_error_of(lambda: None)
