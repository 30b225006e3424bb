"""Secrets and other components are written as references; what stands in the place of a secret is never shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from tests.serialization.everything import references, secrets

from stackkit.core.reference import Reference
from stackkit.core.secret import Secret
from stackkit.errors import DocumentError, NotSerializableError
from stackkit.serialization.codecs.kinds import SCALARS


@given(secrets)
def test_a_secret_is_written_as_its_reference(secret: Secret) -> None:
    written = SCALARS[Secret].dump(secret)
    assert written == {"$secret": secret.reference}
    assert SCALARS[Secret].load(written) == secret


def test_a_secret_with_its_value_at_hand_is_written_without_it() -> None:
    assert SCALARS[Secret].dump(Secret("database.password").resolved("hunter2")) == {"$secret": "database.password"}


def test_a_plain_secret_is_not_written() -> None:
    with pytest.raises(NotSerializableError, match="a plain secret is never written; keep it in a secrets manager"):
        SCALARS[Secret].dump(Secret.plain("hunter2"))


@pytest.mark.parametrize(
    "value",
    [
        "hunter2", "database.password", "${database.password}", 1234, True, None, ["hunter2"], {"secret": "hunter2"},
        {"$secret": "hunter2"}, {"$secret": "hunter2."}, {"$secret": 1234}, {"$secret": None}, {"$secret": "a.b\n"},
        {"$secret": "database.password", "value": "hunter2"}, {"$secret": {"$secret": "a.b"}},
    ],
)  # fmt: skip
def test_what_is_no_reference_to_a_secret_is_refused_and_not_shown(value: object) -> None:
    with pytest.raises(DocumentError) as caught:
        SCALARS[Secret].load(value)
    kind = "null" if value is None else type(value).__name__
    assert str(caught.value) == f'expected a secret reference {{"$secret": "name.key"}}, got {kind}'


def test_a_text_in_the_place_of_a_secret_is_not_shown_when_it_is_written() -> None:
    with pytest.raises(NotSerializableError) as caught:
        SCALARS[Secret].dump("hunter2")
    assert str(caught.value) == "expected Secret, got str"


@given(references)
def test_a_component_is_written_as_its_type_and_name(reference: Reference) -> None:
    written = SCALARS[Reference].dump(reference)
    assert written == {"$component": f"{reference.type}/{reference.name}"}
    assert SCALARS[Reference].load(written) == reference


@pytest.mark.parametrize(
    "value",
    [
        "artifact_store/prod", None, 5, [], {}, {"$component": "prod"}, {"$component": "artifact_store/"},
        {"$component": "/prod"}, {"$component": "Artifact Store/prod"}, {"$component": 5},
        {"$component": "artifact_store/\udcff"},
        {"$component": "artifact_store/prod", "more": 1},
    ],
)  # fmt: skip
def test_what_refers_to_no_component_is_refused(value: object) -> None:
    with pytest.raises(DocumentError, match="expected a component"):
        SCALARS[Reference].load(value)


@pytest.mark.parametrize(
    "value", [Reference("artifact_store", ""), Reference("artifact_store", "\udcff"), "artifact_store/prod", None]
)
def test_what_could_not_be_read_back_is_not_written(value: object) -> None:
    with pytest.raises(NotSerializableError, match="expected Reference, got "):
        SCALARS[Reference].dump(value)
