"""Fields as the command line calls and shows them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import ClassVar, Literal

import attrs
import pytest

from stackkit import BaseAlerter, Problem, Reference, Secret
from stackkit.cli.components.fields import as_options, builtins_of, option_name, own_fields, shown_default, shown_type
from stackkit.serialization.converter import config_codec


class Tone(Enum):
    LOW = "low"
    HIGH = "high"


def _made() -> list[str]:
    return ["made"]


class Bell(BaseAlerter):
    """With a field of every kind that is shown in a way of its own."""

    FLAVOR: ClassVar[str] = "bell"

    needed: str
    api_key: Secret = Secret("bell.key")
    token: Secret | None = None
    keys: list[Secret] = attrs.field(factory=list[Secret])
    store: Reference | None = None
    volume: int = 11
    ratio: float = 0.5
    quiet: bool = False
    title: str = "ding"
    nothing: str = ""
    tone: Tone = Tone.HIGH
    mode: Literal["fast", "slow"] = "fast"
    tags: tuple[str, ...] = ("a", "b")
    parts: frozenset[str] = attrs.field(factory=frozenset[str])
    limits: Mapping[str, int] = attrs.field(factory=dict[str, int])
    made: list[str] = attrs.field(factory=_made)

    def post(self, message: str) -> bool:
        return bool(message)

    def ask(self, question: str) -> bool:
        return bool(question)


CODEC = config_codec(Bell)


def test_name_and_uuid_are_no_options() -> None:
    assert set(own_fields(CODEC)) == set(CODEC.fields) - {"name", "uuid"}


@pytest.mark.parametrize(
    ("field", "shown"),
    [
        ("api_key", "${NAME.KEY}"),
        ("token", "${NAME.KEY} or null"),
        ("keys", "list of ${NAME.KEY}"),
        ("store", "TYPE/NAME or null"),
        ("volume", "int"),
    ],
)
def test_a_type_is_shown_as_it_is_typed(field: str, shown: str) -> None:
    assert shown_type(CODEC.codecs[field]) == shown


@pytest.mark.parametrize(
    ("field", "shown"),
    [
        ("api_key", "${bell.key}"),
        ("token", "null"),
        ("keys", "[]"),
        ("volume", "11"),
        ("ratio", "0.5"),
        ("quiet", "false"),
        ("title", "ding"),
        ("nothing", '""'),
        ("tone", "high"),
        ("mode", "fast"),
        ("tags", '["a", "b"]'),
        ("parts", "[]"),
        ("limits", "{}"),
        ("made", "computed"),
    ],
)
def test_a_default_is_shown_as_it_is_typed(field: str, shown: str) -> None:
    assert shown_default(CODEC.fields[field], CODEC.codecs[field]) == shown


@pytest.mark.parametrize(
    ("where", "option"),
    [
        ("config.api_key", "--api-key"),
        ("api_key", "--api-key"),
        ("config.tags[0]", "--tags[0]"),
        ("config.limits.a_b", "--limits.a_b"),
        ("config.flavor", "--field-flavor"),
        ("config.name", "name"),
        ("", ""),
    ],
)
def test_problems_name_options(where: str, option: str) -> None:
    assert as_options([Problem("is wrong", where=where)]) == [Problem("is wrong", where=option)]


@pytest.mark.parametrize("field", ["from", "flavor", "help"])
def test_options_that_commands_have_are_not_taken(field: str) -> None:
    assert option_name(field) == f"--field-{field}"


def test_texts_become_builtins_and_what_cannot_is_named() -> None:
    texts = {"volume": ["7"], "quiet": ["true"], "api_key": ["hunter2"], "store": ["artifact_store/prod"], "title": ["${a.b}"]}
    config, problems = builtins_of(Bell, texts)
    assert config == {"volume": 7, "quiet": True, "store": {"$component": "artifact_store/prod"}}
    assert [problem.where for problem in problems] == ["--api-key", "--title"]
    assert "hunter2" not in str(problems)
