"""Right documents are read, and those that are nearly right are refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.serialization.everything import flavors
from tests.testing.strategies.sample import EVERY_CHECK, Addressed, Everything, Loop, Validated, unreached

from stackkit import StackComponent, from_builtins, to_builtins
from stackkit.core.narrow import is_dict
from stackkit.errors import DocumentError
from stackkit.serialization.codecs.builtin_values import check_builtins
from stackkit.testing.strategies import Document, documents

patient = settings(max_examples=settings().max_examples // 2, suppress_health_check=EVERY_CHECK, deadline=None)
FLAVORS: tuple[type[StackComponent], ...] = (Everything, Validated, Addressed, Loop)
RIGHT: Mapping[type[StackComponent], st.SearchStrategy[Document]] = {flavor: documents(flavor) for flavor in FLAVORS}
NEARLY_RIGHT: Mapping[type[StackComponent], st.SearchStrategy[Document]] = {
    flavor: documents(flavor, valid=False) for flavor in FLAVORS
}


@pytest.mark.parametrize("flavor", FLAVORS)
@patient
@given(data=st.data())
def test_every_right_document_is_read(flavor: type[StackComponent], data: st.DataObject) -> None:
    document = data.draw(RIGHT[flavor])
    assert to_builtins(from_builtins(document, flavor)).keys() == document.keys()


@pytest.mark.parametrize("flavor", FLAVORS)
@patient
@given(data=st.data())
def test_every_document_that_is_nearly_right_is_refused(flavor: type[StackComponent], data: st.DataObject) -> None:
    document = data.draw(NEARLY_RIGHT[flavor])
    with pytest.raises(DocumentError):
        from_builtins(document, flavor)


@patient
@given(data=st.data())
def test_every_document_that_is_nearly_right_is_refused_whatever_the_types_are(data: st.DataObject) -> None:
    flavor = data.draw(flavors()).cls
    document = data.draw(documents(flavor, valid=False))
    with pytest.raises(DocumentError):
        from_builtins(document, flavor)


@patient
@given(NEARLY_RIGHT[Everything])
def test_a_document_that_is_nearly_right_can_be_written_in_every_format(document: Document) -> None:
    check_builtins(document)


def config(document: Document) -> dict[Any, Any]:
    inside = document.get("config")
    return inside if is_dict(inside) else {}


def test_right_documents_leave_out_what_has_a_default_and_have_their_keys_in_any_order() -> None:
    wanted: dict[str, Callable[[Document], object]] = {
        "left out": lambda d: "low" not in config(d),
        "written": lambda d: "low" in config(d),
        "in order": lambda d: next(iter(config(d))) == "path",
        "in another order": lambda d: next(iter(config(d))) == "uuid",
    }
    assert unreached(RIGHT[Addressed], wanted, 100) == set()


WRONG: dict[str, Callable[[Document], object]] = {
    "no type": lambda d: "type" not in d,
    "no config": lambda d: "config" not in d,
    "an unknown key": lambda d: len(d) > 4,
    "a misspelt key": lambda d: "flavors" in d,
    "another flavor": lambda d: d.get("flavor") == "no-such-flavor",
    "another type": lambda d: d.get("type") == "no_such_type",
    "a newer version": lambda d: d.get("version") == 2,
    "a version that is no number": lambda d: type(d.get("version", 1)) is not int,
    "a config that is no object": lambda d: not is_dict(d.get("config", {})),
    "a field that is missing": lambda d: config(d) and "other" not in config(d) and "other_" not in config(d),
    "a field that is unknown": lambda d: "no such field" in config(d),
    "a field that is misspelt": lambda d: "other_" in config(d),
    "a name that is null": lambda d: config(d).get("name", "") is None,
    "a secret in the clear": lambda d: isinstance(config(d).get("secret"), str),
}


def test_everything_that_may_be_wrong_is_wrong_at_times() -> None:
    assert unreached(NEARLY_RIGHT[Loop], WRONG, 6000) == set()


@patient
@given(documents(Everything, valid=False, whole=st.just(7)))
def test_a_field_whose_values_are_given_stays_right(document: Document) -> None:
    assert config(document).get("whole", 7) == 7
