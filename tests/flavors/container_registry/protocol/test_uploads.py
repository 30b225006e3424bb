"""Blobs are sent once, in pieces, and what broke off goes on where it stopped."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import attrs
import pytest
from tests.flavors.container_registry.docker_registry import DockerRegistry
from tests.flavors.container_registry.proxy import (
    DROP,
    Forward,
    Proxy,
    Reply,
    Request,
    Rule,
    closed_port,
    drop,
    drop_answer,
    once,
    proxy,
    through,
    times,
)

from stackkit.errors import ImageNotFoundError, ImageTransferError, InvalidImageError
from stackkit.flavors.container_registry.default import DefaultContainerRegistry
from stackkit.flavors.container_registry.protocol import connection
from stackkit.testing.images import layer_of, write_layout

Kind = Callable[[Request], bool]

LARGE = bytes(range(256)) * 400


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Attempts follow each other at once."""
    monkeypatch.setattr(connection, "FIRST_WAIT", 0.001)


@pytest.fixture
def large(tmp_path: Path) -> tuple[Path, str]:
    """An image whose layer takes several chunks."""
    import random

    digest = write_layout(tmp_path / "large", layer_of({"model": random.Random(0).randbytes(100_000)}))  # noqa: S311 - data
    return tmp_path / "large", digest


def behind(proxy: Proxy, namespace: str, chunk: int = 30_000) -> DefaultContainerRegistry:
    return DefaultContainerRegistry(name="behind", uri=f"{proxy.address}/{namespace}", chunk_size=chunk)


def is_patch(request: Request) -> bool:
    return request.method == "PATCH"


def is_blob_end(request: Request) -> bool:
    return request.method == "PUT" and "/blobs/uploads/" in request.path


def is_head(request: Request) -> bool:
    return request.method == "HEAD"


def is_beginning(request: Request) -> bool:
    return request.method == "POST"


def is_put(request: Request) -> bool:
    return request.method == "PUT"


def is_second_chunk(request: Request) -> bool:
    return is_patch(request) and request.headers["content-range"].startswith("30000-")


def sent(proxy: Proxy) -> int:
    """How many bytes of blobs have been sent."""
    return sum(len(request.body) for request in proxy.seen if request.is_upload)


def test_a_blob_is_sent_in_chunks_of_the_configured_size(
    server: DockerRegistry, large: tuple[Path, str], namespace: str
) -> None:
    with proxy(server.address, through) as watched:
        assert behind(watched, namespace).push_image("model:1", large[0]) == large[1]
    sizes = [len(request.body) for request in watched.seen if request.is_upload and len(request.body) > 1000]
    assert sizes[:3] == [30_000] * 3
    assert 0 < sizes[3] <= 30_000
    ranges = [request.headers["content-range"] for request in watched.seen if is_patch(request)]
    assert ranges == ["0-29999", "30000-59999", "60000-89999"]


@pytest.mark.parametrize("chunk", [0, 2**20])
def test_a_blob_that_fits_is_sent_in_one_request(
    server: DockerRegistry, large: tuple[Path, str], namespace: str, chunk: int
) -> None:
    with proxy(server.address, through) as watched:
        behind(watched, namespace, chunk).push_image("model:1", large[0])
    assert watched.count("PATCH") == 0


def test_what_the_registry_has_is_not_sent_again(server: DockerRegistry, large: tuple[Path, str], namespace: str) -> None:
    with proxy(server.address, through) as watched:
        behind(watched, namespace).push_image("model:1", large[0])
        before = sent(watched), watched.count("POST")
        behind(watched, namespace).push_image("model:2", large[0])
    assert (sent(watched), watched.count("POST")) == before
    assert watched.count("HEAD", "/blobs/") == 4


def test_a_blob_of_another_repository_is_mounted(server: DockerRegistry, large: tuple[Path, str], namespace: str) -> None:
    with proxy(server.address, through) as watched:
        registry = behind(watched, namespace)
        registry.push_image("model:1", large[0])
        before = sent(watched)
        assert registry.push_image("other:1", large[0]) == large[1]
    assert sent(watched) == before
    assert watched.count("POST", f"from={namespace}/model") == 2


