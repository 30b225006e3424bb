"""The artifact store of the guide to custom flavors keeps to the laws of artifact stores."""

from __future__ import annotations

from pathlib import Path

import pytest
from my_mod import MyCustomArtifactStore
from tests.flavors.artifact_store.artifact_store_laws import ArtifactStoreLaws, read, write
from typing_extensions import override

from stackkit import ArtifactStore, check, dumps, loads
from stackkit.errors import PathOutsideStoreError

BEYOND = {
    "test_an_append_goes_to_the_end_wherever_the_position_is": "a draft is written where it is told to be",
    "test_what_is_never_closed_is_discarded": "it is, and nobody is warned",
    "test_a_mode_that_is_none_is_refused_with_those_that_are": "type checkers refuse it",
    "test_files_are_what_python_takes_for_files": "drafts have no name and no mode",
    "test_a_file_is_no_folder": "what is below a file is told to be in no folder",
    "ud800": "the system's own error is raised for what cannot be encoded",
    "x" * 5000: "the system says that a name is too long, not that there is no such file",
}
"""What the example leaves out, to stay short: the names of laws, or parts of them."""


@pytest.fixture
def store(tmp_path: Path) -> MyCustomArtifactStore:
    made = MyCustomArtifactStore(name="store", path="custom://bucket/inner", disk=tmp_path)
    made.provision()
    return made


class TestMyCustomArtifactStore(ArtifactStoreLaws):
    @pytest.fixture
    @override
    def component(self, request: pytest.FixtureRequest, store: MyCustomArtifactStore) -> ArtifactStore:
        for part, reason in BEYOND.items():
            if part in request.node.name:
                pytest.skip(reason)
        return store


def test_the_kit_finds_nothing_wrong_with_it() -> None:
    assert check(MyCustomArtifactStore) == []


@pytest.mark.parametrize("form", ["json", "yaml"])
def test_it_is_read_from_the_document_that_it_is_written_as(store: MyCustomArtifactStore, form: str) -> None:
    assert loads(dumps(store, form), MyCustomArtifactStore, form) == store


def test_a_link_is_refused_wherever_it_leads(store: MyCustomArtifactStore, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret", encoding="utf-8")
    (store.root / "link").symlink_to(tmp_path)
    for call in (store.open, store.exists, store.remove, store.listdir, store.rmtree):
        with pytest.raises(PathOutsideStoreError):
            call("link")
        with pytest.raises(PathOutsideStoreError):
            call("link/secret")
    assert store.glob("**") == store.glob("*/*") == store.listdir("") == []


def test_what_is_never_closed_is_discarded(store: MyCustomArtifactStore) -> None:
    write(store, "file", b"old")
    store.open("file", "w").write("new")
    store.open("file", "wb").write(b"new")
    assert read(store, "file") == b"old"


def test_a_draft_takes_no_place_in_the_store(store: MyCustomArtifactStore) -> None:
    with store.open("file", "w") as file:
        file.write("new")
        file.flush()
        assert store.glob("**") == []
    assert store.glob("**") == ["file"]
    assert [*(store.disk / ".drafts").iterdir()] == []


def test_its_bucket_is_there_while_it_is_provisioned_or_has_something_in_it(store: MyCustomArtifactStore) -> None:
    store.deprovision()
    assert not store.is_provisioned
    store.deprovision()
    store.provision()
    write(store, "file")
    store.deprovision()
    assert read(store, "file") == b"content"
