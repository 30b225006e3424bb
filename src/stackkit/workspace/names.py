"""What to say when a name is not known."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def suggestion(name: str, names: Iterable[str]) -> str:
    """A similar name, or else those there are.

    >>> suggestion("prdo", ["prod", "dev"]), suggestion("x", ["prod", "dev"]), suggestion("x", [])
    ('did you mean prod?', 'there are dev, prod', 'there are none')
    """
    known = sorted(names)
    close = difflib.get_close_matches(name, known, 1)
    if close:
        return f"did you mean {close[0]}?"
    shown = ", ".join(known[:SHOWN]) + (f" and {len(known) - SHOWN} more" if len(known) > SHOWN else "")
    return f"there are {shown}" if known else "there are none"


SHOWN = 12
"""How many names a message lists."""