def test_the_layers_of_the_base_image_are_mounted(server: DockerRegistry, tmp_path: Path, namespace: str) -> None:
    base = layer_of({"base": LARGE})
    write_layout(tmp_path / "base", base)
    with proxy(server.address, through) as watched:
        behind(watched, namespace).push_image("base:1", tmp_path / "base")
        name = f"{watched.address}/{namespace}/base:1"
        write_layout(
            tmp_path / "image", base, layer_of({"own": b"x"}), annotations={"org.opencontainers.image.base.name": name}
        )
        watched.seen.clear()
        digest = behind(watched, namespace).push_image("model:1", tmp_path / "image")
        assert behind(watched, namespace).image_digest("model:1") == digest
    assert sum(is_blob_end(request) for request in watched.seen) == 2  # its own layer and its configuration


@pytest.mark.parametrize("rule", [drop, drop_answer], ids=["request lost", "answer lost"])
@pytest.mark.parametrize("kind", [is_patch, is_blob_end, is_beginning], ids=["patch", "put", "post"])
@pytest.mark.parametrize("count", [1, 3])
def test_a_push_survives_connections_that_drop(
    server: DockerRegistry, large: tuple[Path, str], namespace: str, rule: Rule, kind: Kind, count: int
) -> None:
    with proxy(server.address, times(count, kind, rule)) as dropping:
        registry = behind(dropping, namespace)
        assert registry.push_image("model:1", large[0]) == large[1]
        assert registry.image_digest("model:1") == large[1]


def test_a_push_goes_on_after_a_request_that_was_lost(server: DockerRegistry, large: tuple[Path, str], namespace: str) -> None:
    with proxy(server.address, once(is_second_chunk, drop)) as dropping:
        behind(dropping, namespace).push_image("model:1", large[0])
    ranges = [request.headers["content-range"] for request in dropping.seen if is_patch(request)]
    assert ranges == ["0-29999", "30000-59999", "30000-59999", "60000-89999"]


@attrs.define
class Halfway:
    """A registry as the specification has it: it keeps what came of a chunk before the connection broke off, and tells."""

    url: str = ""
    has: int = 0

    def __call__(self, request: Request, forward: Forward) -> Reply:
        """Take half of the first chunk, and drop the connection."""
        if is_patch(request) and not self.url:
            half = attrs.evolve(request, body=request.body[:10_000])
            reply = forward(
                attrs.evolve(half, headers={**request.headers, "content-length": "10000", "content-range": "0-9999"})
            )
            self.url, self.has = reply.headers["location"], 10_000
            return DROP
        if request.method == "GET" and "/blobs/uploads/" in request.path:
            return Reply(204, {"location": self.url, "range": f"0-{self.has - 1}"})
        return forward(request)


def test_a_chunk_that_arrived_in_part_is_not_sent_from_its_beginning(
    server: DockerRegistry, large: tuple[Path, str], namespace: str
) -> None:
    with proxy(server.address, Halfway()) as dropping:
        registry = behind(dropping, namespace)
        assert registry.push_image("model:1", large[0]) == large[1]
    starts = [request.headers["content-range"] for request in dropping.seen if is_patch(request)]
    assert starts[:2] == ["0-29999", "10000-39999"]


@attrs.define
class KeepsTheEnd:
    """A registry that has all of a blob when the connection breaks off, and has not named it yet."""

    url: str = ""
    has: int = 0

    def __call__(self, request: Request, forward: Forward) -> Reply:
        """Take what the first PUT of a large blob carries, and drop the connection."""
        if is_blob_end(request) and len(request.body) > 50_000 and not self.url:
            target = request.target.partition("&digest=")[0]
            reply = forward(attrs.evolve(request, method="PATCH", target=target))
            self.url, self.has = reply.headers["location"], len(request.body)
            return DROP
        if request.method == "GET" and "/blobs/uploads/" in request.path:
            return Reply(204, {"location": self.url, "range": f"0-{self.has - 1}"})
        return forward(request)


