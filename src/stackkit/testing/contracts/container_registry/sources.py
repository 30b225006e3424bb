"""The laws of what is pushed: layouts, archives of them, archives that `docker save` writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Generic, TypeVar

import pytest

from stackkit import BaseContainerRegistry
from stackkit.errors import ImageNotFoundError, InvalidImageError
from stackkit.testing.contracts.container_registry.layouts import write_some_layout
from stackkit.testing.images import (
    add_image,
    finish_layout,
    layer_of,
    named,
    write_archive,
    write_docker_archive,
)

R = TypeVar("R", bound=BaseContainerRegistry)


class SourceLaws(Generic[R]):
    """What can be pushed, and what is refused."""

    @pytest.fixture
    def repository(self) -> str:
        """A repository that has no image yet."""
        raise NotImplementedError

    def test_an_archive_of_a_layout_is_the_same_image(self, component: R, repository: str, tmp_path: Path) -> None:
        digest = write_some_layout(tmp_path / "image")
        write_archive(tmp_path / "image.tar", tmp_path / "image")
        assert component.push_image(f"{repository}:1", tmp_path / "image.tar") == digest
        assert component.push_image(f"{repository}:2", str(tmp_path / "image.tar")) == digest

    def test_of_several_images_the_one_called_like_the_tag_is_pushed(
        self, component: R, repository: str, tmp_path: Path
    ) -> None:
        described = {tag: add_image(tmp_path / "image", layer_of({"a": tag.encode()})) for tag in ("1", "2", "3")}
        finish_layout(tmp_path / "image", *(named(entry, tag) for tag, entry in described.items()))
        for tag, entry in described.items():
            assert component.push_image(f"{repository}:{tag}", tmp_path / "image") == entry["digest"]
        with pytest.raises(InvalidImageError):
            component.push_image(f"{repository}:4", tmp_path / "image")
        assert component.tags(repository) == ["1", "2", "3"]

    def test_of_several_saved_images_the_named_one_is_pushed(self, component: R, repository: str, tmp_path: Path) -> None:
        images = {f"{repository}:{tag}": [layer_of({"a": tag.encode()})] for tag in ("1", "2")}
        write_docker_archive(tmp_path / "saved.tar", images)
        digests = {name: component.push_image(name, tmp_path / "saved.tar") for name in images}
        assert len(set(digests.values())) == len(images)
        for name, layers in images.items():
            write_docker_archive(tmp_path / "one.tar", {"other:1": layers})
            assert component.push_image(name, tmp_path / "one.tar") == digests[name]
        with pytest.raises(InvalidImageError):
            component.push_image(f"{repository}:3", tmp_path / "saved.tar")

    @pytest.mark.parametrize("kind", ["nothing", "an empty folder", "a text", "an empty file", "a text in a tar"])
    def test_what_is_no_image_is_refused(self, component: R, repository: str, tmp_path: Path, kind: str) -> None:
        source = tmp_path / "source"
        if kind == "an empty folder":
            source.mkdir()
        elif kind == "a text in a tar":
            source.write_bytes(layer_of({"text": b"no image"}))
        elif kind != "nothing":
            source.write_bytes(b"" if kind == "an empty file" else b"no image")
        with pytest.raises(InvalidImageError) as caught:
            component.push_image(f"{repository}:1", source)
        assert str(source) in str(caught.value)
        with pytest.raises(ImageNotFoundError):
            component.image_digest(f"{repository}:1")

    @pytest.mark.parametrize("name", ["oci-layout", "index.json"])
    @pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff", b'{"manifests": 5}', b"[" * 50_000])
    def test_a_layout_that_is_none_is_refused(
        self, component: R, repository: str, tmp_path: Path, name: str, content: bytes
    ) -> None:
        write_some_layout(tmp_path / "image")
        (tmp_path / "image" / name).write_bytes(content)
        with pytest.raises(InvalidImageError):
            component.push_image(f"{repository}:1", tmp_path / "image")

    def test_what_is_outside_of_a_layout_is_never_pushed(self, component: R, repository: str, tmp_path: Path) -> None:
        write_some_layout(tmp_path / "image")
        (tmp_path / "outside").write_bytes(b"secret")
        entry = {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": "sha256:../../../outside", "size": 6}
        index = {"schemaVersion": 2, "manifests": [entry]}
        (tmp_path / "image/index.json").write_text(json.dumps(index), encoding="utf-8")
        with pytest.raises(InvalidImageError) as caught:
            component.push_image(f"{repository}:1", tmp_path / "image")
        assert "secret" not in str(caught.value)
