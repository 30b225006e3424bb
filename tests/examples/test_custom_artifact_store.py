"""The artifact store of the guide to custom flavors keeps the contract of artifact stores."""

from __future__ import annotations

from pathlib import Path

import pytest
from my_mod import MyCustomArtifactStore
from typing_extensions import override

from stackkit.errors import PathOutsideStoreError
from stackkit.testing.contracts.artifact_store import ArtifactStoreContract, read, write


@pytest.fixture
def store(tmp_path: Path) -> MyCustomArtifactStore:
    made = MyCustomArtifactStore(name="store", path="custom://bucket/inner", disk=tmp_path)
    made.provision()
    return made


class TestMyCustomArtifactStore(ArtifactStoreContract[MyCustomArtifactStore]):
    @pytest.fixture
    @override
    def component(self, store: MyCustomArtifactStore) -> MyCustomArtifactStore:
        return store

    @pytest.fixture
    @override
    def link_out(self, store: MyCustomArtifactStore, tmp_path: Path) -> str:
        (store.root / "link").symlink_to(tmp_path)
        return "link"

    @pytest.fixture
    @override
    def failing(self, tmp_path: Path) -> MyCustomArtifactStore:
        (tmp_path / "file").touch()
        return MyCustomArtifactStore(name="failing", path="custom://bucket", disk=tmp_path / "file")


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
