"""Any OCI registry: against Debian's docker-registry, read back with skopeo."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.flavors.container_registry.docker_registry import skopeo

from stackkit.core.secret import Secret
from stackkit.errors import ConfigurationError, ImageNotFoundError
from stackkit.flavors.container_registry.default import DefaultContainerRegistry
from stackkit.testing.images import layer_of, write_archive, write_docker_archive, write_layout_of_platforms

PASSWORD = Secret.plain("hunter2")


def seen(registry: DefaultContainerRegistry, image: str, folder: Path) -> str:
    """The digest of an image, as skopeo sees it."""
    name = f"docker://{registry.uri}/{image}"
    return skopeo("inspect", "--tls-verify=false", "--format", "{{.Digest}}", name, folder=folder).strip()


def test_skopeo_reads_what_was_pushed_by_the_same_digest(
    registry: DefaultContainerRegistry, layout: Path, tmp_path: Path
) -> None:
    digest = registry.push_image("model:1", layout)
    assert digest == json.loads((layout / "index.json").read_bytes())["manifests"][0]["digest"]
    assert registry.image_digest("model:1") == seen(registry, "model:1", tmp_path) == digest
    skopeo("copy", "--src-tls-verify=false", f"docker://{registry.uri}/model:1", f"oci:{tmp_path / 'copy'}:1", folder=tmp_path)
    blobs = sorted(path.name for path in (tmp_path / "copy/blobs/sha256").iterdir())
    assert blobs == sorted(path.name for path in (layout / "blobs/sha256").iterdir())


def test_an_archive_of_a_layout_is_the_same_image(registry: DefaultContainerRegistry, layout: Path, tmp_path: Path) -> None:
    write_archive(tmp_path / "image.tar", layout)
    assert registry.push_image("model:1", tmp_path / "image.tar") == registry.push_image("model:2", layout)
    assert registry.tags("model") == ["1", "2"]


def test_what_docker_saved_is_read_back_by_skopeo(registry: DefaultContainerRegistry, tmp_path: Path) -> None:
    layers = [layer_of({"base": b"system"}), layer_of({"model": b"weights" * 1000})]
    write_docker_archive(tmp_path / "saved.tar", {"model:1": layers})
    digest = registry.push_image("model:1", tmp_path / "saved.tar")
    assert seen(registry, "model:1", tmp_path) == digest
    skopeo(
        "copy",
        "--src-tls-verify=false",
        f"docker://{registry.uri}/model:1",
        f"docker-archive:{tmp_path / 'again.tar'}:model:1",
        folder=tmp_path,
    )
    assert registry.push_image("model:again", tmp_path / "again.tar") == digest


def test_an_image_for_several_platforms_is_pushed_with_all_its_manifests(
    registry: DefaultContainerRegistry, tmp_path: Path
) -> None:
    images = {"linux/amd64": [layer_of({"a": b"x86"})], "linux/arm64": [layer_of({"a": b"arm"})]}
    digest = write_layout_of_platforms(tmp_path / "image", images)
    assert registry.push_image("model:1", tmp_path / "image") == digest
    copied = f"oci:{tmp_path / 'copy'}:1"
    skopeo("copy", "--all", "--src-tls-verify=false", f"docker://{registry.uri}/model:1", copied, folder=tmp_path)
    assert json.loads((tmp_path / "copy/index.json").read_bytes())["manifests"][0]["digest"] == digest


def test_skopeo_reads_what_was_pulled(registry: DefaultContainerRegistry, layout: Path, tmp_path: Path) -> None:
    digest = registry.push_image("model:1", layout)
    assert registry.pull_image("model:1", tmp_path / "pulled") == digest
    assert skopeo("inspect", "--format", "{{.Digest}}", f"oci:{tmp_path / 'pulled'}:1", folder=tmp_path).strip() == digest


def test_what_skopeo_pushed_is_pulled(registry: DefaultContainerRegistry, layout: Path, tmp_path: Path) -> None:
    skopeo("copy", "--dest-tls-verify=false", f"oci:{layout}", f"docker://{registry.uri}/model:1", folder=tmp_path)
    digest = registry.image_digest("model:1")
    assert registry.pull_image("model:1", tmp_path / "pulled") == digest
    assert registry.pull_image(f"model@{digest}", tmp_path / "by-digest") == digest


def test_what_is_not_there_is_told_with_its_name(registry: DefaultContainerRegistry, tmp_path: Path) -> None:
    with pytest.raises(ImageNotFoundError, match=r"model:1: is not in the registry; push it first"):
        registry.image_digest("model:1")
    with pytest.raises(ImageNotFoundError, match=r"model:1: is not in the registry; push it first"):
        registry.pull_image("model:1", tmp_path / "pulled")
    with pytest.raises(ImageNotFoundError, match=r"model: is not in the registry"):
        registry.tags("model")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("configuration", "message"),
    [
        (
            {"uri": "https://ghcr.io/me"},
            "uri: https://ghcr.io/me: begins with a scheme, and image names do not; write ghcr.io/me alone",
        ),
        ({"uri": ""}, "has no host"),
        ({"uri": "host:70000"}, "has no host"),
        ({"uri": "host/Team"}, "'Team' is no part of an image's name"),
        ({"username": "ada"}, "password: is missing; give both, or neither"),
        ({"password": PASSWORD}, "username: is missing; give both, or neither"),
        ({"chunk_size": -1}, "chunk_size: is below 0"),
        ({"timeout": 0.0}, "timeout: is no time to wait for"),
        ({"timeout": float("nan")}, "timeout: is no time to wait for"),
    ],
)
def test_a_configuration_that_cannot_work_is_refused(configuration: dict[str, object], message: str) -> None:
    right = DefaultContainerRegistry(name="registry", uri="localhost:5000")
    with pytest.raises(ConfigurationError) as caught:
        right.replace(**configuration)
    assert message in str(caught.value)


def test_all_mistakes_of_a_configuration_are_told_at_once() -> None:
    with pytest.raises(ConfigurationError) as caught:
        DefaultContainerRegistry(name="registry", uri="http://host", username="ada", timeout=-1.0)
    assert [problem.where for problem in caught.value.problems] == ["uri: http://host", "password", "timeout"]


def test_configuring_one_asks_nobody() -> None:
    assert DefaultContainerRegistry(name="registry", uri="nobody.invalid").is_running
