"""The registries of the internet, all of them one on this machine: a proxy leads there, and certificates vouch for it."""

from __future__ import annotations

import datetime as dt
import select
import socket
import threading
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import ClassVar

import attrs
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.flavors.container_registry.docker_registry import DockerRegistry, docker_registry, htpasswd
from typing_extensions import override

PASSWORD = "hunter2"
USERS = ("ada", "token", "oauth2accesstoken", "_json_key", "00000000-0000-0000-0000-000000000000")
HOSTS = ("registry-1.docker.io", "ghcr.io", "europe-west3-docker.pkg.dev", "eu.gcr.io", "models.azurecr.io", "localhost")


_SIGNS_CERTIFICATES = x509.KeyUsage(
    key_cert_sign=True,
    crl_sign=True,
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    encipher_only=False,
    decipher_only=False,
)


@attrs.frozen
class Internet:
    """Where everything is.

    Args:
        proxy: The address of the proxy, for the environment variable `HTTPS_PROXY`.
        ca_file: The certificate of the authority that vouches for the registry, under every name.
        registry: The registry.
        asked: For which hosts the proxy was asked.
    """

    proxy: str
    ca_file: Path
    registry: DockerRegistry
    asked: list[str]


@contextmanager
def internet(folder: Path) -> Generator[Internet]:
    """A registry behind a proxy, while the block runs; it lets in who knows the password.

    Args:
        folder: An empty folder.
    """
    write_certificates(folder, HOSTS)
    htpasswd(folder / "users", [(user, PASSWORD) for user in USERS])
    certificate = f"{{certificate: {folder / 'server.pem'}, key: {folder / 'server.key'}}}"
    lines = (
        f'http: {{addr: "127.0.0.1:0", tls: {certificate}}}',
        f"auth: {{htpasswd: {{realm: tests, path: {folder / 'users'}}}}}",
    )
    with ExitStack() as stack:
        registry = stack.enter_context(docker_registry(folder, *lines))
        asked: list[str] = []
        proxy = stack.enter_context(_proxy(registry.address, asked))
        yield Internet(proxy, folder / "ca.pem", registry, asked)


@contextmanager
def _proxy(registry: str, asked: list[str]) -> Generator[str]:
    """A proxy that leads everybody to one place."""
    host, _, port = registry.partition(":")
    handler = type("Handler", (_Tunnel,), {"place": (host, int(port)), "asked": asked})
    with ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


class _Tunnel(BaseRequestHandler):
    place: ClassVar[tuple[str, int]]
    asked: ClassVar[list[str]]

    @override
    def handle(self) -> None:
        client: socket.socket = self.request
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += client.recv(1)
        method, target, *_ = head.decode().split()
        self.asked.append(f"{method} {target}")
        with suppress(OSError), socket.create_connection(self.place) as registry:
            client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            ends = {client: registry, registry: client}
            while True:
                for ready in select.select([*ends], [], [])[0]:
                    data = ready.recv(65536)
                    if not data:
                        return
                    ends[ready].sendall(data)


def write_certificates(folder: Path, hosts: Sequence[str]) -> None:
    """Write `ca.pem`, the certificate of an authority, and `server.pem` and `server.key`, which it vouches for.

    Args:
        folder: Where to.
        hosts: The names of the server.
    """
    ca_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    ca_name, name = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)]) for text in ("authority of tests", "registry"))
    identifier = x509.SubjectKeyIdentifier.from_public_key(ca_key.public_key())
    ca = _builder(ca_name, ca_name, ca_key).add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    ca = ca.add_extension(identifier, critical=False).add_extension(_SIGNS_CERTIFICATES, critical=True)
    names = x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts])
    authority = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)  # Python 3.13 asks for it
    server = _builder(name, ca_name, key).add_extension(names, critical=False).add_extension(authority, critical=False)
    for file, made in (("ca.pem", ca.sign(ca_key, hashes.SHA256())), ("server.pem", server.sign(ca_key, hashes.SHA256()))):
        (folder / file).write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "server.key").write_bytes(key.private_bytes(*plain))


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number()).not_valid_before(now - dt.timedelta(days=1))
    return made.not_valid_after(now + dt.timedelta(days=1))
