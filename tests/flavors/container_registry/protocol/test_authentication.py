"""Who asks is told to the registry and to its authorization server, to nobody else, and shows nowhere."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Generator
from pathlib import Path

import attrs
import pytest
from tests.flavors.container_registry.authorities import PASSWORD, TokenAuthority, basic
from tests.flavors.container_registry.docker_registry import DockerRegistry, docker_registry, htpasswd
from tests.flavors.container_registry.proxy import Forward, Reply, Request, proxy, through

from stackkit.core.secret import Secret
from stackkit.errors import ImageAccessError, ImageTransferError, SecretNotResolvedError
from stackkit.flavors.container_registry.default import DefaultContainerRegistry
from stackkit.flavors.container_registry.protocol import connection
from stackkit.flavors.container_registry.protocol.authentication import Credentials


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Attempts follow each other at once."""
    monkeypatch.setattr(connection, "FIRST_WAIT", 0.001)


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Generator[DockerRegistry]:
    """A registry that lets in who is in its password file."""
    folder = tmp_path_factory.mktemp("guarded")
    htpasswd(folder / "users", [("ada", PASSWORD), ("bob", "other")])
    lines = ('http: {addr: "127.0.0.1:0"}', f"auth: {{htpasswd: {{realm: tests, path: {folder / 'users'}}}}}")
    with docker_registry(folder, *lines) as running:
        yield running


def of(address: str, username: str = "ada", password: str = PASSWORD, **more: object) -> DefaultContainerRegistry:
    registry = DefaultContainerRegistry(name="r", uri=address, username=username, password=Secret.plain(password))
    return registry.replace(**more)


def anonymous(address: str) -> DefaultContainerRegistry:
    return DefaultContainerRegistry(name="r", uri=address)


class TestPasswords:
    def test_who_is_in_the_password_file_pushes_and_pulls(
        self, guarded: DockerRegistry, layout: Path, tmp_path: Path, namespace: str
    ) -> None:
        registry = of(f"{guarded.address}/{namespace}")
        digest = registry.push_image("model:1", layout)
        assert registry.pull_image("model:1", tmp_path / "pulled") == digest == registry.image_digest("model:1")
        assert registry.tags("model") == ["1"]

    def test_a_wrong_password_is_refused_in_one_line(self, guarded: DockerRegistry, layout: Path) -> None:
        refused = r"^127\.0\.0\.1:\d+: the registry refuses access; check the credentials and their rights$"
        with pytest.raises(ImageAccessError, match=refused):
            of(guarded.address, password="wrong").push_image("model:1", layout)

    def test_without_credentials_they_are_asked_for(self, guarded: DockerRegistry) -> None:
        with pytest.raises(ImageAccessError, match=r"asks who is there; give the registry credentials$"):
            anonymous(guarded.address).image_digest("model:1")

    def test_a_password_that_is_only_a_reference_says_where_its_value_comes_from(self, guarded: DockerRegistry) -> None:
        registry = DefaultContainerRegistry(name="r", uri=guarded.address, username="ada", password=Secret("hub.password"))
        with pytest.raises(SecretNotResolvedError, match=r"hub\.password"):
            registry.image_digest("model:1")

    def test_credentials_are_not_sent_before_they_are_asked_for(self, server: DockerRegistry) -> None:
        with proxy(server.address, through) as watched, pytest.raises(LookupError):
            of(watched.address).tags("nothing")
        assert [request.headers.get("authorization") for request in watched.seen] == [None]


