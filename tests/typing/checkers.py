"""The four type checkers: each is run once over all files, and tells its reports as values."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import attrs

from .files import GOOD, REFUSED, ROOT, WRITTEN

CONFIG: Final = ROOT / "tests/typing/config"
PATHS: Final = tuple(str(path.relative_to(ROOT)) for path in (GOOD, REFUSED, WRITTEN))


@attrs.frozen
class Report:
    """Something that a type checker says.

    Args:
        path: The file.
        line: The line, counted from 1.
        text: What it says.
    """

    path: Path
    line: int
    text: str


@attrs.frozen
class Checker:
    """A type checker.

    Args:
        name: Its name, as pip, `python -m` and the tables call it.
        arguments: What it is called with, from the project's root.
        read: Its output as reports.
    """

    name: str
    arguments: Sequence[str]
    read: Callable[[str], Iterator[Report]]

    @property
    def is_installed(self) -> bool:
        """Whether this Python has it."""
        return importlib.util.find_spec(self.name) is not None

    @property
    def version(self) -> str:
        """The version that is installed."""
        return version(self.name)

    def run(self, cache: Path) -> list[Report]:
        """Check all files.

        Args:
            cache: A folder for what it wants to keep.
        """
        arguments = [argument.format(cache=cache, python=sys.executable, prefix=sys.prefix) for argument in self.arguments]
        command = [sys.executable, "-m", self.name, *arguments]
        environment = os.environ | {"PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        if done.returncode not in (0, 1):  # 1: it has reported something
            raise RuntimeError(f"{self.name} failed: {done.stderr or done.stdout}")
        return [*self.read(done.stdout)]


def _mypy(output: str) -> Iterator[Report]:
    for entry in map(json.loads, output.splitlines()):
        if entry["severity"] == "error":
            yield _report(entry["file"], entry["line"], f"{entry['message']} [{entry['code']}]")


def _pyright(output: str) -> Iterator[Report]:
    for entry in json.loads(output)["generalDiagnostics"]:
        yield _report(entry["file"], entry["range"]["start"]["line"] + 1, f"{entry['message']} [{entry.get('rule', '')}]")


def _ty(output: str) -> Iterator[Report]:
    for entry in json.loads(output):
        place: Mapping[str, Any] = entry["location"]
        yield _report(place["path"], place["positions"]["begin"]["line"], entry["description"])


def _pyrefly(output: str) -> Iterator[Report]:
    for entry in json.loads(output)["errors"]:
        yield _report(entry["path"], entry["line"], f"{entry['concise_description']} [{entry['name']}]")


def _report(path: str, line: int, text: str) -> Report:
    return Report((ROOT / path).resolve(), line, text.splitlines()[0])


CHECKERS: Final = (
    Checker(
        "mypy",
        [
            "--config-file",
            f"{CONFIG}/mypy.ini",
            "--python-executable",
            "{python}",
            "--cache-dir",
            "{cache}",
            "-O",
            "json",
            *PATHS,
        ],
        _mypy,
    ),
    Checker("pyright", ["--project", f"{CONFIG}/pyrightconfig.json", "--pythonpath", "{python}", "--outputjson"], _pyright),
    Checker(
        "ty",
        ["check", "--config-file", f"{CONFIG}/ty.toml", "--python", "{prefix}", "--output-format", "gitlab", *PATHS],
        _ty,
    ),
    Checker(
        "pyrefly",
        ["check", "-c", f"{CONFIG}/pyrefly.toml", "--python-interpreter-path", "{python}", "--output-format", "json"],
        _pyrefly,
    ),
)
"""Mypy, pyright, ty and pyrefly, each with the configuration of these tests."""


def pinned_versions() -> dict[str, str]:
    """The versions that the project asks for, by name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    pins: list[str] = project["optional-dependencies"]["dev"]
    pairs = [pin.partition("==") for pin in pins]
    return {name.partition("[")[0]: wanted for name, _, wanted in pairs if wanted}
