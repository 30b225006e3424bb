"""How a registry is told who asks: by name and password, or by a token that its authorization server gives for them."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from threading import Lock
from typing import TypeAlias, final
from urllib.parse import urlencode, urljoin, urlsplit

import attrs

from stackkit.core.secret import Secret
from stackkit.errors import ImageAccessError, ImageTransferError, InvalidImageError, Problem
from stackkit.flavors.container_registry.protocol.answers import Answer
from stackkit.flavors.container_registry.protocol.challenges import Challenge, read_challenges
from stackkit.flavors.container_registry.protocol.json_reading import read_object

Fetch: TypeAlias = Callable[[str, str | None], Answer]
"""Gets an address with a value of the `Authorization` header, or none."""


@attrs.frozen
class Credentials:
    """Who asks. The password is revealed only where it is sent.

    Args:
        username: The name.
        password: The password, or the token that stands for one.
    """

    username: str
    password: Secret

    @property
    def basic(self) -> str:
        """The value of the header that carries them."""
        pair = f"{self.username}:{self.password.reveal()}".encode()
        return f"Basic {base64.b64encode(pair).decode()}"


@final
class Authorization:
    """The value of the `Authorization` header for one operation, which may use several threads.

    Args:
        credentials: Who asks; None for everybody.
        scopes: What tokens are asked for: `repository:path:pull,push`.
        registry: The registry's own address, with its scheme.
        fetch: What asks authorization servers. It refuses addresses that are not safe.
    """

    def __init__(self, credentials: Credentials | None, scopes: Sequence[str], registry: str, fetch: Fetch) -> None:
        self._credentials = credentials
        self._scopes = tuple(scopes)
        self._registry = registry
        self._fetch = fetch
        self._lock = Lock()
        self._value: str | None = None

    @property
    def value(self) -> str | None:
        """The header's value; None until the registry asks for one."""
        return self._value

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be repeated in messages."""
        own = () if self._credentials is None else (self._credentials.password.reveal(), self._credentials.basic[6:])
        return (*own, *((self._value.partition(" ")[2],) if self._value else ()))

    def renew(self, used: str | None, answer: Answer) -> bool:
        """Get another value after one was refused.

        Args:
            used: The value that was refused.
            answer: The refusal.

        Returns:
            Whether there is another now.

        Raises:
            ImageAccessError: The authorization server refuses the credentials.
            ImageTransferError: It cannot be reached, or is one that must not be asked.
        """
        with self._lock:
            if self._value != used:  # another thread was first
                return True
            for challenge in read_challenges(answer.headers.get("www-authenticate", "")):
                value = self._answered(challenge)
                if value is not None and value != used:
                    self._value = value
                    return True
        return False

    def _answered(self, challenge: Challenge) -> str | None:
        if challenge.scheme == "basic":
            return None if self._credentials is None else self._credentials.basic
        if challenge.scheme == "bearer" and "realm" in challenge.parameters:
            return f"Bearer {self._token(challenge)}"
        return None

    def _token(self, challenge: Challenge) -> str:
        try:
            realm = urljoin(self._registry, challenge.parameters["realm"])
            place = urlsplit(realm)
        except ValueError as error:
            raise ImageTransferError(Problem("leads to an address that is none", where=self._registry)) from error
        asked = [("scope", scope) for scope in self._scopes or filter(None, [challenge.parameters.get("scope")])]
        if "service" in challenge.parameters:
            asked.insert(0, ("service", challenge.parameters["service"]))
        joint = "&" if place.query else "?"
        basic = None if self._credentials is None else self._credentials.basic
        answer = self._fetch(f"{realm}{joint}{urlencode(asked)}", basic)
        where = f"{place.scheme}://{place.netloc.rpartition('@')[2]}"
        if answer.status in (400, 401, 403):
            what = "refuses the credentials" if self._credentials else "gives no token to everybody"
            remedy = "check the user name and the password" if self._credentials else "give the registry credentials"
            raise ImageAccessError(Problem(what, where=where, remedy=remedy))
        if answer.status != 200:  # noqa: PLR2004 - OK
            raise answer.refusal(where, self.secrets)
        return _token_of(answer, where)


def _token_of(answer: Answer, where: str) -> str:
    try:
        read = read_object(answer.body, where)
        token = read.text("token", "") or read.text("access_token", "")
    except InvalidImageError as error:
        raise ImageTransferError(*error.problems) from error
    if not token or not token.isascii() or not token.isprintable():
        raise ImageTransferError(Problem("gives no token", where=where))
    return token
