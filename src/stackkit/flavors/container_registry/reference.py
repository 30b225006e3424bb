"""Names of images, by the grammar of OCI references: `[host[:port]/]path[:tag][@digest]`."""

from __future__ import annotations

import ipaddress
import re
import reprlib
from typing import Final

import attrs
from typing_extensions import override

from stackkit.errors import ConfigurationError, Problem
from stackkit.flavors.container_registry.protocol.digests import is_digest

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_HOST = re.compile(rf"(?P<name>{_LABEL}(?:\.{_LABEL})*|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{{1,5}}))?")
_PART = re.compile(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")

LONGEST: Final = 255
"""How many characters the host and the path of an image may have together."""

DEFAULT_TAG: Final = "latest"


@attrs.frozen
class Address:
    """Where a registry is, and where in it images belong.

    Args:
        host: `host` or `host:port`.
        namespace: What the paths of its images begin with; empty for none.
    """

    host: str
    namespace: str = ""

    @property
    def is_loopback(self) -> bool:
        """Whether it is on this machine.

        >>> [Address(host).is_loopback for host in ("localhost:5000", "127.0.0.9", "[::1]:80", "ghcr.io", "localhost.org")]
        [True, True, True, False, False]
        """
        found = _HOST.fullmatch(self.host)
        name = found["name"].strip("[]").lower() if found else ""
        try:
            return ipaddress.ip_address(name).is_loopback
        except ValueError:
            return name == "localhost" or name.endswith(".localhost")

    @override
    def __str__(self) -> str:
        return f"{self.host}/{self.namespace}" if self.namespace else self.host


@attrs.frozen
class Reference:
    """One image of a registry.

    Args:
        path: Its path in the registry, namespace included.
        tag: Its tag; empty where only the digest counts.
        digest: Its digest; empty where only the tag counts.
    """

    path: str
    tag: str = ""
    digest: str = ""

    @property
    def version(self) -> str:
        """What a registry is asked for: the digest where there is one, else the tag."""
        return self.digest or self.tag

    @override
    def __str__(self) -> str:
        return self.path + (f":{self.tag}" if self.tag else "") + (f"@{self.digest}" if self.digest else "")


def parse_address(uri: str) -> Address:
    """The address of a registry from its text.

    Args:
        uri: `host`, `host:port` or `host/namespace`, without a scheme.

    Raises:
        ConfigurationError: It is not of that form.

    >>> parse_address("localhost:5000/team")
    Address(host='localhost:5000', namespace='team')
    """
    if "://" in uri:
        remedy = f"write {uri.partition('://')[2].rstrip('/') or 'the host'} alone"
        raise _refused(uri, "begins with a scheme, and image names do not", where="uri", remedy=remedy)
    host, slash, namespace = uri.partition("/")
    if not _is_host(host):
        raise _refused(uri, "has no host as image names have it", where="uri", remedy="write host, host:port or host/namespace")
    if slash:
        _check_path(uri, namespace, where="uri")
    return Address(host, namespace)


def parse_reference(image: str, address: Address) -> Reference:
    """An image of a registry from its name.

    Args:
        image: `path`, `path:tag` or `path@digest`, with or without the registry's address before it. Without tag and
            digest, the tag is `latest`.
        address: The registry's.

    Raises:
        ConfigurationError: It is no name of an image, or one of another registry or namespace.

    >>> str(parse_reference("localhost:5000/team/model:1", Address("localhost:5000", "team")))
    'team/model:1'
    >>> str(parse_reference("model", Address("localhost:5000", "team")))
    'team/model:latest'
    """
    name, at, digest = image.partition("@")
    path, tag = _split_tag(name)
    problems: list[Problem] = []
    if at and not is_digest(digest):
        what = f"{reprlib.repr(digest)} is no digest"
        problems.append(Problem(what, where=_shown(image), remedy="write sha256: and its 64 digits, in lower case"))
    if tag is not None and not _TAG.fullmatch(tag):
        remedy = "use at most 128 letters, digits, and _ . - after the first"
        problems.append(Problem(f"{reprlib.repr(tag)} is no tag", where=_shown(image), remedy=remedy))
    if problems:
        raise ConfigurationError(*problems)
    return Reference(_absolute_path(image, path, address), tag or ("" if at else DEFAULT_TAG), digest)


def parse_repository(repository: str, address: Address) -> str:
    """The path of a repository, the namespace included.

    Args:
        repository: Its name, with or without the registry's address before it.
        address: The registry's.

    Raises:
        ConfigurationError: It is no name of a repository, or has a tag or a digest.
    """
    if "@" in repository or _split_tag(repository)[1] is not None:
        raise _refused(repository, "has a tag or a digest", remedy="write the name alone")
    return _absolute_path(repository, repository, address)


def _absolute_path(image: str, path: str, address: Address) -> str:
    first, slash, rest = path.partition("/")
    if slash and first == address.host:
        path, known = rest, True
    elif slash and ("." in first or ":" in first or first == "localhost"):
        raise _refused(image, f"is of another registry than {address}", remedy="name an image of this one")
    else:
        known = False
    _check_path(image, path)
    if known and address.namespace and not path.startswith(f"{address.namespace}/"):
        raise _refused(image, f"is outside of {address}", remedy=f"begin it with {address}/")
    absolute = path if known or not address.namespace else f"{address.namespace}/{path}"
    if len(address.host) + 1 + len(absolute) > LONGEST:
        raise _refused(image, f"has more than {LONGEST} characters", remedy="choose a shorter name")
    return absolute


def _split_tag(name: str) -> tuple[str, str | None]:
    """A name and its tag, which comes after the last colon, unless that belongs to a port."""
    path, colon, tag = name.rpartition(":")
    return (path, tag) if colon and "/" not in tag else (name, None)


def _is_host(host: str) -> bool:
    found = _HOST.fullmatch(host)
    if found is None or (found["port"] and not 0 < int(found["port"]) < 2**16):
        return False
    if not found["name"].startswith("["):
        return True
    try:
        ipaddress.IPv6Address(found["name"].strip("[]"))
    except ValueError:
        return False
    return True


def _check_path(text: str, path: str, where: str = "") -> None:
    for part in path.split("/"):
        if not _PART.fullmatch(part):
            what = f"{reprlib.repr(part)} is no part of an image's name" if part else "has an empty part"
            remedy = "use lower case letters and digits, joined by . _ __ or -"
            raise _refused(text, what, where=where, remedy=remedy)


def _refused(text: str, what: str, *, remedy: str, where: str = "") -> ConfigurationError:
    place = f"{where}: {_shown(text)}" if where else _shown(text)
    return ConfigurationError(Problem(what, where=place, remedy=remedy))


def _shown(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
