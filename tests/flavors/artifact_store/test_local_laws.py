"""The local artifact store keeps the contract of artifact stores, and what is promised of it alone."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, cast

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test
from typing_extensions import override

from stackkit.components.artifact_store import ArtifactStore, OpenMode
from stackkit.errors import (
    ArtifactError,
    ArtifactNotADirectoryError,
    ArtifactNotFoundError,
    ConfigurationError,
    PathOutsideStoreError,
)
from stackkit.flavors.artifact_store.local import LocalArtifactStore
from stackkit.testing.contracts.artifact_store import (
    CALLS,
    ArtifactStoreContract,
    ArtifactStoreMachine,
    everything,
    names,
    read,
    write,
)
from stackkit.testing.contracts.artifact_store.machine import outcome


class TestLocalArtifactStore(ArtifactStoreContract[LocalArtifactStore]):
    @pytest.fixture(params=["plain", "scheme"])
    @override
    def component(self, request: pytest.FixtureRequest, tmp_path: Path) -> LocalArtifactStore:
        root = tmp_path / "new" / "root"
        return LocalArtifactStore(name="store", path=str(root) if request.param == "plain" else root.as_uri())

    @pytest.fixture
    @override
    def failing(self, tmp_path: Path) -> LocalArtifactStore:
        (tmp_path / "file").touch()
        return LocalArtifactStore(name="failing", path=str(tmp_path / "file"))

    @pytest.fixture
    @override
    def names(self) -> st.SearchStrategy[str]:
        return names.filter(lambda name: not name.lower().startswith(".stackkit-tmp-"))

    @pytest.fixture
    @override
    def link_out(self, component: LocalArtifactStore, tmp_path: Path) -> str:
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        (elsewhere / "file").write_text("secret", encoding="utf-8")
        component.provision()
        (tmp_path / "new/root/link").symlink_to(elsewhere)
        return "link"

    # What is promised of this one alone

    @pytest.mark.parametrize("mode", ["w", "a"])
    def test_an_open_reader_keeps_the_old_content(self, component: LocalArtifactStore, mode: Literal["w", "a"]) -> None:
        write(component, "file", b"old")
        with component.open("file") as before:
            with component.open("file", mode) as file:
                file.write("new")
            assert before.read() == "old"

    @pytest.mark.parametrize("mode", ["w", "wb", "a", "ab"])
    def test_it_is_told_that_a_file_was_never_closed(self, component: LocalArtifactStore, mode: OpenMode) -> None:
        write(component, "old", b"old")
        file = component.open("old", cast("Literal['w']", mode))
        file.write("new" if len(mode) == 1 else cast("str", b"new"))
        with pytest.warns(ResourceWarning, match="old was never closed"):
            del file
        assert read(component, "old") == b"old"
        assert everything(component) == ["old"]

    def test_walk_goes_as_its_result_is_read(self, component: LocalArtifactStore) -> None:
        component.makedirs("a")
        component.makedirs("b")
        steps = component.walk()
        assert next(steps) == ("", ["a", "b"], [])
        write(component, "b/late")
        assert list(steps) == [("a", [], []), ("b", [], ["late"])]

    def test_walk_refuses_when_it_is_called(self, component: LocalArtifactStore) -> None:
        write(component, "file")
        for path, refusal in (
            ("file", ArtifactNotADirectoryError),
            ("file/below", ArtifactNotFoundError),
            ("nothing", ArtifactNotFoundError),
            ("..", PathOutsideStoreError),
        ):
            with pytest.raises(refusal):
                component.walk(path)

    @pytest.mark.parametrize("mode", ["", "r+", "w+b", "rt", "bw", "U", "rr", "read"])
    def test_a_mode_that_is_none_is_refused_with_those_that_are(self, component: LocalArtifactStore, mode: str) -> None:
        with pytest.raises(ConfigurationError, match="use one of r, rb, w, wb, x, xb, a, ab"):
            component.open("file", cast("Literal['r']", mode))

    @pytest.mark.parametrize("target", ["folder/new", "folder/inner/new", "folder/a/b/c"])
    def test_it_says_that_a_folder_is_not_moved_into_itself(self, component: LocalArtifactStore, target: str) -> None:
        write(component, "folder/inner/file")
        with pytest.raises(ArtifactError, match="into itself"):
            component.rename("folder", target)

    @pytest.mark.parametrize("call", list(CALLS))
    @pytest.mark.parametrize("path", ["s3://bucket/key", "file://a"])
    def test_other_addresses_are_outside(self, component: LocalArtifactStore, call: str, path: str) -> None:
        write(component, "file")
        with pytest.raises(PathOutsideStoreError) as refused:
            CALLS[call](component, path)
        assert str(refused.value).isprintable()
        assert everything(component) == ["file"]

    @pytest.mark.parametrize(
        "call", ["open r", "open rb", "copyfile from", "listdir", "remove", "rename from", "rmtree", "stat", "walk"]
    )
    def test_nothing_is_found_at_a_name_that_is_too_long(self, component: LocalArtifactStore, call: str) -> None:
        path = "x" * 5000
        write(component, "file")
        with pytest.raises(ArtifactNotFoundError) as refused:
            CALLS[call](component, path)
        assert str(refused.value).isprintable()
        assert not component.exists(path)
        assert not component.isdir(path)
        assert component.glob(path) == []

    @pytest.mark.parametrize("call", ["open w", "open x", "open a", "copyfile to", "makedirs", "mkdir", "rename to"])
    def test_a_name_that_is_too_long_is_refused_in_one_line(self, component: LocalArtifactStore, call: str) -> None:
        write(component, "file", b"content")
        with pytest.raises(ArtifactError) as refused:
            CALLS[call](component, "x" * 5000)
        assert str(refused.value).isprintable()
        assert read(component, "file") == b"content"
        assert everything(component) == ["file"]


class LocalMachine(ArtifactStoreMachine):
    """Beside the laws: no descriptor stays open, nothing hidden stays behind, and refusals are of the very class."""

    @override
    def same(self, real: Callable[[], object], modelled: Callable[[], object]) -> None:
        assert outcome(real) == outcome(modelled)

    @override
    def new_store(self) -> ArtifactStore:
        self.folder = TemporaryDirectory()
        self.descriptors = open_descriptors()
        return LocalArtifactStore(name="store", path=f"{self.folder.name}/root")

    @override
    def teardown(self) -> None:
        assert open_descriptors() == self.descriptors
        on_disk = {str(path.relative_to(self.store.path)) for path in Path(self.store.path).rglob("*")}
        assert on_disk == self.model.nodes.keys() - {""}
        self.folder.cleanup()


def open_descriptors() -> int:
    """How many files this process has open."""
    return len(os.listdir("/dev/fd"))  # noqa: PTH208 - the same call each time, which opens one itself


def test_it_behaves_like_the_model_under_any_calls() -> None:
    run_state_machine_as_test(LocalMachine, settings=settings(stateful_step_count=40))
