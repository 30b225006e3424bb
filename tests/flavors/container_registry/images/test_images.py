"""Images on disk, in every form, and hostile ones."""

from __future__ import annotations

import gzip
import io
import json
import shutil
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stackkit.errors import ImageTransferError, InvalidImageError
from stackkit.flavors.container_registry.images.images import opened_image
from stackkit.flavors.container_registry.images.manifests import DOCKER_INDEX, OCI_INDEX, OCI_MANIFEST
from stackkit.flavors.container_registry.protocol.digests import digest_of
from stackkit.testing.images import (
    add_blob,
    add_image,
    finish_layout,
    layer_of,
    named,
    write_archive,
    write_docker_archive,
    write_layout,
)

LAYER = layer_of({"model": b"weights" * 100})
DIFF = digest_of(LAYER)


def digest(source: Path, *names: str) -> str:
    with opened_image(source, names or ("latest",)) as image:
        for blob in image.blobs.values():
            with blob.open() as opened:
                data = opened.read()
            assert (digest_of(data), len(data)) == (blob.descriptor.digest, blob.descriptor.size)
        return image.root.digest


def refused(source: Path, *names: str) -> str:
    with pytest.raises(InvalidImageError) as caught:
        digest(source, *names)
    assert all(len(str(problem).splitlines()) == 1 for problem in caught.value.problems)
    return str(caught.value)


def rewrite(file: Path, change: Callable[[Any], Any]) -> None:
    file.write_text(json.dumps(change(json.loads(file.read_bytes()))), encoding="utf-8")


