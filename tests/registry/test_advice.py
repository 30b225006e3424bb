"""Advice: a missing docstring, and fields that look like secrets and are plain text; right flavors get none."""

from __future__ import annotations

from typing import ClassVar, Literal

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from stackkit import BaseAlerter, FlavorRecord, FlavorRegistry, Secret, advice, check
from stackkit.core.component import StackComponent


class Bell(BaseAlerter, abstract=True):
    """A base for bells."""

    FLAVOR: ClassVar[str] = "bell"

    @override
    def post(self, message: str) -> bool:
        return bool(message)

    @override
    def ask(self, question: str) -> bool:
        return bool(question)


class Undocumented(Bell):
    FLAVOR: ClassVar[str] = "undocumented"


@attrs.frozen
class Login:
    """What a field may hold."""

    user: str
    password: str
    token: Secret | None = None
    again: tuple[Login, ...] = ()


class Plain(Bell):
    """A flavor with secrets in the clear."""

    password: str
    api_key: str | None = None
    tokens: list[bytes] = attrs.field(factory=list[bytes])
    logins: dict[str, Login] = attrs.field(factory=dict[str, Login])


class Careful(Bell):
    """A flavor with fields that are called like secrets, or nearly."""

    password: Secret
    api_keys: dict[str, Secret] = attrs.field(factory=dict[str, Secret])
    credentials_file: str = ""
    token_url: str = ""
    has_secret: bool = False
    token: Literal["none", "basic"] = "none"
    monkey: str = ""
    _password: str = attrs.field(init=False, default="")


def test_a_class_without_a_docstring_is_advised_to_have_one_though_its_base_does() -> None:
    (problem,) = advice(Undocumented)
    assert (problem.where, problem.what) == ("Undocumented", "has no docstring")
    assert problem.file == __file__
    assert problem.line is not None


def test_every_field_that_looks_like_a_secret_and_is_text_is_named_with_its_line() -> None:
    found = advice(Plain)
    assert [problem.where for problem in found] == [
        "Plain.password",
        "Plain.api_key",
        "Plain.tokens",
        "Plain.logins.password",
    ]
    assert {problem.what for problem in found} == {"looks like a secret, and is plain text"}
    assert found[0].remedy == "write password: Secret, so that documents hold a reference to it and not the value"
    lines = [problem.line or 0 for problem in found[:3]]
    assert lines == [lines[0], lines[0] + 1, lines[0] + 2]


def test_secrets_and_what_is_no_text_need_no_advice() -> None:
    assert advice(Careful) == []


@pytest.mark.parametrize("flavor", [Undocumented, Plain, Careful])
def test_advice_is_no_reason_to_refuse_a_flavor(flavor: type[StackComponent]) -> None:
    assert check(flavor) == []


@pytest.mark.parametrize("record", FlavorRegistry().records(), ids=lambda record: f"{record.type}-{record.name}")
def test_the_flavors_of_the_kit_are_right_and_follow_the_advice(record: FlavorRecord) -> None:
    flavor = FlavorRegistry().flavor(record.type, record.name)
    assert (check(flavor), advice(flavor)) == ([], [])


WORDS = ["password", "secret", "token", "credentials", "api_key", "apikey", "passphrase", "access_keys"]


@given(before=st.sampled_from(["", "db_", "smtp_server_"]), word=st.sampled_from(WORDS))
def test_the_last_word_of_a_name_tells_a_secret(before: str, word: str) -> None:
    fields = {f"{before}{word}": str}
    flavor = type("Made", (Bell,), {"__annotations__": fields, "__doc__": "Made.", "FLAVOR": "made"})
    assert [problem.where for problem in advice(flavor)] == [f"Made.{before}{word}"]
