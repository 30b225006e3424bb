"""Requests to one registry: who may be told what, redirects, and what is repeated."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from threading import Event, Lock
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self, final
from urllib.parse import urljoin, urlsplit

from stackkit.core.extras import Extra
from stackkit.errors import ImageAccessError, ImageTransferError, Problem
from stackkit.flavors.container_registry.protocol.answers import Answer, Interrupted
from stackkit.flavors.container_registry.protocol.authentication import Authorization
from stackkit.flavors.container_registry.protocol.endpoint import Endpoint, origin, trust, unreachable
from stackkit.flavors.container_registry.protocol.json_reading import LARGEST_JSON
from stackkit.flavors.container_registry.reference import Address

if TYPE_CHECKING:
    import httpx

Content = Callable[[], Iterable[bytes]] | bytes
"""What a request carries: bytes, or what makes them anew each time that they are sent."""

ATTEMPTS: Final = 5
"""How often a request is made before its failure is told."""

FIRST_WAIT: Final = 0.1
"""For how many seconds the second attempt is put off; each one after it for twice as long."""

_LONGEST_WAIT: Final = 20.0
_MOST_REDIRECTS: Final = 5
_MOST_RENEWALS: Final = 4
_ANY_METHOD: Final = frozenset({307, 308})
_REDIRECTS: Final = frozenset({301, 302, 303, *_ANY_METHOD})
_UNAUTHORIZED: Final = 401


@final
class Connection:
    """Connections to a registry, for one operation on it. Several threads may use it at once.

    Args:
        endpoint: How the registry is reached.
        scopes: What the operation needs tokens for.

    Raises:
        MissingExtraError: httpx is not installed.
    """

    def __init__(self, endpoint: Endpoint, scopes: Sequence[str]) -> None:
        with Extra("images"):
            import httpx

        self._httpx = httpx
        self._endpoint = endpoint
        self._host = endpoint.address.host
        self._authorization = Authorization(endpoint.credentials, scopes, endpoint.url, self._fetch_token)
        self._stopped = Event()
        self._reached = False
        self._lock = Lock()
        self._clients: dict[bool, httpx.Client] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()
        for client in self._clients.values():
            client.close()

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be repeated in messages."""
        return self._authorization.secrets

    def stop(self) -> None:
        """Have threads that are still at work give up at their next request."""
        self._stopped.set()

    def check_going(self) -> None:
        """Give up, if `stop` was called.

        Raises:
            ImageTransferError: It was.
        """
        if self._stopped.is_set():
            raise ImageTransferError(Problem("was given up", where=self._host))

    def url(self, path: str) -> str:
        """The address of something below `/v2/`."""
        return f"{self._endpoint.url}/v2/{path}"

    def call(self, method: str, url: str, *, headers: Mapping[str, str] | None = None, content: Content = b"") -> Answer:
        """Make a request that may be repeated, until it is answered.

        Args:
            method: The HTTP method.
            url: The whole address.
            headers: Headers beside those that every request has.
            content: What it carries.

        Raises:
            ImageAccessError: The credentials are refused, or missing.
            ImageTransferError: The registry cannot be reached, or cannot answer.
        """
        return self.repeated(lambda: self.call_once(method, url, headers=headers, content=content))

    def repeated(self, attempt: Callable[[], Answer]) -> Answer:
        """Make an attempt, and others after it where it is interrupted."""
        failures = 0
        while True:
            try:
                return attempt()
            except Interrupted as interrupted:
                failures += 1
                self.wait(failures, interrupted)

    def wait(self, failures: int, interrupted: Interrupted) -> None:
        """Wait before the next attempt, longer each time.

        Args:
            failures: How many attempts have failed in a row.
            interrupted: Why the last one did.

        Raises:
            ImageTransferError: There have been enough.
        """
        if failures >= ATTEMPTS:
            raise interrupted.error from interrupted
        if self._stopped.wait(min(max(FIRST_WAIT * 2 ** (failures - 1), interrupted.wait), _LONGEST_WAIT)):
            raise interrupted.error from interrupted

    def call_once(self, method: str, url: str, *, headers: Mapping[str, str] | None = None, content: Content = b"") -> Answer:
        """Make a request, and read all of its answer.

        Raises:
            Interrupted: The connection broke off, or the registry cannot answer just now.
            ImageAccessError: The credentials are refused, or missing.
            ImageTransferError: The registry cannot be reached, or answers with too much.
        """
        with self.opened(method, url, headers=headers, content=content) as response:
            answer = self._read(response)
        if answer.is_passing:
            raise Interrupted(self._busy(answer), _seconds(answer.headers.get("retry-after", "")))
        return answer

    @contextmanager
    def opened(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, content: Content = b""
    ) -> Generator[httpx.Response]:
        """Make a request whose answer is read by the block.

        Redirects are followed; who asks is told to the registry alone, never to the host that it redirects to.

        Raises:
            Interrupted: The connection broke off, in the block too.
            ImageAccessError: The credentials are refused, or missing.
            ImageTransferError: The registry cannot be reached, or leads to where it must not.
        """
        sent = dict(headers or {})
        with self._failures_told():
            for _ in range(_MOST_REDIRECTS + 1):
                response = self._send(method, url, sent, content)
                is_redirect = response.status_code in (_REDIRECTS if method in ("GET", "HEAD") else _ANY_METHOD)
                if not is_redirect or "location" not in response.headers:
                    break
                response.close()
                url = self.follow(url, response.headers["location"])
            else:
                raise ImageTransferError(Problem("redirects for ever", where=self._host))
            try:
                yield response
            finally:
                response.close()

    def follow(self, url: str, location: str) -> str:
        """The address that an answer leads to.

        Args:
            url: Where the answer comes from.
            location: What it says; an address or a part of one.

        Raises:
            ImageTransferError: It would be reached without TLS, and must not be.
        """
        try:
            target = urljoin(url, location)
            parts = urlsplit(target)
            is_safe = parts.scheme == "https" or (parts.scheme == "http" and self._may_be_plain(parts.hostname or ""))
        except ValueError as error:
            raise ImageTransferError(Problem("leads to an address that is none", where=self._host)) from error
        if not is_safe:
            what = f"leads to {parts.scheme}://{parts.netloc.rpartition('@')[2]}, which is not reached by TLS"
            raise ImageTransferError(Problem(what, where=self._host, remedy="ask who runs it to mend that"))
        return target

    def _may_be_plain(self, host: str) -> bool:
        is_plain = not self._endpoint.has_tls
        return is_plain and (self._endpoint.insecure or Address(f"[{host}]" if ":" in host else host).is_loopback)

    def _send(self, method: str, url: str, headers: Mapping[str, str], content: Content) -> httpx.Response:
        self.check_going()
        if not self._is_registry(url):
            return self._send_as(None, method, url, headers, content)
        renewals = 0
        while True:
            used = self._authorization.value
            response = self._send_as(used, method, url, headers, content)
            self._reached = True
            if response.status_code != _UNAUTHORIZED:
                return response
            answer = self._read(response)
            renewals += 1
            if renewals > _MOST_RENEWALS or not self._authorization.renew(used, answer):
                raise self._unauthorized(answer)

    def _send_as(
        self, authorization: str | None, method: str, url: str, headers: Mapping[str, str], content: Content
    ) -> httpx.Response:
        sent = {**headers, **({"Authorization": authorization} if authorization else {})}
        body = (content or None) if isinstance(content, bytes) else self._going(content())
        client = self._client(has_tls=url.startswith("https:"))
        return client.send(client.build_request(method, url, headers=sent, content=body), stream=True)

    def _client(self, *, has_tls: bool) -> httpx.Client:
        """A client for addresses with TLS, or for others, which need not wait until all certificates are read."""
        with self._lock:
            if has_tls not in self._clients:
                is_here = self._endpoint.address.is_loopback and has_tls == self._endpoint.has_tls
                self._clients[has_tls] = self._httpx.Client(
                    timeout=self._endpoint.timeout,
                    verify=has_tls and trust(self._endpoint),
                    trust_env=not is_here,  # a proxy's own loopback is another one
                    headers={"User-Agent": "stackkit", "Accept-Encoding": "identity"},
                )
            return self._clients[has_tls]

    def _going(self, pieces: Iterable[bytes]) -> Iterable[bytes]:
        for piece in pieces:
            self.check_going()
            yield piece

    def _is_registry(self, url: str) -> bool:
        return origin(url) == origin(self._endpoint.url)

    def _fetch_token(self, url: str, authorization: str | None) -> Answer:
        """Ask an authorization server; where it redirects to is not told who asks."""
        response = self._send_as(authorization, "GET", self.follow(self._endpoint.url, url), {}, b"")
        if response.status_code in _REDIRECTS and "location" in response.headers:
            response.close()
            response = self._send_as(None, "GET", self.follow(url, response.headers["location"]), {}, b"")
        return self._read(response)

    def _read(self, response: httpx.Response) -> Answer:
        body = bytearray()
        try:
            for piece in response.iter_raw():
                body += piece
                if len(body) > LARGEST_JSON:
                    what = f"answers with more than {LARGEST_JSON // 2**20} MiB"
                    raise ImageTransferError(Problem(what, where=self._host))
        finally:
            response.close()
        return Answer(response.status_code, dict(response.headers), bytes(body), str(response.url))

    @contextmanager
    def _failures_told(self) -> Generator[None]:
        """The errors of httpx, as ours."""
        host = self._host
        try:
            yield
        except (self._httpx.ConnectError, self._httpx.ConnectTimeout) as error:
            told = ImageTransferError(unreachable(host, error))
            if not self._reached:  # nobody is there, as far as is known: waiting seldom helps
                raise told from error
            raise Interrupted(told) from error
        except self._httpx.TransportError as error:
            reason = str(error) or type(error).__name__
            raise Interrupted(ImageTransferError(Problem(f"the connection broke off: {reason}", where=host))) from error
        except (self._httpx.InvalidURL, self._httpx.StreamError) as error:
            raise ImageTransferError(Problem("leads to an address that is none", where=host)) from error

    def _busy(self, answer: Answer) -> ImageTransferError:
        return ImageTransferError(*answer.refusal(self._host, self.secrets).problems)

    def _unauthorized(self, answer: Answer) -> ImageAccessError:
        if self._endpoint.credentials is None:
            problem = Problem("asks who is there", where=self._host, remedy="give the registry credentials")
            return ImageAccessError(problem)
        return ImageAccessError(*answer.refusal(self._host, self.secrets).problems)


def _seconds(text: str) -> float:
    return float(text) if text.isascii() and text.isdigit() else 0.0
