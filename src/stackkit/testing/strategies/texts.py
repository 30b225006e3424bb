"""Texts: any, those that some format or some reader of it takes for something else, and those that are names."""

from __future__ import annotations

import string
from collections.abc import Iterable
from typing import Final

from hypothesis import strategies as st

from stackkit.testing.strategies.constraints import Constraints

ODD_TEXTS: Final = (
    "", " ", "~", "null", "Null", "true", "True", "no", "NO", "on", "off", "y", "n", "yes", "=", "<<", "-", "?", ":", "#", "%",
    "1", "-1", "+1", "007", "0o7", "0x1F", "1_000", "1:30", "1:30:00", "1e5", "1.5", ".5", "5.", "-.inf", ".nan", ".NaN",
    "1e400", "2020-01-01", "2020-01-01T00:00:00Z", "- a", "a: b", "a #b", "&a", "*a", "!a", "|", ">", "@", "`", "'", '"', "{",
    "[", "]", ",", "---", "...", "\n", "\r\n", "\r", "\t", " a", "a ", "a\nb", "a\n", "\na", "a\n\n", "\x00", "\x07", "\x1b",
    "\x7f", "\x85", "a\x85b", "\u2028", "a\u2029b", "\ufeff", "\ufeffa", "a\ufeff", "\u200b", "\u202e", "\ud7ff", "\ue000",
    "\ufffd", "\ufffe", "\uffff", "\U0001f600", "\U0010ffff", "e\u0301", "\xa0", "$secret", "$$", "${a.b}", "\\", "\\n",
    "x" * 200, "word " * 60,
)  # fmt: skip
"""Texts that some format, or some reader of it, takes for something else."""

component_names: Final = st.text(f"{string.ascii_letters}{string.digits}_.-", min_size=1, max_size=20).filter(
    lambda name: name[0] not in "_.-"
)
"""Names that a workspace keeps components under."""

_words: Final = st.text(f"{string.ascii_letters}{string.digits}_-", min_size=1, max_size=12)
_dotted: Final = st.text(f"{string.ascii_letters}{string.digits}_.-", min_size=1, max_size=12)

secret_references: Final = st.tuples(_words, _dotted).map(".".join)
"""`name.key`, as `Secret` takes it."""

_lower: Final = st.text(string.ascii_lowercase, min_size=1, max_size=8)
slugs: Final = st.sampled_from(["artifact_store", "secrets_manager", "alerter"]) | st.lists(_lower, min_size=1, max_size=3).map(
    "_".join
)
"""Slugs of component types."""

_segments: Final = st.text(f"{string.ascii_letters}{string.digits}_.- é%", min_size=1, max_size=8).filter(
    lambda segment: segment.strip(". ") != ""
)
_folders: Final = st.lists(_segments, min_size=1, max_size=3).map("/".join)


def texts(asked: Constraints) -> st.SearchStrategy[str]:
    """Texts of some lengths, or of a pattern."""
    if asked.pattern is not None:
        return st.from_regex(asked.pattern, fullmatch=asked.is_whole)
    any_text = st.text(min_size=asked.shortest, max_size=asked.longest)
    odd = [text for text in ODD_TEXTS if asked.has_length(len(text))]
    return any_text | st.sampled_from(odd) if odd else any_text


def keys(asked: Constraints) -> st.SearchStrategy[str]:
    """Keys of mappings, some of which look like the marks of documents."""
    if asked != Constraints():
        return texts(asked)
    return texts(asked) | st.text(string.ascii_letters, max_size=8).map("${}".format)


def addresses(schemes: Iterable[str]) -> st.SearchStrategy[str]:
    """Paths with one of some schemes; the empty scheme stands for plain paths.

    Args:
        schemes: `SUPPORTED_SCHEMES` of a flavor.
    """
    both = (
        st.one_of(_folders.map(f"{scheme}{{}}".format), _folders.map(f"{scheme}/{{}}".format)) for scheme in sorted(schemes)
    )
    return st.one_of(*both)
