"""The laws of container registries."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typing_extensions import override

from stackkit import CONTAINER_REGISTRY, BaseContainerRegistry
from stackkit.errors import ConfigurationError, ImageExistsError, ImageNotFoundError, InvalidImageError
from stackkit.testing.contracts.component import ComponentContract, few
from stackkit.testing.contracts.container_registry import names
from stackkit.testing.contracts.container_registry.layouts import (
    contents,
    largest_blob,
    random_bytes,
    root_digest,
    write_some_layout,
)
from stackkit.testing.contracts.container_registry.sources import SourceLaws

R = TypeVar("R", bound=BaseContainerRegistry)


class ContainerRegistryContract(SourceLaws[R], ComponentContract[R]):
    """The laws of container registries, and those of every component.

    A subclass gives the fixture `component`: a registry that is there, and takes images. The tests write to repositories of
    new names, and remove nothing.
    """

    @pytest.fixture
    @override
    def repository(self) -> str:
        """The name of a repository that has no image yet, relative to the registry's address.

        By default a new name. Give one where a registry does not make repositories by itself.
        """
        return f"stackkit-contract/{uuid4().hex[:16]}"

    def test_it_is_a_container_registry(self, component: R) -> None:
        assert component.TYPE == CONTAINER_REGISTRY
        assert component.uri

    # What was pushed

    def test_a_pushed_image_has_the_digest_of_its_manifest(self, component: R, repository: str, tmp_path: Path) -> None:
        written = write_some_layout(tmp_path / "image")
        assert component.push_image(f"{repository}:1", tmp_path / "image") == written
        assert component.image_digest(f"{repository}:1") == written
        assert component.image_digest(f"{repository}@{written}") == written

    def test_what_was_pushed_is_pulled_byte_for_byte(self, component: R, repository: str, tmp_path: Path) -> None:
        digest = write_some_layout(tmp_path / "image", random_bytes(1, 3_000_000))
        component.push_image(f"{repository}:1", tmp_path / "image")
        assert component.pull_image(f"{repository}:1", tmp_path / "pulled") == digest
        assert root_digest(tmp_path / "pulled") == digest
        assert contents(tmp_path / "pulled") == contents(tmp_path / "image")

    @settings(few, max_examples=max(1, few.max_examples // 3))  # each pushes and pulls
    @given(files=st.lists(st.binary(max_size=2000), max_size=4), tag=names.tags)
    def test_any_image_is_pulled_as_it_was_pushed(
        self, component: R, repository: str, tmp_path_factory: pytest.TempPathFactory, files: list[bytes], tag: str
    ) -> None:
        from stackkit.testing.images import layer_of, write_layout

        folder = tmp_path_factory.mktemp("any")
        digest = write_layout(folder / "image", *(layer_of({"file": data}) for data in files))
        assert component.push_image(f"{repository}:{tag}", folder / "image") == digest
        assert component.pull_image(f"{repository}:{tag}", folder / "pulled") == digest
        assert contents(folder / "pulled") == contents(folder / "image")
        assert tag in component.tags(repository)
        shutil.rmtree(folder)

    def test_what_was_pulled_can_be_pushed_and_is_the_same_image(self, component: R, repository: str, tmp_path: Path) -> None:
        digest = write_some_layout(tmp_path / "image")
        component.push_image(f"{repository}:1", tmp_path / "image")
        component.pull_image(f"{repository}:1", tmp_path / "pulled")
        assert component.push_image(f"{repository}:2", tmp_path / "pulled") == digest
        assert component.image_digest(f"{repository}:2") == digest

    # Names

    def test_the_address_of_the_registry_may_stand_before_a_name(self, component: R, repository: str, tmp_path: Path) -> None:
        digest = write_some_layout(tmp_path / "image")
        assert component.push_image(f"{component.uri}/{repository}:1", tmp_path / "image") == digest
        assert component.image_digest(f"{repository}:1") == digest
        assert component.image_digest(f"{component.uri}/{repository}:1") == digest
        assert component.tags(f"{component.uri}/{repository}") == component.tags(repository) == ["1"]
        assert component.pull_image(f"{component.uri}/{repository}@{digest}", tmp_path / "pulled") == digest

    def test_a_name_without_a_tag_means_the_latest(self, component: R, repository: str, tmp_path: Path) -> None:
        digest = write_some_layout(tmp_path / "image")
        component.push_image(repository, tmp_path / "image")
        assert component.image_digest(f"{repository}:latest") == component.image_digest(repository) == digest

    def test_an_image_can_be_pushed_by_its_digest_and_by_no_other(self, component: R, repository: str, tmp_path: Path) -> None:
        digest = write_some_layout(tmp_path / "image")
        with pytest.raises(ConfigurationError):
            component.push_image(f"{repository}@sha256:{'0' * 64}", tmp_path / "image")
        assert component.push_image(f"{repository}@{digest}", tmp_path / "image") == digest
        assert component.image_digest(f"{repository}@{digest}") == digest

    @pytest.mark.parametrize("repository", names.WRONG_REPOSITORIES)
    def test_what_is_no_name_of_this_registry_is_refused(self, component: R, repository: str, tmp_path: Path) -> None:
        write_some_layout(tmp_path / "image")
        _all_refuse(component, f"{repository}:1", tmp_path)
        with pytest.raises(ConfigurationError):
            component.tags(repository)

    @pytest.mark.parametrize("version", names.WRONG_VERSIONS)
    def test_what_is_no_tag_or_digest_is_refused(self, component: R, repository: str, version: str, tmp_path: Path) -> None:
        write_some_layout(tmp_path / "image")
        _all_refuse(component, f"{repository}{version}", tmp_path)

    def test_tags_are_asked_for_without_a_tag(self, component: R, repository: str) -> None:
        for name in (f"{repository}:1", f"{repository}@sha256:{'0' * 64}"):
            with pytest.raises(ConfigurationError):
                component.tags(name)

    # Again, and another

    def test_pushing_the_same_image_again_changes_nothing(self, component: R, repository: str, tmp_path: Path) -> None:
        digest = write_some_layout(tmp_path / "image")
        for _ in range(3):
            assert component.push_image(f"{repository}:1", tmp_path / "image") == digest
            assert component.image_digest(f"{repository}:1") == digest
            assert component.tags(repository) == ["1"]

    def test_pushing_another_image_moves_the_tag_and_keeps_the_first_by_its_digest(
        self, component: R, repository: str, tmp_path: Path
    ) -> None:
        first = write_some_layout(tmp_path / "first", b"first")
        second = write_some_layout(tmp_path / "second", b"second")
        component.push_image(f"{repository}:1", tmp_path / "first")
        assert component.push_image(f"{repository}:1", tmp_path / "second") == second
        assert component.image_digest(f"{repository}:1") == second
        assert component.image_digest(f"{repository}@{first}") == first
        assert component.pull_image(f"{repository}@{first}", tmp_path / "pulled") == first
        assert contents(tmp_path / "pulled") == contents(tmp_path / "first")
        assert component.tags(repository) == ["1"]

    def test_an_image_is_in_each_repository_that_it_was_pushed_to(self, component: R, repository: str, tmp_path: Path) -> None:
        digest = write_some_layout(tmp_path / "image")
        for number in range(3):
            assert component.push_image(f"{repository}{number}:{number}", tmp_path / "image") == digest
        for number in range(3):
            assert component.tags(f"{repository}{number}") == [str(number)]
            assert component.pull_image(f"{repository}{number}:{number}", tmp_path / str(number)) == digest

    def test_images_that_are_pushed_at_once_are_all_there(self, component: R, repository: str, tmp_path: Path) -> None:
        digests = [write_some_layout(tmp_path / str(number), random_bytes(number, 50_000)) for number in range(4)]
        with ThreadPoolExecutor(max_workers=4) as pool:
            pushes = [
                pool.submit(component.push_image, f"{repository}:{number}", tmp_path / str(number)) for number in range(4)
            ]
            assert [push.result() for push in pushes] == digests
        assert component.tags(repository) == ["0", "1", "2", "3"]
        assert [component.image_digest(f"{repository}:{number}") for number in range(4)] == digests

    # Tags

    def test_tags_are_sorted_and_each_is_there_once(self, component: R, repository: str, tmp_path: Path) -> None:
        write_some_layout(tmp_path / "image")
        pushed = ["v10", "v9", "_x", "B", "a", "1.0"]
        for tag in pushed:
            component.push_image(f"{repository}:{tag}", tmp_path / "image")
        assert component.tags(repository) == sorted(pushed)

    # What is not there

    def test_an_image_that_is_not_there_is_told(self, component: R, repository: str, tmp_path: Path) -> None:
        digest = write_some_layout(tmp_path / "image")
        component.push_image(f"{repository}:1", tmp_path / "image")
        zeros = f"@sha256:{'0' * 64}"
        for name in (f"{repository}:2", f"{repository}{zeros}", f"{repository}x:1", f"{repository}x@{digest}"):
            with pytest.raises(ImageNotFoundError):
                component.image_digest(name)
            with pytest.raises(ImageNotFoundError):
                component.pull_image(name, tmp_path / "pulled")
        with pytest.raises(ImageNotFoundError):
            component.tags(f"{repository}x")
        assert [path.name for path in tmp_path.iterdir()] == ["image"]

    # Targets of pulls

    @pytest.mark.parametrize("kind", ["an empty folder", "a folder", "a file"])
    def test_a_pull_leaves_what_is_there_already(self, component: R, repository: str, tmp_path: Path, kind: str) -> None:
        write_some_layout(tmp_path / "image")
        component.push_image(f"{repository}:1", tmp_path / "image")
        target = tmp_path / "pulled"
        _make(target, kind)
        before = sorted(tmp_path.rglob("*"))
        with pytest.raises(ImageExistsError):
            component.pull_image(f"{repository}:1", target)
        assert sorted(tmp_path.rglob("*")) == before

    # Platforms

    def test_an_image_for_several_platforms_is_pushed_and_pulled_whole(
        self, component: R, repository: str, tmp_path: Path
    ) -> None:
        from stackkit.testing.images import layer_of, write_layout_of_platforms

        images = {
            platform: [layer_of({"name": platform.encode()})] for platform in ("linux/amd64", "linux/arm64", "linux/s390x")
        }
        digest = write_layout_of_platforms(tmp_path / "image", images)
        assert component.push_image(f"{repository}:1", tmp_path / "image") == digest
        assert component.pull_image(f"{repository}:1", tmp_path / "pulled") == digest
        assert contents(tmp_path / "pulled") == contents(tmp_path / "image")
        index = json.loads(contents(tmp_path / "image")[digest])
        for number, entry in enumerate(index["manifests"]):
            assert component.image_digest(f"{repository}@{entry['digest']}") == entry["digest"]
            component.pull_image(f"{repository}@{entry['digest']}", tmp_path / f"one{number}")
            assert root_digest(tmp_path / f"one{number}") == entry["digest"]

    # What is wrong with a source is told, and changes nothing

    @pytest.mark.parametrize("damage", ["a bit", "cut off", "longer", "missing"])
    def test_a_damaged_blob_is_refused_and_the_name_stays_as_it_was(
        self, component: R, repository: str, tmp_path: Path, damage: str
    ) -> None:
        first = write_some_layout(tmp_path / "first", b"first")
        component.push_image(f"{repository}:1", tmp_path / "first")
        write_some_layout(tmp_path / "second", random_bytes(2, 20_000))
        _damage(largest_blob(tmp_path / "second"), damage)
        with pytest.raises(InvalidImageError):
            component.push_image(f"{repository}:1", tmp_path / "second")
        assert component.image_digest(f"{repository}:1") == first
        assert component.tags(repository) == ["1"]

    def test_the_layers_of_a_docker_archive_are_the_pushed_ones(self, component: R, repository: str, tmp_path: Path) -> None:
        from stackkit.testing.images import layer_of, write_docker_archive

        layers = [layer_of({"base": b"system"}), layer_of({"model": random_bytes(3, 50_000)})]
        write_docker_archive(tmp_path / "saved.tar", {"model:1": layers})
        digest = component.push_image(f"{repository}:1", tmp_path / "saved.tar")
        assert component.push_image(f"{repository}:2", tmp_path / "saved.tar") == digest
        assert component.pull_image(f"{repository}:1", tmp_path / "pulled") == digest
        found = contents(tmp_path / "pulled")
        manifest = json.loads(found[digest])
        packed = [found[layer["digest"]] for layer in manifest["layers"]]
        assert [gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data for data in packed] == layers


def _all_refuse(component: BaseContainerRegistry, image: str, folder: Path) -> None:
    calls: tuple[Callable[[], object], ...] = (
        lambda: component.push_image(image, folder / "image"),
        lambda: component.image_digest(image),
        lambda: component.pull_image(image, folder / "pulled"),
    )
    for call in calls:
        with pytest.raises(ConfigurationError) as caught:
            call()
        assert caught.value.problems
    assert not (folder / "pulled").exists()


def _make(target: Path, kind: str) -> None:
    if kind == "a file":
        target.write_text("kept", encoding="utf-8")
        return
    target.mkdir()
    if kind == "a folder":
        (target / "kept").write_text("kept", encoding="utf-8")


def _damage(file: Path, how: str) -> None:
    data = file.read_bytes()
    if how == "missing":
        file.unlink()
    else:
        middle = len(data) // 2
        turned = data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
        file.write_bytes({"a bit": turned, "cut off": data[:-1], "longer": data + b"x"}[how])
