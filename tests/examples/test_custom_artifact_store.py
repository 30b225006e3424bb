"""The artifact store of the guide to custom flavors keeps the contract of artifact stores."""

from __future__ import annotations

from pathlib import Path

import pytest
from my_mod import MyCustomArtifactStore
from typing_extensions import override

from stackkit.errors import PathOutsideStoreError
from stackkit.testing.contracts.artifact_store import ArtifactStoreContract, read, write

BEYOND = {
    "test_an_append_goes_to_the_end_wherever_the_position_is": "a draft is written where it is told to be",
    "test_a_mode_that_is_none_is_refused": "type checkers refuse it",
    "test_files_are_what_python_takes_for_files": "drafts have no name and no mode",
    "test_a_file_is_no_folder": "what is below a file is told to be in no folder",
    "test_it_behaves_like_a_tree_of_files_under_any_calls": "the same",
    "test_a_name_that_is_no_text_is_refused_in_one_line": "the system's own error is raised for what cannot be encoded",
    "ud800": "the same",
}
"""What the example leaves out, to stay short: the names of laws, or parts of them."""


@pytest.fixture
def store(tmp_path: Path) -> MyCustomArtifactStore:
    made = MyCustomArtifactStore(name="store", path="custom://bucket/inner", disk=tmp_path)
    made.provision()
    return made


class TestMyCustomArtifactStore(ArtifactStoreContract[MyCustomArtifactStore]):
    @pytest.fixture
    @override
    def component(self, request: pytest.FixtureRequest, store: MyCustomArtifactStore) -> MyCustomArtifactStore:
        for part, reason in BEYOND.items():
            if part in request.node.name:
                pytest.skip(reason)
        return store


def test_a_link_is_refused_wherever_it_leads(store: MyCustomArtifactStore, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret", encoding="utf-8")
    (store.root / "link").symlink_to(tmp_path)
    for call in (store.open, store.exists, store.remove, store.listdir, store.rmtree):
        with pytest.raises(PathOutsideStoreError):
            call("link")
        with pytest.raises(PathOutsideStoreError):
            call("link/secret")
    assert store.glob("**") == store.glob("*/*") == store.listdir("") == []


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
