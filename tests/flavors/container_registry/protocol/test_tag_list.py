"""Tags come in pages, from registries that may be hostile."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.flavors.container_registry.authorities import TokenAuthority
from tests.flavors.container_registry.docker_registry import DockerRegistry
from tests.flavors.container_registry.proxy import Forward, Reply, Request, proxy

from stackkit.core.secret import Secret
from stackkit.errors import ImageTransferError
from stackkit.flavors.container_registry.default import DefaultContainerRegistry


def of(address: str) -> DefaultContainerRegistry:
    return DefaultContainerRegistry(name="r", uri=address, username="ada", password=Secret.plain("hunter2-ß"))


def page(request: Request, forward: Forward) -> Reply:  # noqa: ARG001 - a rule
    """Three tags at a time, the next page by a relative link."""
    known = [f"t{number:02}" for number in range(10)]
    last = request.query.get("last", [""])[0]
    tags = [tag for tag in known if tag > last][:3]
    more = {"link": f'</v2/model/tags/list?n=3&last={tags[-1]}>; rel="next"'} if tags[-1] != known[-1] else {}
    return Reply(200, more, json.dumps({"name": "model", "tags": tags}).encode())


def test_all_pages_are_read(server: DockerRegistry) -> None:
    with proxy(server.address, page) as paged:
        assert of(paged.address).tags("model") == [f"t{number:02}" for number in range(10)]
    assert len(paged.seen) == 4


def test_tags_that_come_twice_or_in_disorder_are_sorted_and_there_once(server: DockerRegistry) -> None:
    def disorder(request: Request, forward: Forward) -> Reply:  # noqa: ARG001 - a rule
        return Reply(200, {}, b'{"name": "model", "tags": ["b", "a", "b", "C"]}')

    with proxy(server.address, disorder) as paged:
        assert of(paged.address).tags("model") == ["C", "a", "b"]


@pytest.mark.parametrize("body", [b'{"name": "model", "tags": null}', b'{"name": "model"}', b'{"tags": []}'])
def test_a_repository_may_have_no_tags(server: DockerRegistry, body: bytes) -> None:
    def empty(request: Request, forward: Forward) -> Reply:  # noqa: ARG001 - a rule
        return Reply(200, {}, body)

    with proxy(server.address, empty) as paged:
        assert of(paged.address).tags("model") == []


@pytest.mark.parametrize("link", ["</v2/model/tags/list?n=1000>", "</v2/model/tags/list?n={count}>"])
def test_pages_without_end_are_given_up(server: DockerRegistry, link: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from stackkit.flavors.container_registry.protocol import tag_list

    monkeypatch.setattr(tag_list, "MOST_PAGES", 20)

    def endless(request: Request, forward: Forward) -> Reply:  # noqa: ARG001 - a rule
        return Reply(200, {"link": f"{link.format(count=len(paged.seen))}; rel=next"}, b'{"tags": ["a"]}')

    with proxy(server.address, endless) as paged, pytest.raises(ImageTransferError, match="gives pages of tags without end"):
        of(paged.address).tags("model")
    assert len(paged.seen) <= 20


@pytest.mark.parametrize("body", [b"", b"[]", b'{"tags": 5}', b'{"tags": [5]}', b'{"tags": {"a": 1}}', b"x" * 5_000_000])
def test_an_answer_that_is_none_is_told_in_a_line(server: DockerRegistry, body: bytes) -> None:
    def nonsense(request: Request, forward: Forward) -> Reply:  # noqa: ARG001 - a rule
        return Reply(200, {}, body)

    with proxy(server.address, nonsense) as paged, pytest.raises(ImageTransferError) as caught:
        of(paged.address).tags("model")
    assert len(str(caught.value).splitlines()) == 1


def test_a_page_that_is_elsewhere_is_not_told_who_asks(server: DockerRegistry) -> None:
    authority = TokenAuthority(username="")
    with proxy(server.address, page) as other:

        def leads(request: Request, forward: Forward) -> Reply:
            reply = authority(request, forward)
            if reply.status == 401 or request.path == "/token":
                return reply
            return Reply(200, {"link": f'<http://{other.address}/v2/model/tags/list>; rel="next"'}, b'{"tags": ["mine"]}')

        with proxy(server.address, leads) as guarded:
            registry = DefaultContainerRegistry(name="r", uri=guarded.address)
            assert "mine" in registry.tags("model")
    assert other.seen
    assert {request.headers.get("authorization") for request in other.seen} == {None}


def test_tags_of_a_real_registry(registry: DefaultContainerRegistry, layout: Path) -> None:
    for tag in ("b", "a"):
        registry.push_image(f"model:{tag}", layout)
    assert registry.tags("model") == ["a", "b"]
