"""A registry that wants tokens, and the server that gives them: rules for a proxy."""

from __future__ import annotations

import base64
import json
import secrets

import attrs
from tests.flavors.container_registry.proxy import Forward, Reply, Request

PASSWORD = "hunter2-ß"


def basic(username: str, password: str = PASSWORD) -> str:
    """The header of a user name and a password."""
    return f"Basic {base64.b64encode(f'{username}:{password}'.encode()).decode()}"


@attrs.define
class TokenAuthority:
    """Lets requests through that have a token of the right scope, and gives tokens to one user.

    Args:
        username: Who gets tokens; empty for everybody.
        uses: After how many requests a token is refused once; 0 refuses it always.
        realm: Where tokens are to be had; `/token` of the registry itself by default.
    """

    username: str = "ada"
    uses: int = 1_000_000
    realm: str = ""
    scopes: dict[str, list[str]] = attrs.field(factory=dict[str, list[str]])
    left: dict[str, int] = attrs.field(factory=dict[str, int])
    asked: list[Request] = attrs.field(factory=list[Request])

    def __call__(self, request: Request, forward: Forward) -> Reply:
        """The rule."""
        if request.path == "/token":
            return self.give(request)
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if self.left.get(token, 0) < 1 or not self._covers(token, request):
            if token in self.left:  # it is good again, so that threads that share it do not starve each other
                self.left[token] = self.uses
            return self._challenge(request)
        self.left[token] -= 1
        kept = {name: value for name, value in request.headers.items() if name != "authorization"}
        return forward(attrs.evolve(request, headers=kept))

    def give(self, request: Request) -> Reply:
        """A token, if the right one asks."""
        self.asked.append(request)
        if self.username and request.headers.get("authorization") != basic(self.username):
            return Reply(401, {}, b'{"errors":[{"code":"UNAUTHORIZED","message":"who is there"}]}')
        token = secrets.token_hex(8)
        self.scopes[token] = request.query.get("scope", [])
        self.left[token] = self.uses
        return Reply(200, {"content-type": "application/json"}, json.dumps({"token": token, "expires_in": 300}).encode())

    def _covers(self, token: str, request: Request) -> bool:
        action = "pull" if request.method in ("GET", "HEAD") else "push"
        path = request.path.removeprefix("/v2/")
        scopes = [scope.split(":") for scope in self.scopes.get(token, [])]
        return any(path.startswith(f"{name}/") and action in actions.split(",") for _, name, actions in scopes)

    def _challenge(self, request: Request) -> Reply:
        realm = self.realm or f"http://{request.headers['host']}/token"
        header = f'Bearer realm="{realm}",service="registry, of tests",scope="repository:nothing:pull"'
        return Reply(401, {"www-authenticate": header}, b'{"errors":[{"code":"UNAUTHORIZED","message":"token?"}]}')
