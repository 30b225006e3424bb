"""A proxy before a registry that does to requests what a test wants: drops, refuses, redirects, changes them."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar, TypeAlias
from urllib.parse import parse_qs, urlsplit

import attrs
from typing_extensions import override


@attrs.frozen
class Request:
    """A request as it has arrived.

    Args:
        method: Its method.
        target: Its path with its query.
        headers: Its headers, by names in lower case.
        body: What it carries, for as far as it was read.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """The path alone."""
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, list[str]]:
        """The query's values."""
        return parse_qs(urlsplit(self.target).query)

    @property
    def is_upload(self) -> bool:
        """Whether it carries a part of a blob."""
        return "/blobs/uploads/" in self.path and self.method in ("PATCH", "PUT")


@attrs.frozen
class Reply:
    """An answer.

    Args:
        status: Its number.
        headers: Its headers, by names in lower case.
        body: What it carries.
        length: The length that it claims to have; that of the body by default.
    """

    status: int = 200
    headers: Mapping[str, str] = attrs.field(factory=dict[str, str])
    body: bytes = b""
    length: int | None = None


DROP = Reply(status=0)
"""No answer: the connection is closed."""

Rule: TypeAlias = "Callable[[Request, Forward], Reply]"


@attrs.frozen
class Forward:
    """Asks the registry behind the proxy.

    Args:
        address: Its `host:port`.
    """

    address: str

    def __call__(self, request: Request) -> Reply:
        """What the registry answers."""
        connection = http.client.HTTPConnection(self.address, timeout=120)
        try:
            connection.request(request.method, request.target, request.body, dict(request.headers))
            answer = connection.getresponse()
            headers = {name.lower(): value for name, value in answer.getheaders()}
            length = int(headers.get("content-length", 0)) if request.method == "HEAD" else None
            return Reply(answer.status, headers, answer.read(), length)
        finally:
            connection.close()


@attrs.define
class Proxy:
    """A proxy that runs.

    Args:
        address: `127.0.0.1:port`.
        seen: What has arrived.
        rule: What is done to it.
    """

    address: str
    rule: Rule
    seen: list[Request] = attrs.field(factory=list[Request])

    def count(self, method: str, part: str = "") -> int:
        """How many requests of a method have arrived whose path has a part."""
        return sum(request.method == method and part in request.target for request in self.seen)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    proxy: ClassVar[Proxy]
    forward: ClassVar[Forward]

    def _answer(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", 0)))
        request = Request(self.command, self.path, headers, body)
        self.proxy.seen.append(request)
        reply = self.proxy.rule(request, self.forward)
        self.close_connection = True
        if reply is DROP:
            return
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            if name not in ("content-length", "connection", "date", "transfer-encoding"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body) if reply.length is None else reply.length))
        self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815 - as BaseHTTPRequestHandler calls them

    @override
    def log_message(self, format: str, *args: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    @override
    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever has gone away is not told of."""


@contextmanager
def proxy(registry: str, rule: Rule) -> Generator[Proxy]:
    """A proxy while the block runs.

    Args:
        registry: The `host:port` of the registry behind it.
        rule: What is done to requests.
    """
    made = Proxy("", rule)
    handler = type("Handler", (_Handler,), {"proxy": made, "forward": Forward(registry)})
    server = _Server(("127.0.0.1", 0), handler)
    made.address = f"127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def through(request: Request, forward: Forward) -> Reply:
    """The rule that does nothing."""
    return forward(request)


def once(wanted: Callable[[Request], bool], rule: Rule, otherwise: Rule = through) -> Rule:
    """A rule for the first request of a kind.

    Args:
        wanted: Which kind.
        rule: What is done to it.
        otherwise: What is done to all others.
    """
    return times(1, wanted, rule, otherwise)


def times(count: int, wanted: Callable[[Request], bool], rule: Rule, otherwise: Rule = through) -> Rule:
    """A rule for the first few requests of a kind."""
    left = threading.Semaphore(count)

    def chosen(request: Request, forward: Forward) -> Reply:
        return (rule if wanted(request) and left.acquire(blocking=False) else otherwise)(request, forward)

    return chosen


def drop(request: Request, forward: Forward) -> Reply:  # noqa: ARG001 - a rule
    """The rule that closes the connection."""
    return DROP


def drop_answer(request: Request, forward: Forward) -> Reply:
    """The rule that closes the connection when the registry has answered."""
    forward(request)
    return DROP


def closed_port() -> str:
    """The address of a port that nobody listens on."""
    with socket.socket() as taken, suppress(OSError):
        taken.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{taken.getsockname()[1]}"
    raise AssertionError