def test_a_blob_that_arrived_whole_is_only_named(server: DockerRegistry, large: tuple[Path, str], namespace: str) -> None:
    with proxy(server.address, KeepsTheEnd()) as dropping:
        assert behind(dropping, namespace, 0).push_image("model:1", large[0]) == large[1]
    last = [request for request in dropping.seen if is_blob_end(request)][-1]
    assert (last.body, last.headers.get("content-range")) == (b"", None)


@pytest.mark.parametrize("header", ["range", "oci-chunk-min-length", "retry-after"])
@pytest.mark.parametrize("value", ["9" * 5000, "-", "0-", "x", "0-" + "9" * 5000, "²"])
def test_numbers_that_are_none_do_no_harm(
    server: DockerRegistry, large: tuple[Path, str], namespace: str, header: str, value: str
) -> None:
    def nonsense(request: Request, forward: Forward) -> Reply:
        reply = forward(request)
        is_status = request.method == "GET" and "/blobs/uploads/" in request.path
        return attrs.evolve(reply, status=204 if is_status else reply.status, headers={**reply.headers, header: value})

    with proxy(server.address, once(is_patch, drop, nonsense)) as lying:
        assert behind(lying, namespace).push_image("model:1", large[0]) == large[1]


def test_a_repository_that_may_not_be_read_is_not_mounted_from(
    server: DockerRegistry, large: tuple[Path, str], namespace: str
) -> None:
    def forbids(request: Request, forward: Forward) -> Reply:
        return Reply(401, {"www-authenticate": "Basic"}) if "from=" in request.target else forward(request)

    with proxy(server.address, forbids) as guarded:
        registry = behind(guarded, namespace)
        registry.push_image("model:1", large[0])
        assert registry.push_image("other:1", large[0]) == large[1]


def test_a_registry_that_claims_to_have_more_than_was_sent_gets_it_anew(
    server: DockerRegistry, large: tuple[Path, str], namespace: str
) -> None:
    def claims(request: Request, forward: Forward) -> Reply:
        is_status = request.method == "GET" and "/blobs/uploads/" in request.path
        return Reply(204, {"range": "0-99999999"}) if is_status else forward(request)

    with proxy(server.address, once(is_patch, drop, claims)) as lying:
        assert behind(lying, namespace).push_image("model:1", large[0]) == large[1]


def test_a_registry_that_wants_larger_chunks_gets_them(server: DockerRegistry, large: tuple[Path, str], namespace: str) -> None:
    def wants(request: Request, forward: Forward) -> Reply:
        reply = forward(request)
        return attrs.evolve(reply, headers={**reply.headers, "oci-chunk-min-length": "50000"})

    with proxy(server.address, wants) as watched:
        behind(watched, namespace).push_image("model:1", large[0])
    assert [request.headers["content-range"] for request in watched.seen if is_patch(request)] == ["0-49999", "50000-99999"]


def test_a_busy_registry_is_asked_again(server: DockerRegistry, large: tuple[Path, str], namespace: str) -> None:
    def busy(request: Request, forward: Forward) -> Reply:  # noqa: ARG001 - a rule
        return Reply(503, {"retry-after": "0"})

    for kind in (is_patch, is_blob_end, is_head, is_put):
        with proxy(server.address, times(3, kind, busy)) as watched:
            assert behind(watched, f"{namespace}/{kind.__name__.replace('_', '-')}").push_image("model:1", large[0]) == large[1]


