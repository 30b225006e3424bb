from __future__ import annotations

import json
from operator import attrgetter

import attrs
import pytest

from serialization import LIBRARIES, checked, sides
from serialization_peers.documents import (
    MISSPELT,
    NEAR_MISSES,
    difference,
    large,
    medium,
    small,
    wrong_document,
    wrong_documents,
)
from serialization_peers.library import Form
from serialization_peers.starting import IMPORTS, MODULES, PHASES, first_uses
from stackkit import StackkitError, dumps

STRICT = ("stackkit", "by hand", "msgspec Struct", "adaptix")


@pytest.mark.parametrize("name", LIBRARIES)
def test_every_library_reads_and_writes_the_same_documents(name: str) -> None:
    library = LIBRARIES[name]
    for number in range(6):
        assert checked(library, library.small, dumps(small(number)))
        assert checked(library, library.large, dumps(large(number)))
        for component in (small(number), medium(number), large(number)):
            assert checked(library, library.mixed, dumps(component))


@pytest.mark.parametrize("name", STRICT)
def test_a_strict_library_refuses_every_near_miss(name: str) -> None:
    refused: list[str] = []
    for what, data in wrong_documents().items():
        try:
            LIBRARIES[name].large.load(data)
        except Exception:  # noqa: BLE001 - each library has errors of its own
            refused.append(what)
    assert refused == [what for what, _, _ in NEAR_MISSES]


def _of_another(_: bytes) -> object:
    return small(2)


def test_a_library_whose_answers_are_wrong_is_not_timed() -> None:
    library = LIBRARIES["stackkit"]
    forgetful = attrs.evolve(library.small, load=_of_another)
    with pytest.raises(ValueError, match=r"^stackkit, loads\.name: 'alerts-2' instead of 'alerts-1'$"):
        sides(library, forgetful, [dumps(small(1))])


@pytest.mark.parametrize("form", [attrgetter("small"), attrgetter("mixed")], ids=["small", "mixed"])
def test_an_operation_on_many_documents_is_done_for_each(form: attrgetter[Form]) -> None:
    library = LIBRARIES["by hand"]
    documents = [dumps(small(number)) for number in range(3)]
    answers = {name: side() for name, side in sides(library, form(library), documents).items()}
    assert answers["loads"] == answers["round trip"] == answers["from builtins"]
    assert answers["dumps"] == documents
    assert answers["to builtins"] == [json.loads(data) for data in documents]


def test_a_difference_is_found_wherever_it_is() -> None:
    component = large(1)
    assert difference(component, large(1)) == ""
    assert difference(component, large(3)).startswith(".name: ")
    moved = component.replace(limits=attrs.evolve(component.limits, hard=2))
    assert difference(component, moved) == ".limits.hard: 2 instead of 1000"
    assert difference(component, component.replace(tags=component.tags[:-1])).startswith(".tags: ")
    assert difference(1.0, 1) == ": 1 instead of 1.0"


def test_all_mistakes_of_a_document_are_in_it() -> None:
    with pytest.raises(StackkitError) as raised:
        LIBRARIES["stackkit"].large.load(wrong_document())
    assert len(raised.value.problems) == len(MISSPELT)


def test_flavors_that_are_defined_anew_live_through_all_phases() -> None:
    assert set(MODULES) == set(IMPORTS) == set(LIBRARIES)
    found = first_uses(dumps(large(1)), rounds=1)
    assert list(found) == list(PHASES)
    assert all(set(timings.rounds) == set(LIBRARIES) for timings in found.values())
