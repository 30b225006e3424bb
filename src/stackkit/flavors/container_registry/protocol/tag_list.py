"""The tags of a repository, page after page."""

from __future__ import annotations

import re
from typing import Final

from stackkit.errors import ImageNotFoundError, ImageTransferError, InvalidImageError, Problem
from stackkit.flavors.container_registry.protocol.connection import Connection
from stackkit.flavors.container_registry.protocol.json_reading import read_object

_NEXT = re.compile(r'<(?P<url>[^>]*)>\s*;[^,]*\brel="?next"?')
_PAGE: Final = 1000
MOST_PAGES: Final = 1000
"""How many pages of tags a repository may have."""

_OK: Final = 200
_NOT_FOUND: Final = 404


def list_tags(connection: Connection, repository: str) -> list[str]:
    """The tags of a repository, sorted.

    Args:
        connection: The registry.
        repository: The repository's path.

    Raises:
        ImageNotFoundError: There is no such repository.
        ImageError: The registry refuses, cannot be reached, or gives pages without end.
    """
    found: set[str] = set()
    seen: set[str] = set()
    url = connection.url(f"{repository}/tags/list?n={_PAGE}")
    while url not in seen and len(seen) < MOST_PAGES:
        seen.add(url)
        answer = connection.call("GET", url)
        if answer.status == _NOT_FOUND:
            remedy = "push an image to it first, or name another"
            raise ImageNotFoundError(Problem("is not in the registry", where=repository, remedy=remedy))
        if answer.status != _OK:
            raise answer.refusal(repository, connection.secrets)
        try:
            found.update(read_object(answer.body, repository).texts("tags"))
        except InvalidImageError as error:
            raise ImageTransferError(*error.problems) from error
        following = _NEXT.search(answer.headers.get("link", ""))
        if following is None:
            return sorted(found)
        url = connection.follow(url, following["url"])
    raise ImageTransferError(Problem("gives pages of tags without end", where=repository, remedy="ask who runs the registry"))
