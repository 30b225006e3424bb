"""A whole stack as one document: what is read from it, and everything that can be wrong with it."""

from __future__ import annotations

import copy
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackkit.errors import DocumentError, NewerDocumentError, StackkitError
from stackkit.flavors.alerter.console import ConsoleAlerter
from stackkit.registry.registry import FlavorRegistry
from stackkit.serialization.document import dump_component
from stackkit.serialization.formats.table import decode, encode
from stackkit.workspace.records import ComponentRecord
from stackkit.workspace.stack_document import dump_stack, load_stack, names_by_slug

from .example_flavors import Inbox, Mailer
from .projects import lines

REGISTRY = FlavorRegistry()
for flavor in (Mailer, Inbox):
    REGISTRY.register(flavor)

MAIL = Mailer(name="mail", address="x", uuid=UUID(int=1))
BOX = Inbox(name="box", uuid=UUID(int=2))


def document() -> dict[str, Any]:
    return dump_stack("laptop", [ComponentRecord.of(dump_component(component)) for component in (BOX, MAIL)])


def refusal(data: object) -> list[str]:
    with pytest.raises(DocumentError) as refused:
        load_stack(data, REGISTRY.flavor)
    return lines(refused.value)


def test_a_stack_is_read_as_it_was_written() -> None:
    assert [row["type"] for row in document()["components"]] == ["alerter", "inbox"]  # whatever order they were given in
    loaded = load_stack(document(), REGISTRY.flavor)
    assert (loaded.name, list(loaded.components)) == ("laptop", [MAIL, BOX])
    assert loaded.given == {MAIL.uuid, BOX.uuid}
    assert names_by_slug(loaded.components) == {"alerter": "mail", "inbox": "box"}


def test_a_component_without_a_uuid_gets_one_that_is_not_given() -> None:
    data = document()
    del data["components"][0]["config"]["uuid"]
    loaded = load_stack(data, REGISTRY.flavor)
    assert loaded.given == {BOX.uuid}
    assert loaded.components[0].uuid not in (MAIL.uuid, load_stack(data, REGISTRY.flavor).components[0].uuid)


@pytest.mark.parametrize("data", [None, 5, "stack", [], [document()]])
def test_what_is_no_object_is_no_stack(data: object) -> None:
    assert refusal(data) == ["is no stack document; it is an object with stackkit, stack, components"]


def test_the_document_of_a_component_is_told_to_be_one() -> None:
    assert refusal(dump_component(MAIL)) == [
        "is the document of a component, not of a stack; register the component from it, or put it into a stack's document"
    ]


def test_everything_that_is_wrong_with_its_outline_is_told() -> None:
    assert refusal({"stackkit": "1", "stack": 5, "component": []}) == [
        "component: is not known; did you mean components?",
        "stackkit: expected the form of the document; write 1",
        "stack: expected the stack's name, a str",
        "components: expected a list of component documents",
    ]


@pytest.mark.parametrize("form", [0, -1, True, 1.0, None])
def test_a_form_that_is_not_ours_is_refused(form: object) -> None:
    assert refusal(document() | {"stackkit": form}) == ["stackkit: expected the form of the document; write 1"]


def test_a_newer_form_is_told_to_be_newer() -> None:
    with pytest.raises(NewerDocumentError) as refused:
        load_stack({"stackkit": 2, "something": "new"}, REGISTRY.flavor)
    assert lines(refused.value) == ["stackkit: has form 2, known is 1; install a newer stackkit"]


def test_everything_that_is_wrong_with_its_components_is_told_with_its_path() -> None:
    data = document()
    data["components"][0]["config"] |= {"retries": "3", "colour": 1}
    del data["components"][1]["version"]
    data["components"] += [{"type": "alerter", "flavor": "pigeon", "version": 1, "config": {}}, 5, dump_component(MAIL)]
    told = refusal(data)
    assert {line.partition(": ")[0] for line in told} == {
        "components[0].config.colour",
        "components[0].config.retries",
        "components[1].version",
        "components[2]",
        "components[3]",
    }
    assert "components[2]: there is no alerter flavor pigeon; there are console, mailer" in told


def test_a_component_without_its_version_is_refused_as_nobody_could_tell_which_it_was_written_for() -> None:
    data = document()
    del data["components"][1]["version"]
    remedy = "write 1, or the VERSION of the flavor that it is written for"
    assert refusal(data) == [f"components[1].version: is missing; {remedy}"]


def test_a_component_of_a_newer_flavor_is_told_to_be_newer() -> None:
    data = document()
    data["components"][1]["version"] = 2
    with pytest.raises(NewerDocumentError) as refused:
        load_stack(data, REGISTRY.flavor)
    assert [problem.where for problem in refused.value.problems] == ["components[1].version"]


def test_two_components_of_one_type_are_refused() -> None:
    data = document()
    data["components"].append(dump_component(ConsoleAlerter(name="bell")))
    assert refusal(data) == ["components: has two alerters: mail and bell; keep one of them"]


def test_every_document_that_ends_too_early_is_refused() -> None:
    whole = encode(document(), "json")
    for length in range(len(whole)):
        with pytest.raises(DocumentError):
            load_stack(decode(whole[:length], "json"), REGISTRY.flavor)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=5), children, max_size=3),
    max_leaves=6,
)
PLACES = st.sampled_from(
    [
        (),
        ("stackkit",),
        ("stack",),
        ("components",),
        ("components", 0),
        ("components", 0, "type"),
        ("components", 0, "flavor"),
        ("components", 1, "version"),
        ("components", 0, "config"),
        ("components", 0, "config", "uuid"),
        ("components", 0, "config", "tags"),
        ("components", 0, "config", "token"),
    ]
)


@given(PLACES, JSON)
def test_whatever_stands_anywhere_in_it_the_error_is_ours_and_every_line_is_one(
    place: tuple[str | int, ...], value: object
) -> None:
    data: Any = copy.deepcopy(document())
    if place:
        inner = data
        for step in place[:-1]:
            inner = inner[step]
        inner[place[-1]] = value
    else:
        data = value
    try:
        loaded = load_stack(data, REGISTRY.flavor)
    except StackkitError as error:
        told = error
    else:
        assert [type(component) for component in loaded.components][:2] in (
            [Mailer, Inbox],
            [Inbox],
            [ConsoleAlerter, Inbox],
            [],
        )
        return
    assert isinstance(told, DocumentError)
    assert told.problems
    assert all(line.isprintable() for line in lines(told))
