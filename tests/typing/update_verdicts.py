"""Measure what the type checkers report, and keep it: `python -m tests.typing.update_verdicts`.

Writes `tests/typing/verdicts.json` and the tables in `docs/typing.md`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from .checkers import CHECKERS
from .files import write
from .verdicts import combined, reported, save


def main() -> int:
    """Returns how many reports there are on lines that are right."""
    write()
    by_checker: dict[str, dict[str, set[str]]] = {}
    strays = 0
    for checker in CHECKERS:
        with TemporaryDirectory() as cache:
            by_checker[checker.name], stray = reported(checker.run(Path(cache)))
        strays += len(stray)
        for report in stray:
            sys.stderr.write(f"{report.path}:{report.line}: right, and yet {checker.name} says: {report.text}\n")
    save(combined(by_checker))
    return strays


if __name__ == "__main__":
    sys.exit(min(main(), 1))