class TestTokens:
    def test_a_token_is_got_for_the_image_and_used_for_all_of_it(
        self, server: DockerRegistry, layout: Path, tmp_path: Path, namespace: str
    ) -> None:
        authority = TokenAuthority()
        with proxy(server.address, authority) as guarded:
            registry = of(f"{guarded.address}/{namespace}")
            digest = registry.push_image("model:1", layout)
            assert [request.query for request in authority.asked] == [
                {"service": ["registry, of tests"], "scope": [f"repository:{namespace}/model:pull,push"]}
            ]
            assert registry.pull_image("model:1", tmp_path / "pulled") == digest
            assert registry.tags("model") == ["1"]
        assert {request.query["scope"][0] for request in authority.asked[1:]} == {f"repository:{namespace}/model:pull"}

    def test_tokens_for_everybody_are_got_without_credentials(
        self, server: DockerRegistry, layout: Path, namespace: str
    ) -> None:
        with proxy(server.address, TokenAuthority(username="")) as guarded:
            registry = anonymous(f"{guarded.address}/{namespace}")
            assert registry.push_image("model:1", layout) == registry.image_digest("model:1")

    @pytest.mark.parametrize("uses", [5, 8])
    def test_a_token_that_runs_out_is_renewed(
        self, server: DockerRegistry, layout: Path, tmp_path: Path, namespace: str, uses: int
    ) -> None:
        authority = TokenAuthority(uses=uses)
        with proxy(server.address, authority) as guarded:
            registry = of(f"{guarded.address}/{namespace}", chunk_size=100)
            digest = registry.push_image("model:1", layout)
            assert registry.pull_image("model:1", tmp_path / "pulled") == digest
        assert len(authority.asked) > 2

    def test_another_repository_is_mounted_from_with_a_token_for_both(
        self, server: DockerRegistry, layout: Path, namespace: str
    ) -> None:
        authority = TokenAuthority()
        with proxy(server.address, authority) as guarded:
            registry = of(f"{guarded.address}/{namespace}")
            registry.push_image("model:1", layout)
            registry.push_image("other:1", layout)
        scopes = authority.asked[-1].query["scope"]
        assert scopes == [f"repository:{namespace}/other:pull,push", f"repository:{namespace}/model:pull"]

    def test_credentials_that_the_authorization_server_refuses(self, server: DockerRegistry, layout: Path) -> None:
        with proxy(server.address, TokenAuthority()) as guarded:
            with pytest.raises(ImageAccessError, match=r"^http://127.*: refuses the credentials; check the user name"):
                of(guarded.address, username="eve").push_image("model:1", layout)
            with pytest.raises(ImageAccessError, match=r"^http://127.*: gives no token to everybody; give the registry cred"):
                anonymous(guarded.address).push_image("model:1", layout)

    def test_a_registry_that_takes_no_token_at_all_is_given_up(self, server: DockerRegistry) -> None:
        authority = TokenAuthority(uses=0)
        with proxy(server.address, authority) as guarded, pytest.raises(ImageAccessError, match="refuses access"):
            of(guarded.address).tags("model")
        assert len(authority.asked) < 10

    @pytest.mark.parametrize(
        "body",
        [b"", b"no json", b"[]", b'{"token": 5}', b'{"token": ""}', b'{"token": "a\\nb"}', b"[" * 100_000, b"1" * 5_000_000],
    )
    def test_an_authorization_server_that_talks_nonsense_is_told_in_one_line(self, server: DockerRegistry, body: bytes) -> None:
        def nonsense(request: Request, forward: Forward) -> Reply:
            return Reply(200, {}, body) if request.path == "/token" else TokenAuthority()(request, forward)

        with proxy(server.address, nonsense) as guarded, pytest.raises(ImageTransferError) as caught:
            of(guarded.address).tags("model")
        assert len(str(caught.value).splitlines()) == 1
        assert len(str(caught.value)) < 300

    @pytest.mark.parametrize(
        "realm", ["http://example.org/token", "ftp://127.0.0.1/token", "https://[", "http://[::2]/", "file:///x"]
    )
    def test_credentials_are_not_sent_without_tls_to_another_machine(self, server: DockerRegistry, realm: str) -> None:
        with proxy(server.address, TokenAuthority(realm=realm)) as guarded, pytest.raises(ImageTransferError, match="leads to"):
            of(guarded.address).tags("model")

    @pytest.mark.parametrize("header", ["", "Bearer", 'Bearer service="x"', "Negotiate", "Basic", ",,,", 'Bearer realm="'])
    def test_a_challenge_that_cannot_be_met_is_refused(self, server: DockerRegistry, header: str) -> None:
        def challenges(request: Request, forward: Forward) -> Reply:  # noqa: ARG001 - a rule
            return Reply(401, {"www-authenticate": header})

        with proxy(server.address, challenges) as guarded, pytest.raises(ImageAccessError):
            of(guarded.address).tags("model")


