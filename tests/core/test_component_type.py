"""A component type is a token that is told by its slug."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackkit.components.alerter import ALERTER
from stackkit.components.artifact_store import ARTIFACT_STORE
from stackkit.core.component_type import SLUG, ComponentType
from stackkit.errors import ConfigurationError


def test_tokens_are_equal_by_their_slugs() -> None:
    again: ComponentType[Any] = ComponentType("artifact_store")
    assert again == ARTIFACT_STORE
    assert hash(again) == hash(ARTIFACT_STORE)
    assert again != ALERTER
    assert {ARTIFACT_STORE: 1}[again] == 1


def test_a_token_is_not_its_slug() -> None:
    token: object = ARTIFACT_STORE
    assert token != "artifact_store"


def test_a_token_is_written_as_slug_option_and_title() -> None:
    assert (ARTIFACT_STORE.slug, ARTIFACT_STORE.option, ARTIFACT_STORE.title) == (
        "artifact_store",
        "artifact-store",
        "artifact store",
    )
    assert str(ARTIFACT_STORE) == "artifact_store"


def test_a_token_survives_pickling_and_copying() -> None:
    assert pickle.loads(pickle.dumps(ARTIFACT_STORE)) == ARTIFACT_STORE  # noqa: S301 - our own
    assert copy.deepcopy(ARTIFACT_STORE) == ARTIFACT_STORE


def test_a_token_does_not_change() -> None:
    token: Any = ALERTER
    with pytest.raises(AttributeError):
        token.slug = "other"


@pytest.mark.parametrize(
    "slug", ["", "Alerter", "data-validator", "_alerter", "alerter_", "data__validator", "1st", "données", "alerter\n", "a b"]
)
def test_a_slug_of_another_form_is_refused(slug: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        ComponentType(slug)
    shown = slug.replace("\n", "\\n")
    assert str(caught.value) == f'ComponentType: "{shown}" is not a slug; write lower case words joined by _'


@given(st.from_regex(SLUG, fullmatch=True))
def test_the_option_of_a_slug_gives_the_slug_back(slug: str) -> None:
    token: ComponentType[Any] = ComponentType(slug)
    assert token.option.replace("-", "_") == slug
    assert "_" not in token.option
