"""Looking for a value where none should be: in texts, bytes, errors, and what errors carry along."""

from __future__ import annotations

import base64
import pickle
import traceback
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Final

import attrs
import pytest
from hypothesis import strategies as st

from stackkit import StackkitError

words: Final = st.text("ghjkmnpqrstvwxyz", min_size=16, max_size=16).filter(
    lambda word: len(set(word[:8])) > 3 < len(set(word[8:]))  # so that neither half stands anywhere by chance
)
"""Words that stand nowhere else; what is looked for is the word, and half of it too."""


@attrs.frozen
class Leaks:
    """Where a word of a value is shown that should not be.

    Args:
        word: The word, one of `words`.
        owner: The class whose secret it is; what the functions of its module keep in variables is looked at too.
        found: The places, filled while looking.
    """

    word: str
    owner: type
    found: list[str] = attrs.field(factory=list[str])

    def look_in(self, place: str, text: str) -> None:
        """Look in a text.

        Args:
            place: What to call it.
            text: The text.
        """
        if self.word[:8] in text or self.word[8:] in text:
            self.found.append(place)

    def look_in_bytes(self, place: str, content: bytes) -> None:
        """Look in bytes: for the word in UTF-8, in hexadecimal and in base64, wherever it begins.

        Args:
            place: What to call them.
            content: The bytes.
        """
        plain = self.word.encode()
        encoded = [base64.b64encode(b" " * shift + plain)[4:-4] for shift in range(3)]
        if any(form in content for form in (plain[:8], plain[8:], plain.hex().encode(), *encoded)):
            self.found.append(place)

    def look_in_error(self, error: BaseException) -> None:
        """Look in all that is shown with an error.

        Args:
            error: The error, as it was caught.
        """
        kind = type(error).__name__
        self.look_in(f"{kind}: str", str(error))
        self.look_in(f"{kind}: repr", repr(error))
        self.look_in(f"{kind}: traceback", "".join(traceback.format_exception(error)))
        self.look_in_bytes(f"{kind}: pickle", pickle.dumps(error))
        for link in _chain(error):
            self.look_in(f"{kind}: {type(link).__name__} in its chain", f"{link!r}{link.args!r}{vars(link)!r}")
            for name, variables in self._frames(link.__traceback__):
                self.look_in(f"{kind}: local variables of {name}", repr(variables))

    def look_in_error_of(self, action: Callable[[], object]) -> None:
        """Look in what is raised.

        Args:
            action: What must be refused.
        """
        try:
            action()
        except StackkitError as error:
            self.look_in_error(error)
        else:
            pytest.fail("refuses nothing, so nothing was tested")

    def _frames(self, trace: TracebackType | None) -> Iterator[tuple[str, dict[str, object]]]:
        """The functions of stackkit and of the owner's module that an error went through, with their local variables.

        Those of the laws hold the value, since they have made it.
        """
        for frame, _ in traceback.walk_tb(trace):
            module = str(frame.f_globals.get("__name__"))
            of_the_kit = module.startswith("stackkit.") and not module.startswith("stackkit.testing.")
            if of_the_kit or module == self.owner.__module__:
                yield frame.f_code.co_name, frame.f_locals


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    if error is not None:
        yield error
        yield from _chain(error.__cause__)
        yield from _chain(error.__context__)