class TestSecrecy:
    def test_a_redirect_to_another_host_is_not_told_who_asks(
        self, server: DockerRegistry, layout: Path, tmp_path: Path, namespace: str
    ) -> None:
        authority = TokenAuthority()
        with proxy(server.address, through) as storage:

            def redirects(request: Request, forward: Forward) -> Reply:
                reply = authority(request, forward)
                if request.method == "GET" and "/blobs/sha256" in request.path and reply.status == 200:
                    return Reply(307, {"location": f"http://{storage.address}{request.target}"})
                return reply

            with proxy(server.address, redirects) as guarded:
                registry = of(f"{guarded.address}/{namespace}")
                digest = registry.push_image("model:1", layout)
                assert registry.pull_image("model:1", tmp_path / "pulled") == digest
        assert len(storage.seen) == 3
        assert [request.headers.get("authorization") for request in storage.seen] == [None] * 3

    def test_an_upload_that_leads_to_another_host_is_not_told_who_asks(
        self, server: DockerRegistry, layout: Path, namespace: str
    ) -> None:
        authority = TokenAuthority()
        with proxy(server.address, through) as storage:

            def elsewhere(request: Request, forward: Forward) -> Reply:
                reply = authority(request, forward)
                place = reply.headers.get("location", "").replace(request.headers["host"], storage.address)
                return attrs.evolve(reply, headers={**reply.headers, "location": place}) if place else reply

            with proxy(server.address, elsewhere) as guarded:
                registry = of(f"{guarded.address}/{namespace}")
                assert registry.push_image("model:1", layout) == registry.image_digest("model:1")
        assert storage.seen
        assert {request.headers.get("authorization") for request in storage.seen} == {None}

    def test_where_the_authorization_server_redirects_to_is_not_told_who_asks(self, server: DockerRegistry) -> None:
        with proxy(server.address, TokenAuthority(username="")) as other:

            def redirects(request: Request, forward: Forward) -> Reply:
                if request.path == "/token":
                    return Reply(302, {"location": f"http://{other.address}{request.target}"})
                return TokenAuthority()(request, forward)

            with proxy(server.address, redirects) as guarded, pytest.raises(ImageAccessError):
                of(guarded.address).tags("model")
        assert other.seen
        assert {request.headers.get("authorization") for request in other.seen} == {None}

    @pytest.mark.parametrize(
        "place", ["http://example.org/x", "ftp://127.0.0.1/", "//example.org", "http://[", "file:///etc/passwd"]
    )
    def test_what_leads_away_without_tls_is_refused(self, server: DockerRegistry, place: str) -> None:
        def leads(request: Request, forward: Forward) -> Reply:  # noqa: ARG001 - a rule
            return Reply(307, {"location": place})

        with proxy(server.address, leads) as leading, pytest.raises(ImageTransferError, match="leads to"):
            of(leading.address).image_digest("model:1")

    def test_redirects_without_end_are_given_up(self, server: DockerRegistry) -> None:
        def leads(request: Request, forward: Forward) -> Reply:  # noqa: ARG001 - a rule
            return Reply(307, {"location": f"{request.target}x"})

        with proxy(server.address, leads) as leading, pytest.raises(ImageTransferError, match="redirects for ever"):
            of(leading.address).image_digest("model:1")
        assert len(leading.seen) < 10

    def test_a_registry_that_repeats_what_it_was_told_is_not_repeated(
        self, server: DockerRegistry, layout: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        secrets = (PASSWORD, basic("ada").partition(" ")[2])

        def repeats(request: Request, forward: Forward) -> Reply:  # noqa: ARG001 - a rule
            message = f"you are {PASSWORD} or {request.headers.get('authorization')}".encode()
            body = b'{"errors":[{"code":"DENIED","message":"' + message + b'"}]}'
            status = 403 if "authorization" in request.headers else 401
            return Reply(status, {"www-authenticate": 'Basic realm="x"'}, body)

        with proxy(server.address, repeats) as repeating, pytest.raises(ImageAccessError) as caught:
            of(repeating.address).push_image("model:1", layout)
        told = "".join(traceback.format_exception(caught.value)) + caplog.text + repr(caught.value)
        assert "DENIED" in told
        assert [secret for secret in secrets if secret in told] == []

    def test_nothing_that_is_logged_or_shown_holds_a_password_or_a_token(
        self, server: DockerRegistry, layout: Path, namespace: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        authority = TokenAuthority()
        with proxy(server.address, authority) as guarded:
            registry = of(f"{guarded.address}/{namespace}")
            registry.push_image("model:1", layout)
        assert caplog.text
        secrets = (PASSWORD, basic("ada").partition(" ")[2], *authority.left)
        shown = f"{caplog.text}{registry!r}{vars(registry)}{Credentials('ada', Secret.plain(PASSWORD))!r}"
        assert [secret for secret in secrets if secret in shown] == []
