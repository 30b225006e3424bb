"""What a registry answers, and the errors that follow from it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import attrs

from stackkit.errors import ImageAccessError, ImageError, ImageTransferError, InvalidImageError, Problem
from stackkit.flavors.container_registry.protocol.json_reading import read_object

_CODE = re.compile(r"[A-Z][A-Z0-9_]{0,63}")
_LONGEST_MESSAGE: Final = 200
_PASSING: Final = frozenset({408, 429, 500, 502, 503, 504})


class Interrupted(Exception):  # noqa: N818 - never seen by callers: they get the error that it carries
    """A request that may be repeated: the connection broke off, or the registry cannot answer just now.

    Args:
        error: What to tell when repeating does not help.
        wait: For how many seconds the registry asks to be left alone.
    """

    def __init__(self, error: ImageTransferError, wait: float = 0.0) -> None:
        super().__init__(error)
        self.error = error
        self.wait = wait


@attrs.frozen
class Answer:
    """An answer, all of it.

    Args:
        status: Its number.
        headers: Its headers, by names in lower case.
        body: Its content; of an error, only the beginning.
        url: Where it comes from.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str

    @property
    def is_passing(self) -> bool:
        """Whether the registry cannot answer just now, and may later."""
        return self.status in _PASSING

    def refusal(self, what: str, secrets: tuple[str, ...] = ()) -> ImageError:
        """The error of an answer that is not the wanted one.

        Args:
            what: What was being done, as the place of the error.
            secrets: What must not be repeated, whatever the registry says.
        """
        said = self._said(secrets)
        if self.status in (401, 403):
            problem = Problem(f"the registry refuses access{said}", where=what, remedy="check the credentials and their rights")
            return ImageAccessError(problem)
        problem = Problem(f"the registry answers {self.status}{said}", where=what)
        return ImageTransferError(problem)

    @property
    def code(self) -> str:
        """The code of the first error that it tells of; empty where there is none."""
        return self._first_error()[0]

    def _said(self, secrets: tuple[str, ...]) -> str:
        """What the registry itself says of it: the code and the message of its first error."""
        code, message = self._first_error()
        if any(secret in message for secret in secrets if secret):
            message = ""
        message = f"{message[:_LONGEST_MESSAGE]}…" if len(message) > _LONGEST_MESSAGE else message
        told = ", ".join(filter(None, (code, message)))
        return f" ({told})" if told else ""

    def _first_error(self) -> tuple[str, str]:
        try:
            errors = read_object(self.body, "").children("errors")
            code, message = errors[0].text("code", ""), errors[0].text("message", "")
        except (InvalidImageError, IndexError):
            return "", ""
        return (code if _CODE.fullmatch(code) else ""), message
