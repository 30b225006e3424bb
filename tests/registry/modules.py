"""A folder of modules that tests write and import, and that leaves nothing behind."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent

import attrs

from stackkit.registry import resolve

ALERTER = """
from __future__ import annotations
from typing import ClassVar
from stackkit.components.alerter import BaseAlerter

class {name}(BaseAlerter):
    '''{summary}'''
    FLAVOR: ClassVar[str] = "{flavor}"
    address: str = "a@example.org"

    def post(self, message: str) -> bool:
        return True

    def ask(self, question: str) -> bool:
        return True
"""


@attrs.frozen
class ModuleFolder:
    """A folder whose modules can be named in import paths."""

    path: Path

    def write(self, name: str, text: str) -> Path:
        """Write a module, `package.module`, or the module of a package, `package.__init__`."""
        file = self.path.joinpath(*name.split(".")).with_suffix(".py")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text), encoding="utf-8")
        return file

    def write_alerter(self, module: str, name: str, flavor: str, summary: str = "Tells.") -> Path:
        """Write a module with a right flavor."""
        return self.write(module, ALERTER.format(name=name, flavor=flavor, summary=summary))


@contextmanager
def forgetting_modules(path: Path) -> Generator[ModuleFolder]:
    """A folder of modules; what was imported from it, and whatever was put on the path, is taken away afterwards."""
    places, modules = list(sys.path), set(sys.modules)
    try:
        yield ModuleFolder(path)
    finally:
        sys.path[:] = places
        roots: list[str] = getattr(resolve, "_roots")  # noqa: B009 - private to all but this
        roots.clear()
        written = {file.name.partition(".")[0] for file in path.rglob("*")}
        for name in set(sys.modules) - modules:
            if name.partition(".")[0] in written:
                del sys.modules[name]
