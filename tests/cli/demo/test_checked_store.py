"""The demo's custom flavor keeps the contract of artifact stores, and notices changed files."""

from __future__ import annotations

from pathlib import Path

import pytest
from typing_extensions import override

from stackkit.cli.demo.checked_store import CheckedStore, ChecksumError
from stackkit.testing.contracts.artifact_store import ArtifactStoreContract


class TestLaws(ArtifactStoreContract[CheckedStore]):
    @pytest.fixture
    @override
    def component(self, tmp_path: Path) -> CheckedStore:
        return CheckedStore(name="checked", path=f"checked://{tmp_path}")


@pytest.fixture
def store(tmp_path: Path) -> CheckedStore:
    return CheckedStore(name="checked", path=f"checked://{tmp_path}")


@pytest.mark.parametrize("change", [b"x", b"", b"written, and more"])
def test_a_file_that_was_changed_behind_its_back_is_not_read(store: CheckedStore, tmp_path: Path, change: bytes) -> None:
    with store.open("folder/file", "wb") as file:
        file.write(b"written")
    (tmp_path / "folder/file").write_bytes(change)
    with pytest.raises(ChecksumError, match="folder/file: is not what was written"):
        store.open("folder/file", "rb")


def test_a_checksum_follows_its_file(store: CheckedStore, tmp_path: Path) -> None:
    with store.open("a/file", "w") as file:
        file.write("one")
    with store.open("a/file", "a") as file:
        file.write(" two")
    store.copyfile("a/file", "b/copy")
    store.rename("a", "c")
    for path in ("b/copy", "c/file"):
        with store.open(path) as file:
            assert file.read() == "one two"
        (tmp_path / path).write_text("else", encoding="utf-8")
        with pytest.raises(ChecksumError):
            store.open(path)
    store.remove("b/copy")
    store.rmtree("c")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def _write_and_fail(store: CheckedStore) -> None:
    with store.open("file", "w") as file:
        file.write("new")
        raise RuntimeError


def test_a_write_that_fails_leaves_the_old_content_and_its_checksum(store: CheckedStore) -> None:
    with store.open("file", "w") as file:
        file.write("old")
    with pytest.raises(RuntimeError):
        _write_and_fail(store)
    with store.open("file") as file:
        assert file.read() == "old"
