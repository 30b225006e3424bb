"""`stackkit container-registry push|pull|digest|tags`, against Debian's docker-registry."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest
from tests.cli.command_line import CommandLine
from tests.cli.programs import run
from tests.flavors.container_registry.docker_registry import DockerRegistry, docker_registry, htpasswd

from stackkit.testing.images import layer_of, write_layout

REGISTRY = "container-registry"
PASSWORD = "hunter2"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[DockerRegistry]:
    """A registry that lets ada in."""
    folder = tmp_path_factory.mktemp("registry")
    htpasswd(folder / "users", [("ada", PASSWORD)])
    lines = ('http: {addr: "127.0.0.1:0"}', f"auth: {{htpasswd: {{realm: tests, path: {folder / 'users'}}}}}")
    with docker_registry(folder, *lines) as running:
        yield running


@pytest.fixture
def digest(folder: Path) -> str:
    """An image in the project's folder, called image; its digest."""
    return write_layout(folder / "image", layer_of({"model": b"weights"}))


@pytest.fixture
def hub(stackkit: CommandLine, server: DockerRegistry, request: pytest.FixtureRequest) -> CommandLine:
    """With a registry in the active stack, whose password is in the stack's secrets manager."""
    namespace = request.node.name.replace("_", "-")[:60].strip("-")
    stackkit.done("secrets-manager register vault --flavor=local --path=./vault")
    stackkit.done("secrets-manager secret register hub password --manager vault", stdin=PASSWORD)
    stackkit.done(
        f"{REGISTRY} register hub --flavor=default --uri={server.address}/{namespace} --username=ada",
        "--password=${hub.password}",
    )
    stackkit.done("stack register main --container-registry hub --secrets-manager vault --set")
    return stackkit


def test_an_image_is_pushed_asked_for_and_pulled(hub: CommandLine, digest: str, server: DockerRegistry) -> None:
    said = hub.done(f"{REGISTRY} push model:1 image").out
    assert said.startswith(f"image model:1 pushed to {server.address}/")
    assert said.endswith(f": {digest}\n")
    assert hub.done(f"{REGISTRY} digest model:1").out == f"{digest}\n"
    assert hub.done(f"{REGISTRY} tags model").out == "TAG\n1\n"
    assert hub.done(f"{REGISTRY} pull model@{digest} pulled").out == f"image model@{digest} pulled to pulled: {digest}\n"
    assert (hub.folder / "pulled/oci-layout").exists()


def test_machines_are_told_in_json(hub: CommandLine, digest: str) -> None:
    pushed = hub.done(f"{REGISTRY} push model:1 image --output json").json
    assert (pushed["image"], pushed["digest"]) == ("model:1", digest)
    pulled = hub.done(f"{REGISTRY} pull model:1 pulled --output json").json
    assert pulled == {**pushed, "target": "pulled"}
    assert hub.done(f"{REGISTRY} tags model --output json").json == [{"tag": "1"}]


@pytest.mark.usefixtures("digest")
def test_mistakes_are_told_in_a_line(hub: CommandLine) -> None:
    assert "model:1: is not in the registry; push it first" in hub.refused(f"{REGISTRY} digest model:1")
    assert "is not there; give an OCI layout" in hub.refused(f"{REGISTRY} push model:1 nowhere")
    assert "'Model' is no part of an image's name" in hub.refused(f"{REGISTRY} push Model:1 image")
    hub.done(f"{REGISTRY} push model:1 image")
    assert "image: is there already" in hub.refused(f"{REGISTRY} pull model:1 image")
    hub.refused(f"{REGISTRY} push model:1", status=2)


def test_another_registry_is_named(hub: CommandLine, server: DockerRegistry) -> None:
    hub.done(f"{REGISTRY} register anybody --flavor=default --uri={server.address}")
    assert "asks who is there; give the registry credentials" in hub.refused(f"{REGISTRY} tags model --registry anybody")
    assert "there is no container registry nobody" in hub.refused(f"{REGISTRY} tags model --registry nobody")


def test_without_a_stack_the_only_registry_is_meant(stackkit: CommandLine) -> None:
    told = stackkit.refused(f"{REGISTRY} tags model")
    assert told == "there is no container registry yet; stackkit container-registry register NAME --flavor=default"
    stackkit.done(f"{REGISTRY} register github --flavor=github --uri=ghcr.io/ada")
    assert "is of another registry than ghcr.io/ada" in stackkit.refused(f"{REGISTRY} tags elsewhere.example/model")


def test_an_address_that_is_none_is_refused_where_it_is_registered(stackkit: CommandLine) -> None:
    told = stackkit.refused(f"{REGISTRY} register hub --flavor=default --uri=https://ghcr.io/ada")
    assert "begins with a scheme, and image names do not; write ghcr.io/ada alone" in told


def test_without_httpx_the_extra_is_named(hub: CommandLine, digest: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    assert digest
    monkeypatch.setitem(sys.modules, "httpx", None)
    assert hub.refused(f"{REGISTRY} push model:1 image") == "httpx is not installed; pip install 'stackkit[images]'"


def test_a_password_shows_nowhere(hub: CommandLine, digest: str) -> None:
    done = run(REGISTRY, "push", "model:1", "image", folder=hub.folder)
    assert digest in done.stdout
    described = hub.done(f"{REGISTRY} describe hub").out
    assert "${hub.password}" in described
    assert PASSWORD not in described + done.stdout + done.stderr
    assert PASSWORD.encode() not in b"".join(
        path.read_bytes() for path in (hub.folder / ".stackkit").rglob("*") if path.is_file()
    )
