"""What is pulled is checked, bounded, and written whole or not at all."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import attrs
import pytest
from tests.flavors.container_registry.docker_registry import DockerRegistry
from tests.flavors.container_registry.proxy import DROP, Forward, Reply, Request, Rule, drop, proxy, through, times

from stackkit.errors import ImageExistsError, ImageTransferError, InvalidImageError
from stackkit.flavors.container_registry.default import DefaultContainerRegistry
from stackkit.flavors.container_registry.protocol import connection
from stackkit.testing.images import layer_of, write_layout, write_layout_of_platforms

ZEROS = f"sha256:{'0' * 64}"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Attempts follow each other at once."""
    monkeypatch.setattr(connection, "FIRST_WAIT", 0.001)


@pytest.fixture
def pushed(registry: DefaultContainerRegistry, tmp_path: Path) -> tuple[str, str]:
    """An image in the registry: its name below the registry's address, and its digest."""
    import random

    write_layout(tmp_path / "source", layer_of({"model": random.Random(1).randbytes(300_000)}))  # noqa: S311 - data
    return f"{registry.uri.partition('/')[2]}/model", registry.push_image("model:1", tmp_path / "source")


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """A folder of its own to pull into."""
    (tmp_path / "pulls").mkdir()
    return tmp_path / "pulls" / "image"


def behind(address: str) -> DefaultContainerRegistry:
    return DefaultContainerRegistry(name="behind", uri=address)


def is_blob(request: Request) -> bool:
    return request.method == "GET" and "/blobs/sha256" in request.path


def is_manifest(request: Request) -> bool:
    return request.method == "GET" and "/manifests/" in request.path


def is_nothing_left(target: Path) -> bool:
    return list(target.parent.iterdir()) == []


def busy(request: Request, forward: Forward) -> Reply:  # noqa: ARG001 - a rule
    return Reply(503)


class TestBrokenConnections:
    def test_a_blob_that_breaks_off_goes_on_where_it_stopped(
        self, server: DockerRegistry, pushed: tuple[str, str], target: Path
    ) -> None:
        def breaks(request: Request, forward: Forward) -> Reply:
            reply = forward(request)
            if is_blob(request) and len(reply.body) > 100_000:
                return attrs.evolve(reply, body=reply.body[:70_000], length=len(reply.body))
            return reply

        with proxy(server.address, breaks) as breaking:
            assert behind(breaking.address).pull_image(f"{pushed[0]}:1", target) == pushed[1]
        ranges = [request.headers.get("range") for request in breaking.seen if is_blob(request)]
        assert [asked for asked in ranges if asked] == ["bytes=70000-", "bytes=140000-", "bytes=210000-"]

    def test_a_registry_that_knows_no_ranges_gives_it_from_the_beginning(
        self, server: DockerRegistry, pushed: tuple[str, str], target: Path
    ) -> None:
        def breaks(request: Request, forward: Forward) -> Reply:
            plain = {name: value for name, value in request.headers.items() if name != "range"}
            reply = forward(attrs.evolve(request, headers=plain))
            is_first = is_blob(request) and "range" not in request.headers and len(reply.body) > 100_000
            return attrs.evolve(reply, body=reply.body[:70_000], length=len(reply.body)) if is_first else reply

        with proxy(server.address, breaks) as breaking:
            assert behind(breaking.address).pull_image(f"{pushed[0]}:1", target) == pushed[1]

    @pytest.mark.parametrize("rule", [drop, busy], ids=["dropped", "busy"])
    def test_a_pull_survives_interruptions(
        self, server: DockerRegistry, pushed: tuple[str, str], target: Path, rule: Rule
    ) -> None:
        with proxy(server.address, times(3, is_blob, rule)) as breaking:
            assert behind(breaking.address).pull_image(f"{pushed[0]}:1", target) == pushed[1]

    def test_a_registry_that_always_drops_is_given_up_and_nothing_is_left(
        self, server: DockerRegistry, pushed: tuple[str, str], target: Path
    ) -> None:
        with (
            proxy(server.address, times(1000, is_blob, drop)) as dropping,
            pytest.raises(ImageTransferError, match="broke off"),
        ):
            behind(dropping.address).pull_image(f"{pushed[0]}:1", target)
        assert is_nothing_left(target)


