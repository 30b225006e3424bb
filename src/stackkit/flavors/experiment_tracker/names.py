"""Names of files and folders for the names that people give to experiments and metrics."""

from __future__ import annotations

import re
from hashlib import sha256

_PLAIN = re.compile(r"[a-z0-9](?:[a-z0-9_.-]{0,78}[a-z0-9_])?")
_MARKED = re.compile(r".*-[0-9a-f]{12}")
_ODD = re.compile(r"[^A-Za-z0-9_.-]+")


def file_name(name: str) -> str:
    """A file name for a name, another one for each: the name itself, where every file system can tell it from others.

    Names with capital letters, with what is no letter or digit of ASCII, and very long ones get a mark of their own.

    >>> file_name("loss"), file_name("val/loss"), file_name("Loss")
    ('loss', 'val_loss-cd4153b9da66', 'Loss-df292782b26e')
    """
    if _PLAIN.fullmatch(name) and not _MARKED.fullmatch(name):
        return name
    stem = _ODD.sub("_", name)[:60].strip("._-") or "name"
    return f"{stem}-{sha256(name.encode()).hexdigest()[:12]}"