@pytest.mark.parametrize("code", ["MANIFEST_BLOB_UNKNOWN", "BLOB_UNKNOWN", "DIGEST_INVALID"])
def test_a_registry_that_does_not_know_at_once_what_it_took_is_asked_again(
    server: DockerRegistry, large: tuple[Path, str], namespace: str, code: str
) -> None:
    def is_manifest(request: Request) -> bool:
        return request.method == "PUT" and "/manifests/" in request.path

    def unsettled(request: Request, forward: Forward) -> Reply:  # noqa: ARG001 - a rule
        return Reply(400, {}, b'{"errors":[{"code":"%s","message":"what"}]}' % code.encode())

    with proxy(server.address, times(2, is_manifest, unsettled)) as watched:
        assert behind(watched, namespace).push_image("model:1", large[0]) == large[1]
    with proxy(server.address, times(1000, is_manifest, unsettled)) as watched:
        with pytest.raises(ImageTransferError, match=rf"/model:2: the registry answers 400 \({code}, what\)$"):
            behind(watched, namespace).push_image("model:2", large[0])
        assert sum(map(is_manifest, watched.seen)) == connection.ATTEMPTS


def test_a_registry_that_always_drops_is_given_up_in_one_line(
    server: DockerRegistry, large: tuple[Path, str], namespace: str
) -> None:
    with proxy(server.address, times(1000, is_patch, drop)) as dropping:
        with pytest.raises(ImageTransferError, match=r"^127\.0\.0\.1:\d+: the connection broke off: [^\n]*$"):
            behind(dropping, namespace).push_image("model:1", large[0])
        assert dropping.count("PATCH") == connection.ATTEMPTS
        with pytest.raises(ImageNotFoundError):
            behind(dropping, namespace).image_digest("model:1")


def test_nobody_there_is_told_at_once(large: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "FIRST_WAIT", 1e6)
    address = closed_port()
    registry = DefaultContainerRegistry(name="gone", uri=address)
    with pytest.raises(ImageTransferError, match=rf"^{address}: cannot be reached: .*; check uri, and whether it is up$"):
        registry.push_image("model:1", large[0])


def test_a_blob_that_is_not_what_its_digest_says_is_refused_and_the_name_stays_free(
    registry: DefaultContainerRegistry, large: tuple[Path, str]
) -> None:
    damaged = max((large[0] / "blobs/sha256").iterdir(), key=lambda path: path.stat().st_size)
    data = bytearray(damaged.read_bytes())
    data[-1] ^= 1
    damaged.write_bytes(data)
    with pytest.raises(InvalidImageError, match=rf"^sha256:{damaged.name}: is not what its digest says; write the image anew$"):
        registry.push_image("model:1", large[0])
    with pytest.raises(ImageNotFoundError):
        registry.image_digest("model:1")


def test_a_registry_that_took_a_manifest_for_another_is_told(
    server: DockerRegistry, large: tuple[Path, str], namespace: str
) -> None:
    def lies(request: Request, forward: Forward) -> Reply:
        reply = forward(request)
        is_manifest = request.method == "PUT" and "/manifests/" in request.path
        return (
            attrs.evolve(reply, headers={**reply.headers, "docker-content-digest": f"sha256:{'0' * 64}"})
            if is_manifest
            else reply
        )

    with proxy(server.address, lies) as lying, pytest.raises(ImageTransferError, match=r"the registry took it for sha256:000"):
        behind(lying, namespace).push_image("model:1", large[0])


@pytest.mark.parametrize("status", [301, 400, 403, 405, 413, 500])
def test_a_refused_upload_is_told_with_what_the_registry_says(
    server: DockerRegistry, large: tuple[Path, str], namespace: str, status: int
) -> None:
    def refuses(request: Request, forward: Forward) -> Reply:  # noqa: ARG001 - a rule
        return Reply(status, {}, b'{"errors":[{"code":"DENIED","message":"no\\nroom"}]}')

    refused = pytest.raises((ImageTransferError, PermissionError))
    with proxy(server.address, times(1000, lambda request: request.is_upload, refuses)) as refusing, refused as caught:
        behind(refusing, namespace).push_image("model:1", large[0])
    assert "(DENIED, no\\nroom)" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_two_pushes_of_one_image_at_once_both_succeed(server: DockerRegistry, large: tuple[Path, str], namespace: str) -> None:
    registry = DefaultContainerRegistry(name="both", uri=f"{server.address}/{namespace}", chunk_size=10_000)
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(registry.push_image("model:1", large[0]))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [large[1]] * 4
