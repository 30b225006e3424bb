"""How mistakes are told: keys that are not known, and what the code of others raised."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from stackkit.core.names import suggestion
from stackkit.errors import Problem, StackkitError
from stackkit.serialization.codecs.builtin_values import SHOWN, shown

NAMED = 20
"""How many unknown keys are named; a document that has more is another document."""
LONGEST = 200
"""How many characters of a foreign message are shown."""


def unknown_keys(keys: Iterable[object], known: Collection[str], what: str) -> list[Problem]:
    """The keys that are not known, each with the one that was meant or all there are.

    Args:
        keys: The keys of an object.
        known: The keys it may have.
        what: What is wrong with any other.

    >>> print(*unknown_keys(["retires"], ["retries", "path"], "has no such field"))
    retires: has no such field; did you mean retries?
    """
    unknown = [key for key in keys if key not in known]
    problems = [_unknown(key, known, what) for key in unknown[:NAMED]]
    if len(unknown) > NAMED:
        problems.append(Problem(f"{len(unknown) - NAMED} more keys are not known"))
    return problems


def _unknown(key: object, known: Collection[str], what: str) -> Problem:
    if not isinstance(key, str):
        return Problem(f"{what}: a key is no text but a {type(key).__name__}")
    remedy = suggestion(key[:SHOWN], known, f"it has {', '.join(known) or 'none'}")
    return Problem(what, where=shown(key), remedy=remedy)


def said(error: Exception) -> tuple[Problem, ...]:
    """What an error says, in lines for people.

    Args:
        error: What a user's validator, hook or class raised.

    >>> said(ValueError("too many", 7))[0].what
    'too many'
    """
    if isinstance(error, StackkitError):
        return error.problems
    first: object = error.args[0] if error.args else ""
    text = first if isinstance(first, str) and first else _text(error)
    return (Problem(text.strip().splitlines()[0][:LONGEST] if text.strip() else type(error).__name__),)


def _text(error: Exception) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - it is the user's code
        return ""