class TestHostileRegistries:
    @pytest.mark.parametrize("data", [b"", b"short", b"x" * 10_000_000])
    def test_a_blob_that_is_something_else_is_refused(
        self, server: DockerRegistry, pushed: tuple[str, str], target: Path, data: bytes
    ) -> None:
        def lies(request: Request, forward: Forward) -> Reply:
            return Reply(200, {}, data) if is_blob(request) else forward(request)

        with proxy(server.address, lies) as lying, pytest.raises(InvalidImageError, match="the registry gives something else"):
            behind(lying.address).pull_image(f"{pushed[0]}:1", target)
        assert is_nothing_left(target)

    def test_a_blob_with_one_bit_turned_is_refused(self, server: DockerRegistry, pushed: tuple[str, str], target: Path) -> None:
        def turns(request: Request, forward: Forward) -> Reply:
            reply = forward(request)
            return attrs.evolve(reply, body=bytes([reply.body[0] ^ 1]) + reply.body[1:]) if is_blob(request) else reply

        with proxy(server.address, turns) as lying, pytest.raises(InvalidImageError):
            behind(lying.address).pull_image(f"{pushed[0]}:1", target)
        assert is_nothing_left(target)

    @pytest.mark.parametrize("by", ["tag", "digest"])
    def test_a_manifest_that_is_not_what_its_digest_says_is_refused(
        self, server: DockerRegistry, pushed: tuple[str, str], target: Path, by: str
    ) -> None:
        def turns(request: Request, forward: Forward) -> Reply:
            reply = forward(request)
            return attrs.evolve(reply, body=reply.body + b" ") if is_manifest(request) else reply

        name = f"{pushed[0]}:1" if by == "tag" else f"{pushed[0]}@{pushed[1]}"
        with proxy(server.address, turns) as lying, pytest.raises(InvalidImageError, match="is not what its digest says"):
            behind(lying.address).pull_image(name, target)
        assert is_nothing_left(target)

    @pytest.mark.parametrize("said", [ZEROS, "sha256:short", "../../etc/passwd", "md5:0"])
    def test_a_digest_that_is_not_the_asked_one_or_none_is_refused(
        self, server: DockerRegistry, pushed: tuple[str, str], said: str
    ) -> None:
        def lies(request: Request, forward: Forward) -> Reply:
            reply = forward(request)
            return attrs.evolve(reply, headers={**reply.headers, "docker-content-digest": said})

        with proxy(server.address, lies) as lying, pytest.raises(ImageTransferError, match="answers with another digest"):
            behind(lying.address).image_digest(f"{pushed[0]}@{pushed[1]}")

    def test_a_registry_that_does_not_tell_a_digest_is_asked_for_the_manifest(
        self, server: DockerRegistry, pushed: tuple[str, str]
    ) -> None:
        def silent(request: Request, forward: Forward) -> Reply:
            reply = forward(request)
            kept = {name: value for name, value in reply.headers.items() if name != "docker-content-digest"}
            return attrs.evolve(reply, headers=kept)

        with proxy(server.address, silent) as silenced:
            assert behind(silenced.address).image_digest(f"{pushed[0]}:1") == pushed[1]

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"{",
            b"[]",
            b"\xff",
            b"null",
            b"[" * 100_000,
            b'{"schemaVersion": 1}',
            b'{"schemaVersion": 2}',
            b'{"schemaVersion": 2, "config": 5}',
            b'{"schemaVersion": 2, "config": {"digest": "../../x", "size": 1}}',
            b'{"schemaVersion": 2, "config": {"digest": "%s", "size": -1}}' % ZEROS.encode(),
            b'{"schemaVersion": 2, "config": {"digest": "%s", "size": true}}' % ZEROS.encode(),
            b'{"schemaVersion": 2, "manifests": [], "mediaType": "application/vnd.oci.image.manifest.v1+json"}',
            b'{"schemaVersion": 2, "layers": {}}',
            b" " * (4 * 2**20 + 1),
        ],
    )
    def test_what_is_no_manifest_is_told_in_one_line(self, server: DockerRegistry, target: Path, body: bytes) -> None:
        def nonsense(request: Request, forward: Forward) -> Reply:  # noqa: ARG001 - a rule
            return Reply(200, {"content-type": "application/vnd.oci.image.manifest.v1+json"}, body)

        with proxy(server.address, nonsense) as lying, pytest.raises((InvalidImageError, ImageTransferError)) as caught:
            behind(lying.address).pull_image("model:1", target)
        assert len(str(caught.value).splitlines()) == 1
        assert len(str(caught.value)) < 300
        assert is_nothing_left(target)

    def test_an_image_that_claims_to_be_larger_than_the_disk_is_not_begun(self, server: DockerRegistry, target: Path) -> None:
        config = {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": ZEROS, "size": 2**60}
        data = json.dumps({"schemaVersion": 2, "config": config, "layers": []}).encode()

        def claims(request: Request, forward: Forward) -> Reply:  # noqa: ARG001 - a rule
            return Reply(200, {"content-type": "application/vnd.oci.image.manifest.v1+json"}, data)

        with (
            proxy(server.address, claims) as lying,
            pytest.raises(ImageTransferError, match="has no room for an image of 11529"),
        ):
            behind(lying.address).pull_image("model:1", target)
        assert not any(map(is_blob, lying.seen))
        assert is_nothing_left(target)

    def test_indexes_that_list_more_and_more_are_given_up(self, server: DockerRegistry, target: Path) -> None:
        from stackkit.flavors.container_registry.protocol.digests import digest_of

        # The innermost lists one that is not there; each one around it the next.
        made: dict[str, bytes] = {}
        inner = ZEROS
        for _ in range(20):
            entry = {"mediaType": "application/vnd.oci.image.index.v1+json", "digest": inner, "size": 10}
            data = json.dumps({"schemaVersion": 2, "manifests": [entry]}).encode()
            inner = digest_of(data)
            made[inner] = data

        def nests(request: Request, forward: Forward) -> Reply:  # noqa: ARG001 - a rule
            asked = request.path.rpartition("/")[2]
            return Reply(200, {"content-type": "application/vnd.oci.image.index.v1+json"}, made.get(asked, made[inner]))

        with proxy(server.address, nests) as lying, pytest.raises(InvalidImageError, match="too many manifests"):
            behind(lying.address).pull_image("model:1", target)
        assert len(lying.seen) < 10
        assert is_nothing_left(target)


class TestTargets:
    @pytest.mark.parametrize("kind", ["folder", "full folder", "file", "dangling link"])
    @pytest.mark.usefixtures("pushed")
    def test_what_is_there_already_is_refused_and_stays(
        self, registry: DefaultContainerRegistry, target: Path, kind: str
    ) -> None:
        if "folder" in kind:
            target.mkdir()
            if kind == "full folder":
                (target / "kept").write_text("kept")
        elif kind == "file":
            target.write_text("kept")
        else:
            target.symlink_to("nowhere")
        before = target.lstat()
        with pytest.raises(ImageExistsError, match=r"image: is there already; name a folder that does not exist yet"):
            registry.pull_image("model:1", target)
        assert target.lstat() == before
        assert list(target.parent.iterdir()) == [target]

    def test_folders_above_the_target_are_made(
        self, registry: DefaultContainerRegistry, pushed: tuple[str, str], tmp_path: Path
    ) -> None:
        assert registry.pull_image("model:1", str(tmp_path / "a/b/c")) == pushed[1]

    @pytest.mark.parametrize("place", ["file/image", ".", "/", "", "x" * 300, "nul\0"])
    @pytest.mark.usefixtures("pushed")
    def test_a_target_that_cannot_be_written_is_told_in_one_line(
        self, registry: DefaultContainerRegistry, tmp_path: Path, place: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        (tmp_path / "file").write_text("kept")
        with pytest.raises((ImageTransferError, ImageExistsError)) as caught:
            registry.pull_image("model:1", place)
        assert len(str(caught.value).splitlines()) == 1

    def test_one_for_several_platforms_is_pulled_with_all_its_manifests(
        self, registry: DefaultContainerRegistry, tmp_path: Path, target: Path
    ) -> None:
        images = {"linux/amd64": [layer_of({"a": b"x86"})], "linux/arm64": [layer_of({"a": b"arm"})]}
        digest = write_layout_of_platforms(tmp_path / "image", images)
        registry.push_image("model:1", tmp_path / "image")
        assert registry.pull_image("model:1", target) == digest
        blobs = {path.name for path in (tmp_path / "image/blobs/sha256").iterdir()}
        assert {path.name for path in (target / "blobs/sha256").iterdir()} == blobs

    def test_of_two_that_pull_to_one_place_one_is_told_so(
        self, server: DockerRegistry, pushed: tuple[str, str], target: Path
    ) -> None:
        arrived, go_on = threading.Event(), threading.Event()

        def waits(request: Request, forward: Forward) -> Reply:
            if is_blob(request):
                arrived.set()
                assert go_on.wait(120)
            return forward(request)

        found: list[str] = []
        with proxy(server.address, waits) as waiting, proxy(server.address, through) as plain:
            first = threading.Thread(target=lambda: found.append(behind(waiting.address).pull_image(f"{pushed[0]}:1", target)))
            first.start()
            assert arrived.wait(120)
            with pytest.raises(ImageExistsError, match="is being written by somebody else"):
                behind(plain.address).pull_image(f"{pushed[0]}:1", target)
            go_on.set()
            first.join()
        assert found == [pushed[1]]

    def test_a_killed_pull_leaves_nothing_visible_and_the_next_one_clears_up(
        self, server: DockerRegistry, pushed: tuple[str, str], target: Path
    ) -> None:
        arrived = threading.Event()

        def half(request: Request, forward: Forward) -> Reply:
            reply = forward(request)
            if is_blob(request) and len(reply.body) > 100_000:
                arrived.set()
                threading.Event().wait(1)  # the program is killed meanwhile
                return DROP
            return reply

        program = (
            "import sys; from stackkit.flavors.container_registry.default import DefaultContainerRegistry as R;"
            "R(name='r', uri=sys.argv[1]).pull_image(sys.argv[2], sys.argv[3])"
        )
        with proxy(server.address, half) as slow:
            process = subprocess.Popen([sys.executable, "-c", program, slow.address, f"{pushed[0]}:1", str(target)])
            assert arrived.wait(120)
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        assert not target.exists()
        assert not is_nothing_left(target)
        assert behind(server.address).pull_image(f"{pushed[0]}:1", target) == pushed[1]
        assert list(target.parent.iterdir()) == [target]
