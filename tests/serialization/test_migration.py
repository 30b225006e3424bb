"""Older documents are read as if they had been written now; a step that fails says which, of what and for whom."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.serialization.everything import Anything

from stackkit.core.migrations import Migration
from stackkit.errors import DocumentError, NewerDocumentError
from stackkit.serialization.document import Envelope, dump_component
from stackkit.serialization.migration import migrated

ID = UUID(int=7)


def _bucket_and_folder(config: dict[str, Any]) -> dict[str, Any]:
    bucket, _, folder = config.pop("path").partition("/")
    return config | {"bucket": bucket, "folder": folder}


def _tags_as_list(config: dict[str, Any]) -> dict[str, Any]:
    return config | {"tags": [tag for tag in config.get("tags", "").split(",") if tag]}


class Store(Anything):
    """Of three forms: `path`; then `bucket` and `folder`; then `tags` as a list."""

    FLAVOR: ClassVar[str] = "store"
    VERSION: ClassVar[int] = 3
    MIGRATIONS: ClassVar[Mapping[int, Migration]] = {1: _bucket_and_folder, 2: _tags_as_list}

    bucket: str
    folder: str = ""
    tags: list[str]


def document(version: int, **config: object) -> dict[str, object]:
    whole = {"name": "prod", "uuid": str(ID), **config}
    return {"type": "anything", "flavor": "store", "version": version, "config": whole}


def test_an_older_document_is_read_as_what_it_means_now() -> None:
    found = Envelope.read(document(1, path="b/f/g", tags="x,y")).load(Store)
    assert found == Store(name="prod", uuid=ID, bucket="b", folder="f/g", tags=["x", "y"])
    assert dump_component(found)["version"] == 3


def test_a_document_of_the_present_form_is_not_migrated() -> None:
    envelope = Envelope.read(document(3, bucket="b", tags=["a,b"]))
    assert envelope.current(Store) is envelope
    assert envelope.load(Store) == Store(name="prod", uuid=ID, bucket="b", tags=["a,b"])


@given(path=st.text(), tags=st.lists(st.text("ab"), max_size=3).map(",".join))
def test_loading_is_the_same_as_migrating_step_by_step(path: str, tags: str) -> None:
    first = document(1, path=path, tags=tags)
    by_hand: dict[str, Any] = {"name": "prod", "uuid": str(ID), "path": path, "tags": tags}
    for step in (1, 2):
        by_hand = Store.MIGRATIONS[step](dict(by_hand))
    assert Envelope.read(first).load(Store) == Envelope.read(document(3, **by_hand)).load(Store)
    second = document(2, **_bucket_and_folder({"path": path, "tags": tags}))
    assert Envelope.read(second).load(Store) == Envelope.read(first).load(Store)


def test_a_step_changes_nothing_but_what_it_makes() -> None:
    inner: dict[object, object] = {"path": "b/f", "tags": "x", "deep": {"list": [1]}}

    def spoils(config: dict[str, Any]) -> dict[str, Any]:
        config["deep"]["list"].append(2)
        return _bucket_and_folder(config)

    flavor = made({1: spoils}, 2)
    config: dict[object, object] = {"name": "prod", **inner}
    migrated(flavor, 1, config)
    assert config == {"name": "prod", "path": "b/f", "tags": "x", "deep": {"list": [1]}}


def test_a_newer_document_is_refused_by_name() -> None:
    with pytest.raises(NewerDocumentError, match="anything store is known up to version 3 here, not 4"):
        Envelope.read(document(4, bucket="b", tags=[])).load(Store)


def made(steps: Mapping[int, Migration], version: int) -> type[Anything]:
    class Made(Anything):
        FLAVOR: ClassVar[str] = "made"
        VERSION: ClassVar[int] = version
        MIGRATIONS: ClassVar[Mapping[int, Migration]] = steps

        path: str = ""

    return Made


def raises(_: dict[str, Any]) -> dict[str, Any]:
    raise ValueError("no bucket")


def same(config: dict[str, Any]) -> dict[str, Any]:
    return config


def lacks(config: dict[str, Any]) -> dict[str, Any]:
    return {"path": config["absent"]}


def renames(config: dict[str, Any]) -> dict[str, Any]:
    return config | {"name": "other"}


def gives(value: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda _: value


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (raises, "ValueError: no bucket"),
        (lacks, "KeyError: absent"),
        (gives(None), "it made a NoneType, no configuration; return a dict"),
        (gives([]), "it made a list"),
        (renames, "it changed the name; leave them as they are"),
        (gives({"path": "a"}), "it changed the name and the uuid"),
    ],
)
def test_a_step_that_fails_names_flavor_step_and_component(step: Migration, message: str) -> None:
    flavor = made({1: same, 2: step}, 3)
    with pytest.raises(DocumentError) as caught:
        Envelope("anything", "made", 1, {"name": "prod", "uuid": str(ID)}).load(flavor)
    text = str(caught.value)
    assert text.startswith("config: anything made: the migration of prod from version 2 to 3 failed: ")
    assert message in text
    assert caught.value.__cause__ is not None


def test_what_a_migration_makes_is_checked_like_any_document() -> None:
    def spoils(config: dict[str, Any]) -> dict[str, Any]:
        return config | {"path": 5, "more": 1}

    flavor = made({1: spoils}, 2)
    with pytest.raises(DocumentError) as caught:
        Envelope("anything", "made", 1, {"name": "prod"}).load(flavor)
    assert [problem.where for problem in caught.value.problems] == ["config.more", "config.path"]


@pytest.mark.parametrize("key", [5, None])
def test_keys_that_are_no_text_never_reach_a_migration(key: object) -> None:
    with pytest.raises(DocumentError, match="a key is no text"):
        Envelope("anything", "made", 1, {key: 1}).load(made({1: raises}, 2))
