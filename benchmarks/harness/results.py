"""RESULTS.md: one section for each benchmark, which replaces its own and leaves the others as they are."""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

HEAD = """\
# Benchmark results

`make bench` measures all of it anew; `python benchmarks/NAME.py --write` replaces the section of that benchmark. A section says
when and on which machine it was measured; figures of different sections are not meant to be compared.
"""
SECTION = re.compile(r"^<!-- begin (?P<name>\S+) -->\n(?P<text>.*?)\n<!-- end (?P=name) -->$", re.DOTALL | re.MULTILINE)


def write_section(path: Path, name: str, text: str) -> None:
    """Put a section into the file, in place of the one of that name; sections are sorted by their names.

    Several benchmarks may do so at once. The file is replaced as a whole.

    Args:
        path: The file, which need not be there.
        name: The name of the benchmark.
        text: The section in Markdown, with its heading.
    """
    with _locked(path.parent):
        known = path.read_text(encoding="utf-8") if path.exists() else ""
        sections = {found["name"]: found["text"] for found in SECTION.finditer(known)} | {name: text.strip()}
        shown = (f"<!-- begin {name} -->\n{sections[name]}\n<!-- end {name} -->\n" for name in sorted(sections))
        fresh = path.with_name(f".{path.name}.new")
        fresh.write_text("\n".join((HEAD, *shown)), encoding="utf-8")
        fresh.replace(path)


@contextmanager
def _locked(folder: Path) -> Generator[None]:
    """Let one process after the other change the files of a folder."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
