"""Environments for steps, kept by what is installed in them; the standard library is all that this needs."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import secrets
import shutil
import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from stackkit.flavors.step_operator.children import Children

_FILE: Final = re.compile(r"@\s*file://(/[^\s;#]+)")
_HOMES: Final = ("~/.local/bin", "~/.cargo/bin")


class CannotBeMadeError(Exception):
    """An environment could not be made; what was printed tells why, where the error has no text."""


@dataclass(frozen=True)
class Environments:
    """The environments of a folder.

    One is made in a folder that nobody knows, and known by a link that is made at the end: so it is there whole or not at all,
    whoever makes it at the same time, and whatever ends them.

    Args:
        folder: Where they are.
        uv: The program that makes them; None for Python's own.
        children: What runs programs.
    """

    folder: Path
    uv: str | None
    children: Children

    def ready(self, requirements: Sequence[str], cwd: Path, variables: Mapping[str, str]) -> Path:
        """An environment in which requirements are installed; made when there is none.

        Args:
            requirements: The requirements.
            cwd: What relative paths in them are relative to.
            variables: The environment variables of the programs that make it.

        Raises:
            CannotBeMadeError: A requirement cannot be had, or does not go with the others.
        """
        link = self.folder / self._key(requirements)
        if not _works(link):
            with _locked(link.with_name(f"{link.name}.lock")):
                if not _works(link):
                    self._make(link, requirements, cwd, variables)
        return link.resolve()

    def _key(self, requirements: Sequence[str]) -> str:
        """What an environment is known by: its Python, and what is installed in it, with the content of files."""
        python = [sys.version, str(Path(sys.executable).resolve())]
        contents = [_digest(Path(unquote(found[1]))) for text in requirements if (found := _FILE.search(text))]
        return hashlib.sha256(json.dumps([python, sorted(requirements), contents]).encode()).hexdigest()[:32]

    def _make(self, link: Path, requirements: Sequence[str], cwd: Path, variables: Mapping[str, str]) -> None:
        for abandoned in self.folder.glob(f"{link.name}-*"):
            shutil.rmtree(abandoned, ignore_errors=True)
        place = link.with_name(f"{link.name}-{secrets.token_hex(4)}")
        python = str(place / "bin/python")
        if self.uv is None:
            commands = [
                [sys.executable, "-m", "venv", str(place)],
                [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirements],
            ]
        else:
            commands = [
                [self.uv, "venv", "--quiet", "--no-project", "--python", sys.executable, str(place)],
                [self.uv, "pip", "install", "--quiet", "--python", python, "--", *requirements],
            ]
        try:
            for command in commands:
                self._run(command, cwd, variables)
            new = place.with_name(f"{place.name}.link")
            new.symlink_to(place.name)
            new.replace(link)
        except BaseException:
            shutil.rmtree(place, ignore_errors=True)
            raise

    def _run(self, command: Sequence[str], cwd: Path, variables: Mapping[str, str]) -> None:
        if self.children.run(command, cwd=cwd, variables=variables):
            raise CannotBeMadeError


def find_uv() -> str | None:
    """The program uv: beside this Python, on the path, or where it installs itself."""
    places = [str(Path(sys.executable).parent), os.environ.get("PATH", ""), *map(os.path.expanduser, _HOMES)]
    return shutil.which("uv", path=os.pathsep.join(places))


def _works(link: Path) -> bool:
    """Whether an environment is there, and its Python still is."""
    return (link / "bin/python").exists()


def _digest(file: Path) -> str:
    with suppress(OSError):  # whoever installs it says what is wrong
        return hashlib.sha256(file.read_bytes()).hexdigest()
    return ""


@contextmanager
def _locked(file: Path) -> Generator[None]:
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
