"""Names, keys and values of secrets, as laws draw them."""

from __future__ import annotations

from typing import Final

from hypothesis import strategies as st

from stackkit import SecretGroup
from stackkit.core.secret import KEY, NAME

names: Final = st.from_regex(NAME, fullmatch=True)
"""Names that a reference can have."""

values: Final = st.dictionaries(st.from_regex(KEY, fullmatch=True), st.text(), max_size=4)
"""Any text under keys that a reference can have."""

groups: Final = st.builds(SecretGroup, names, values)
"""Secrets."""

TEXTS: Final = (
    "", " ", " a ", "\n", "line\r\nline\n", "\0", "\x1b[2J", '"quoted"', "{}", "null", "${HOME}", "%(a)s", "ß€🔑", "\ufeffbom",
    "e\u0301", "x" * 60_000,
)  # fmt: skip
"""Values that are hard on those who trim, quote, expand, decode or measure them."""
