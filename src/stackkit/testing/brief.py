"""What large contents are known by where they are compared: pytest shows a difference of megabytes line by line, for hours."""

from __future__ import annotations

import hashlib
from typing import Final

_SHOWN: Final = 200


def brief(content: bytes | str) -> bytes | str:
    """A content, or what a large one is known by: equal for equal contents, and short when it is shown.

    Where the variable CI is set, pytest shortens no difference, and finding one between texts of 300,000 characters takes
    its `difflib` longer than anybody waits.

    Args:
        content: The content.

    >>> brief(b"content")
    b'content'
    >>> brief("x" * 1000)
    'str of 1000: sha256 44f8354494a5ba03ba1792a8d3e9c534c47a9181980fde7a3f44b06ef2ae7c7f'
    """
    if len(content) <= _SHOWN:
        return content
    raw = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    return f"{type(content).__name__} of {len(content)}: sha256 {hashlib.sha256(raw).hexdigest()}"