class TestLayouts:
    def test_an_archive_packed_with_gzip_is_the_same_image(self, tmp_path: Path) -> None:
        expected = write_layout(tmp_path / "image", LAYER)
        write_archive(tmp_path / "image.tar", tmp_path / "image")
        (tmp_path / "image.tar.gz").write_bytes(gzip.compress((tmp_path / "image.tar").read_bytes()))
        assert digest(tmp_path / "image") == digest(tmp_path / "image.tar") == digest(tmp_path / "image.tar.gz") == expected

    def test_a_packed_archive_may_not_fill_the_disk(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "bomb.tar.gz").write_bytes(gzip.compress(bytes(20_000_000)))
        little = shutil.disk_usage(tmp_path)._replace(free=30_000_000)
        monkeypatch.setattr(shutil, "disk_usage", {tempfile.gettempdir(): little}.__getitem__)
        assert "unpacks to more than half of what is free in" in refused(tmp_path / "bomb.tar.gz")

    @pytest.mark.parametrize("cut", [3, 50, -5])
    def test_a_packed_archive_that_is_cut_off_is_told(self, tmp_path: Path, cut: int) -> None:
        write_layout(tmp_path / "image", LAYER)
        write_archive(tmp_path / "image.tar", tmp_path / "image")
        (tmp_path / "cut.tar.gz").write_bytes(gzip.compress((tmp_path / "image.tar").read_bytes())[:cut])
        assert "cannot be read: it is cut off or damaged" in refused(tmp_path / "cut.tar.gz")

    def test_a_docker_that_writes_both_forms_is_read_as_a_layout(self, tmp_path: Path) -> None:
        expected = write_layout(tmp_path / "image", LAYER)
        (tmp_path / "image/manifest.json").write_text('[{"Config": "x", "Layers": []}]')
        assert digest(tmp_path / "image") == expected

    def test_everything_that_is_missing_is_told_at_once(self, tmp_path: Path) -> None:
        write_layout(tmp_path / "image", LAYER, layer_of({"a": b"b"}))
        (entry,) = json.loads((tmp_path / "image/index.json").read_bytes())["manifests"]
        for blob in (tmp_path / "image/blobs/sha256").iterdir():
            if blob.name not in entry["digest"]:
                blob.unlink()
        assert refused(tmp_path / "image").count("is missing; write the layout anew") == 3

    def test_of_several_images_the_names_are_told(self, tmp_path: Path) -> None:
        entries = [named(add_image(tmp_path / "image", layer_of({"a": name.encode()})), name) for name in ("1", "2")]
        finish_layout(tmp_path / "image", *entries)
        assert digest(tmp_path / "image", "2") == entries[1]["digest"]
        told = refused(tmp_path / "image", "3")
        assert "has 2 images, none of them called 3; push one by the tag that the layout gives it: 1, 2" in told

    def test_a_layout_whose_index_lists_platforms_is_one_image_for_them(self, tmp_path: Path) -> None:
        entries = [
            {**add_image(tmp_path / "image", layer_of({"a": name.encode()})), "platform": {"os": "linux", "architecture": name}}
            for name in ("amd64", "arm64")
        ]
        finish_layout(tmp_path / "image", *entries)
        assert digest(tmp_path / "image") == digest_of((tmp_path / "image/index.json").read_bytes())

    def test_a_layout_without_images_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "image").mkdir()
        finish_layout(tmp_path / "image")
        assert "has no image" in refused(tmp_path / "image")

    def test_a_layer_that_may_not_be_distributed_may_be_missing(self, tmp_path: Path) -> None:
        folder = tmp_path / "image"
        config = add_blob(folder, b"{}", "application/vnd.oci.image.config.v1+json")
        foreign = {"mediaType": "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", "digest": DIFF, "size": 5}
        manifest = {"schemaVersion": 2, "config": config, "layers": [foreign]}
        finish_layout(folder, add_blob(folder, json.dumps(manifest).encode(), OCI_MANIFEST))
        assert digest(folder)

    def test_an_index_that_lists_itself_many_times_over_is_given_up(self, tmp_path: Path) -> None:
        folder = tmp_path / "image"
        entry = add_image(folder, LAYER)
        for _ in range(6):
            index = {"schemaVersion": 2, "manifests": [entry] * 1000}
            entry = add_blob(folder, json.dumps(index).encode(), OCI_INDEX)
        finish_layout(folder, entry)
        assert "nests indexes more than 4 deep" in refused(folder)

    def test_more_manifests_than_any_image_has_are_refused(self, tmp_path: Path) -> None:
        folder = tmp_path / "image"
        entries = [
            add_blob(
                folder,
                json.dumps({"schemaVersion": 2, "manifests": [], "annotations": {"n": str(number)}}).encode(),
                DOCKER_INDEX,
            )
            for number in range(1001)
        ]
        finish_layout(folder, add_blob(folder, json.dumps({"schemaVersion": 2, "manifests": entries}).encode(), OCI_INDEX))
        assert "has more than 1000 manifests" in refused(folder)

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"mediaType": "text/plain"}, "says that it is"),
            ({"mediaType": OCI_INDEX}, "says that it is"),
            ({"size": 1}, "is not what its digest says"),
            ({"size": 2**40}, "is larger than 4 MiB"),
            ({"size": -1}, "size: is an int, not a whole number from 0"),
            ({"size": None}, "size: is missing"),
            ({"digest": "sha256:../../../../etc/passwd"}, "digest: is no SHA-256 or SHA-512 digest"),
            ({"digest": f"sha256:{'0' * 64}"}, "is missing"),
            ({"digest": 5}, "digest: is an int, not text"),
            ({"annotations": []}, "annotations: is a list, not an object"),
        ],
    )
    def test_an_index_that_is_wrong_is_told_with_its_place(
        self, tmp_path: Path, change: dict[str, object], message: str
    ) -> None:
        write_layout(tmp_path / "image", LAYER)
        rewrite(tmp_path / "image/index.json", lambda index: {**index, "manifests": [{**index["manifests"][0], **change}]})
        assert message in refused(tmp_path / "image")

    def test_a_manifest_of_another_kind_is_told(self, tmp_path: Path) -> None:
        kind = "application/vnd.docker.distribution.manifest.v1+json"
        finish_layout(tmp_path / "image", add_blob(tmp_path / "image", b'{"schemaVersion": 1}', kind))
        assert f"is {kind}, which is no image; give an OCI or Docker image" in refused(tmp_path / "image")

    def test_another_version_of_layouts_is_told(self, tmp_path: Path) -> None:
        write_layout(tmp_path / "image", LAYER)
        (tmp_path / "image/oci-layout").write_text('{"imageLayoutVersion": "2.0.0"}')
        assert "is a layout of version 2.0.0; give one of 1.0.0" in refused(tmp_path / "image")


def full(**_: object) -> io.FileIO:
    """A file on a full disk."""
    return io.FileIO("/dev/full", "w")


