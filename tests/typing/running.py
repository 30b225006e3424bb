"""What is said of a mistake when its code runs, to those whom no type checker has told."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import attrs

from stackkit import StackComponent, StackkitError, dumps
from stackkit.registry.check import load_flavor

from .component_types import ComponentTypeForm
from .files import class_lines, marks, wrong_text
from .mistakes import Mistake, Stage


@attrs.frozen
class Answer:
    """What is said of a mistake.

    Args:
        stage: When it is said first.
        error: The error; None where nothing is said.
        registration: The error of registering the class that is wrong, where there is one.
        path: The file that was run.
        lines: Where the mistake is in it, the head of the class that is wrong included.
    """

    stage: Stage
    error: Exception | None
    registration: StackkitError | None
    path: Path
    lines: set[int]


def answer(mistake: Mistake, form: ComponentTypeForm, folder: Path) -> Answer:
    """Run a mistake, and tell what is said of it.

    Args:
        mistake: The mistake.
        form: The component type that it is made with; its right classes can be imported.
        folder: Where its module is written.
    """
    path = folder / f"wrong_{form.slug}_{mistake.slug.replace('-', '_')}.py"
    path.write_text(wrong_text(form, [mistake]), "utf-8")
    lines = dict(marks(path))[mistake.slug] | class_lines(path, mistake.flavor)
    with importable(folder):
        error = _raised(lambda: importlib.import_module(path.stem))
        registration = _raised(lambda: load_flavor(f"{path.stem}:{mistake.flavor}", folder)) if mistake.flavor else None
        refusal = None if error else _raised(lambda: _write(sys.modules[path.stem]))
    assert registration is None or isinstance(registration, StackkitError)
    if error is not None:
        return Answer("definition" if mistake.flavor else "call", error, registration, path, lines)
    if registration is not None:
        return Answer("registration", registration, registration, path, lines)
    return Answer("never" if refusal is None else "writing", refusal, registration, path, lines)


def _raised(act: Callable[[], object]) -> Exception | None:
    try:
        act()
    except Exception as error:  # noqa: BLE001 - whatever is said, it is told
        return error
    return None


def _write(module: ModuleType) -> None:
    """Write the component that a mistake has made, where it makes one."""
    made: object = getattr(module, "made", None)
    if isinstance(made, StackComponent):
        dumps(made)


@contextmanager
def importable(folder: Path) -> Generator[None]:
    """A folder whose modules can be imported for a while; what was imported of it is forgotten."""
    path, modules = list(sys.path), set(sys.modules)
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path[:] = path
        for name in sys.modules.keys() - modules:
            module = sys.modules[name]
            places = [getattr(module, "__file__", None), *getattr(module, "__path__", [])]
            if any(Path(place).is_relative_to(folder) for place in places if place):
                del sys.modules[name]
