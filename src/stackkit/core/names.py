"""What to say about names: one that is not known, and many at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

SHOWN: Final = 12
"""How many names a message lists."""
_LIKE: Final = 0.6
"""From which share of common letters on a name may be the one that was meant."""


def closest(name: str, names: Iterable[str]) -> str | None:
    """The name that is most like another, if any is: what `difflib.get_close_matches` finds, which compares all of them.

    Args:
        name: What somebody wrote.
        names: What they may have meant.

    >>> closest("retires", ["retries", "regions"]), closest("x", ["path"])
    ('retries', None)
    """
    letters = set(name)
    bounds = ((2 * min(sum(map(letters.__contains__, n)), len(name)) / ((len(n) + len(name)) or 1), n) for n in names)
    likely = sorted(((bound, n) for bound, n in bounds if bound >= _LIKE), reverse=True)  # no more can be shared
    if not likely:
        return None
    import difflib  # a mistake was made: only now, and for few names, as it is slow

    matcher = difflib.SequenceMatcher(b=name)
    best = (0.0, "")
    for bound, candidate in likely:
        if bound < max(best[0], _LIKE):
            break
        matcher.set_seq1(candidate)
        best = max(best, (matcher.ratio(), candidate))
    return best[1] if best[0] >= _LIKE else None


def suggestion(name: str, names: Iterable[str], otherwise: str | None = None) -> str:
    """A similar name, or else those there are.

    Args:
        name: What somebody wrote.
        names: What there is.
        otherwise: What to say instead, where nothing is similar.

    >>> suggestion("prdo", ["prod", "dev"]), suggestion("x", ["prod", "dev"]), suggestion("x", [])
    ('did you mean prod?', 'there are dev, prod', 'there are none')
    >>> suggestion("x", ["prod"], "register it first")
    'register it first'
    """
    known = sorted(names)
    close = closest(name, known)
    if close is not None:
        return f"did you mean {close}?"
    if otherwise is not None:
        return otherwise
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
