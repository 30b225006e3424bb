"""What a registry asks for: the `WWW-Authenticate` header."""

from __future__ import annotations

import re
from collections.abc import Mapping

import attrs

_PARAMETER = re.compile(r'(?P<name>[\w-]+)\s*=\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>[^\s,"]+))')
_SCHEME = re.compile(r"(?P<scheme>[A-Za-z][\w-]*)(?=\s|,|$)")
_BETWEEN = re.compile(r"[\s,]*")


@attrs.frozen
class Challenge:
    """One way to be let in.

    Args:
        scheme: Its name in lower case: `bearer`, `basic`.
        parameters: What comes with it, by names in lower case.
    """

    scheme: str
    parameters: Mapping[str, str]


def read_challenges(header: str) -> list[Challenge]:
    """The ways that a header offers; it is read as far as it can be.

    Args:
        header: The header; several of one name are joined by commas.

    >>> read_challenges('Bearer realm="https://auth.example/token",service="r", Basic realm=x')[0].parameters["service"]
    'r'
    """
    found: list[tuple[str, dict[str, str]]] = []
    at = 0
    while at < len(header):
        at = _end(_BETWEEN.match(header, at), at)
        parameter, scheme = _PARAMETER.match(header, at), _SCHEME.match(header, at)
        if parameter and found:
            quoted = parameter["quoted"]
            value = parameter["plain"] if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
            found[-1][1].setdefault(parameter["name"].lower(), value)
        elif scheme:
            found.append((scheme["scheme"].lower(), {}))
            parameter = None
        else:
            break
        at = _end(parameter or scheme, at)
    return [Challenge(scheme, parameters) for scheme, parameters in found]


def _end(found: re.Match[str] | None, otherwise: int) -> int:
    return found.end() if found else otherwise
