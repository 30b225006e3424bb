"""What to say about names: one that is not known, and many at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

SHOWN: Final = 12
"""How many names a message lists."""


def suggestion(name: str, names: Iterable[str]) -> str:
    """A similar name, or else those there are.

    >>> suggestion("prdo", ["prod", "dev"]), suggestion("x", ["prod", "dev"]), suggestion("x", [])
    ('did you mean prod?', 'there are dev, prod', 'there are none')
    """
    import difflib  # a name was wrong: only now

    known = sorted(names)
    close = difflib.get_close_matches(name, known, 1)
    if close:
        return f"did you mean {close[0]}?"
    return f"there are {listed(known)}" if known else "there are none"


def listed(names: Iterable[str]) -> str:
    """Names in a row: the first ones, and how many more there are.

    >>> listed(f"s{number}" for number in range(14))
    's0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11 and 2 more'
    """
    known = list(names)
    more = f" and {len(known) - SHOWN} more" if len(known) > SHOWN else ""
    return ", ".join(known[:SHOWN]) + more


def titled(slug: str) -> str:
    """The slug of a component type in words, with the article that it takes.

    >>> titled("artifact_store"), titled("model_deployer")
    ('an artifact store', 'a model deployer')
    """
    return f"{'an' if slug[:1] in 'aeiou' else 'a'} {slug.replace('_', ' ')}"
