"""Names of images, right and wrong ones."""

from __future__ import annotations

import string
from typing import Final

from hypothesis import strategies as st

_WORD = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=6)
_SEPARATOR = st.sampled_from([".", "_", "__", "-", "--"])

tags: Final = st.builds(
    str.__add__,
    st.sampled_from(string.ascii_letters + string.digits + "_"),
    st.text(string.ascii_letters + string.digits + "_.-", max_size=20),
)
"""Tags as every registry takes them."""

parts: Final = st.tuples(_WORD, _SEPARATOR, _WORD).map("".join) | _WORD
"""Parts of the names of repositories."""

WRONG_REPOSITORIES: Final = (
    "",
    "/",
    "model/",
    "//model",
    "Model",
    "mod el",
    "model\n",
    "-model",
    "model-",
    "mo..del",
    "mo___del",
    "../model",
    "modèl",
    "x" * 300,
    "elsewhere.example/model",
    "localhost/model",
)
"""What names no repository of any registry that is tested."""

WRONG_VERSIONS: Final = (
    ":",
    ":-1",
    ":.1",
    ":1 2",
    ":1\n",
    ":é",
    f":{'x' * 129}",
    "@",
    "@sha256:",
    "@sha256:12",
    f"@md5:{'0' * 32}",
    f"@sha256:{'G' * 64}",
    f"@sha256:{'0' * 65}",
)
"""What is no tag and no digest."""