class TestDockerArchives:
    def test_a_full_disk_is_told(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        write_docker_archive(tmp_path / "saved.tar", {"model:1": [LAYER]})
        monkeypatch.setattr(tempfile, "TemporaryFile", full)
        with pytest.raises(ImageTransferError, match="its layers cannot be compressed: No space left on device; make room in"):
            digest(tmp_path / "saved.tar")

    def test_the_same_archive_gives_the_same_image_each_time(self, tmp_path: Path) -> None:
        write_docker_archive(tmp_path / "saved.tar", {"model:1": [LAYER, layer_of({"x": b"y"}), LAYER]})
        assert digest(tmp_path / "saved.tar") == digest(tmp_path / "saved.tar")

    def test_one_packed_with_gzip_is_the_same_image(self, tmp_path: Path) -> None:
        write_docker_archive(tmp_path / "saved.tar", {"model:1": [LAYER]})
        (tmp_path / "saved.tgz").write_bytes(gzip.compress((tmp_path / "saved.tar").read_bytes()))
        assert digest(tmp_path / "saved.tar") == digest(tmp_path / "saved.tgz")

    def test_layers_that_are_packed_already_are_left_as_they_are(self, tmp_path: Path) -> None:
        packed = gzip.compress(LAYER[:1000], 1) + gzip.compress(LAYER[1000:], 9)
        config = json.dumps({"rootfs": {"type": "layers", "diff_ids": [DIFF]}}).encode()
        listed = json.dumps([{"Config": "config.json", "RepoTags": None, "Layers": ["layer"]}]).encode()
        (tmp_path / "saved.tar").write_bytes(layer_of({"manifest.json": listed, "config.json": config, "layer": packed}))
        with opened_image(tmp_path / "saved.tar", ("1",)) as image:
            assert digest_of(packed) in image.blobs
        assert digest(tmp_path / "saved.tar")

    def test_layers_that_are_links_to_others_are_followed(self, tmp_path: Path) -> None:
        config = json.dumps({"rootfs": {"type": "layers", "diff_ids": [DIFF, DIFF]}}).encode()
        listed = json.dumps([{"Config": "c.json", "RepoTags": ["m:1"], "Layers": ["a/layer.tar", "b/layer.tar"]}]).encode()
        with tarfile.open(tmp_path / "saved.tar", "w") as made:
            for name, data in (("manifest.json", listed), ("c.json", config), ("a/layer.tar", LAYER)):
                member = tarfile.TarInfo(name)
                member.size = len(data)
                made.addfile(member, io.BytesIO(data))
            member = tarfile.TarInfo("b/layer.tar")
            member.type, member.linkname = tarfile.SYMTYPE, "../a/layer.tar"
            made.addfile(member)
        assert digest(tmp_path / "saved.tar")

    @pytest.mark.parametrize(
        ("files", "message"),
        [
            ({"manifest.json": b"[]"}, "has 0 images"),
            ({"manifest.json": b"5"}, "is an int, not an object"),
            ({"manifest.json": b'[{"Config": 5}]'}, "Config: is an int, not text"),
            ({"manifest.json": b'[{"Config": "../../etc/passwd"}]'}, "etc/passwd: is missing"),
            (
                {"config": b"{}", "manifest.json": b'[{"Config": "config", "Layers": ["x"]}]'},
                "has 1 layers, and its configuration names 0",
            ),
            (
                {
                    "config": b'{"rootfs": {"diff_ids": ["sha256:1"]}}',
                    "manifest.json": b'[{"Config": "config", "Layers": ["x"]}]',
                },
                "x: is missing",
            ),
            (
                {f"{'0' * 64}.json": b"{}", "manifest.json": b'[{"Config": "%s.json"}]' % (b"0" * 64)},
                "is not what its name says",
            ),
            (
                {
                    "config": b'{"rootfs": {"diff_ids": ["sha256:%s"]}}' % (b"0" * 64),
                    "x": b"layer",
                    "manifest.json": b'[{"Config": "config", "Layers": ["x"]}]',
                },
                "x: is not what its digest says; save it again",
            ),
            (
                {
                    "config": b'{"rootfs": {"diff_ids": ["%s"]}}' % DIFF.encode(),
                    "x": gzip.compress(LAYER)[:20] + b"damage" * 10,
                    "manifest.json": b'[{"Config": "config", "Layers": ["x"]}]',
                },
                "x: is damaged; save it again",
            ),
            (
                {
                    "config": b'{"rootfs": {"diff_ids": ["%s"]}}' % DIFF.encode(),
                    "x": gzip.compress(LAYER)[:-9],
                    "manifest.json": b'[{"Config": "config", "Layers": ["x"]}]',
                },
                "x: is not what its digest says",
            ),
        ],
    )
    def test_an_archive_that_is_wrong_is_told_with_its_place(
        self, tmp_path: Path, files: dict[str, bytes], message: str
    ) -> None:
        (tmp_path / "saved.tar").write_bytes(layer_of(files))
        assert message in refused(tmp_path / "saved.tar", "1")

    def test_of_several_images_the_names_are_told(self, tmp_path: Path) -> None:
        write_docker_archive(tmp_path / "saved.tar", {"a:1": [LAYER], "b:1": [LAYER, LAYER]})
        told = refused(tmp_path / "saved.tar", "latest")
        assert "has 2 images, none of them called latest; push one under its name there: a:1, b:1" in told


@pytest.mark.parametrize("kind", ["pipe", "device", "missing", "nul", "x" * 300])
def test_what_is_neither_a_file_nor_a_folder_is_told(tmp_path: Path, kind: str) -> None:
    import os

    os.mkfifo(tmp_path / "pipe")
    source = {"device": Path("/dev/zero"), "nul": tmp_path / "a\0b"}.get(kind, tmp_path / kind)
    assert "give an OCI layout, or an archive" in refused(source)
