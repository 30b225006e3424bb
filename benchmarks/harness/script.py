"""What makes a script a benchmark: its options, its heading, and the section that it writes."""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import attrs

from harness.report import Report
from harness.results import write_section

RESULTS = Path(__file__).parents[1] / "RESULTS.md"


@attrs.frozen
class Options:
    """What the command line asks for.

    Args:
        rounds: How many turns each side has, or None for what the benchmark thinks right.
        folder: Where files are written, or None for the system's temporary folder.
    """

    rounds: int | None
    folder: Path | None


def run(title: str, file: str, measure: Callable[[Report, Options], None], packages: Sequence[str] = ()) -> None:
    """Measure, print, and with `--write` put the section into RESULTS.md.

    Args:
        title: The heading of the section.
        file: The script, `__file__`; its name is the section's.
        measure: Adds what it finds to the report.
        packages: Distributions whose versions matter, besides stackkit's.
    """
    parser = argparse.ArgumentParser(description=f"{title}: measure, and print what was found.")
    parser.add_argument("--write", action="store_true", help="put the results into RESULTS.md")
    parser.add_argument("--rounds", type=int, help="how many turns each side has")
    parser.add_argument("--folder", type=Path, help="where files are written: the disk that is measured")
    given = parser.parse_args()
    report = Report()
    report.text(f"## {title}")
    report.text(conditions(packages))
    measure(report, Options(given.rounds, given.folder))
    text = report.finish()
    if given.write:
        write_section(RESULTS, Path(file).stem, text)


def conditions(packages: Sequence[str] = ()) -> str:
    """When, where and of what the figures are."""
    moment = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    versions = ", ".join(f"{name} {_version(name)}" for name in ("stackkit", *packages))
    machine = f"{os.cpu_count()} cores of {_processor()}, {_memory()} of memory, {platform.system()} {platform.release()}"
    load = f"load {os.getloadavg()[0]:.1f} at the beginning"
    return f"{moment}{_commit()}, {machine}, {load}.\nPython {platform.python_version()}, {versions}."


def _commit() -> str:
    """The commit that is measured, in a clone of the repository."""
    git = ("git", "-C", str(RESULTS.parent))
    try:
        commit, changed = (
            subprocess.run((*git, *command), capture_output=True, text=True, check=True).stdout.strip()
            for command in (("rev-parse", "--short", "HEAD"), ("status", "--porcelain", "--", "../src"))
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return f", commit {commit}{' with changes' if changed else ''}"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "(not installed)"


def _memory() -> str:
    return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"


def _processor() -> str:
    """The model, where the system tells it."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
