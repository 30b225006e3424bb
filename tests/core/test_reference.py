"""A reference names another component of the same stack, and finds it there."""

from __future__ import annotations

from typing import Any, ClassVar, final

import pytest
from typing_extensions import override

from stackkit.components.alerter import ALERTER, BaseAlerter
from stackkit.components.artifact_store import ARTIFACT_STORE
from stackkit.core.component_type import ComponentType
from stackkit.core.reference import Reference
from stackkit.errors import ComponentNotFoundError, ConfigurationError


@final
class Bell(BaseAlerter):
    """What is referred to."""

    FLAVOR: ClassVar[str] = "bell"

    @override
    def post(self, message: str) -> bool:
        return bool(message)

    @override
    def ask(self, question: str) -> bool:
        return bool(question)


class Neighbours:
    """The components of a stack that has one alerter."""

    def __init__(self, alerter: Bell) -> None:
        self._alerter = alerter

    def __getitem__(self, kind: ComponentType[Any]) -> Any:
        found = self.get(kind)
        if found is None:
            raise ComponentNotFoundError(str(kind))
        return found

    def get(self, kind: ComponentType[Any]) -> Any:
        return self._alerter if kind == ALERTER else None

    def __contains__(self, kind: ComponentType[Any]) -> bool:
        return kind == ALERTER


@pytest.fixture
def bell() -> Bell:
    return Bell(name="door")


def test_a_reference_finds_the_component_that_it_names(bell: Bell) -> None:
    assert Reference("alerter", "door").find(Neighbours(bell), ALERTER) is bell


def test_a_reference_to_another_name_finds_nothing(bell: Bell) -> None:
    with pytest.raises(ComponentNotFoundError) as caught:
        Reference("alerter", "gate").find(Neighbours(bell), ALERTER)
    assert str(caught.value) == "the stack has no alerter/gate; add the alerter gate to it"


def test_a_reference_to_a_type_that_the_stack_lacks_finds_nothing(bell: Bell) -> None:
    with pytest.raises(ComponentNotFoundError) as caught:
        Reference("artifact_store", "prod").find(Neighbours(bell), ARTIFACT_STORE)
    assert str(caught.value) == "the stack has no artifact_store/prod; add the artifact store prod to it"


def test_a_reference_of_another_type_than_asked_for_is_told_apart(bell: Bell) -> None:
    with pytest.raises(ComponentNotFoundError) as caught:
        Reference("artifact_store", "door").find(Neighbours(bell), ALERTER)
    assert str(caught.value) == "artifact_store/door is not of the type alerter; refer to alerter/door"


def test_references_are_values() -> None:
    assert Reference("alerter", "door") == Reference("alerter", "door")
    assert {Reference("alerter", "door"), Reference("alerter", "door")} == {Reference("alerter", "door")}
    assert Reference("alerter", "door").text == "alerter/door"


def test_a_type_that_is_no_slug_is_refused() -> None:
    with pytest.raises(ConfigurationError) as caught:
        Reference("Alerter", "door")
    assert str(caught.value) == 'Reference: "Alerter" is not a slug; write lower case words joined by _'
