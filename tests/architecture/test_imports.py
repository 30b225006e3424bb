"""Arrows point down: which part of stackkit imports which, and where vendor libraries may be imported."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import NamedTuple

import pytest

SRC = Path(__file__).parents[2] / "src"

ROOT = "stackkit"  # the package itself: its re-exports
GROUND = ("errors", "core", "components")
MIDDLE = ("serialization", "flavors", "registry", "stack", "pipelines", "store")
LAYERS: Mapping[str, tuple[str, ...]] = {
    "errors": (),
    "core": ("errors",),
    "components": ("errors", "core"),
    "serialization": ("errors", "core"),
    "flavors": GROUND,
    "flavors.catalog": GROUND,
    "flavors.model_deployer": (
        *GROUND,
        "flavors",
        "serialization",
        "registry",
    ),  # the models' own processes read and write by annotations
    "registry": (*GROUND, "serialization", "flavors.catalog"),
    "stack": GROUND,
    "pipelines": (*GROUND, "serialization", "stack", "flavors.catalog"),  # the catalogue tells the extras of flavors
    "store": ("errors", "core"),  # of core, how missing libraries are told
    "workspace": (*GROUND, *MIDDLE, "documents"),
    "documents": (*GROUND, *MIDDLE),
    "cli": (*GROUND, *MIDDLE, "flavors.catalog", "workspace", "documents", ROOT),
    "testing": (*GROUND, "serialization", "stack", "pipelines", ROOT),
    "__main__": ("cli",),
    ROOT: (*GROUND, *MIDDLE, "workspace", "documents"),
}
"""What each part may import besides itself; a new part is put in here first."""

EVERYWHERE = {"attrs", "cattrs", "typing_extensions"}
VENDORS: Mapping[str, set[str]] = {"cli": {"click"}, "testing": {"pytest", "hypothesis"}}
"""Which libraries a part may import as its modules are imported; all others are imported where they are used."""

SHARED_BY_FLAVORS = {"local_files"}
"""The packages beside those of the component types that flavors of several types import."""

BY_STRING = {
    "stackkit.registry.resolve": "what a user names",
    "stackkit": "the home of a name that it re-exports, when it is first asked for",
    "stackkit.pipelines.code.importable": "the function of a step, as its pipeline was compiled with",
    "stackkit.cli.groups": "the module of a command of its own, when it is called",
}
"""The modules that may import by a string, and what."""


class Import(NamedTuple):
    """An import statement of a module."""

    source: str
    target: str
    line: int
    deferred: bool
    """Whether importing the module leaves it out: it is inside a function, or for type checkers only."""

    @property
    def place(self) -> str:
        return f"{self.source}:{self.line}"


def sources() -> dict[str, str]:
    """Every module of stackkit with its text."""
    found: dict[str, str] = {}
    for path in sorted((SRC / "stackkit").rglob("*.py")):
        parts = path.relative_to(SRC).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path.read_text(encoding="utf-8")
    return found


MODULES = sources()


def imports(module: str, text: str, known: Mapping[str, str]) -> Iterator[Import]:
    """Every import in a module: at its top, inside of functions, and under TYPE_CHECKING."""
    for node, deferred in _walk(ast.parse(text, module), deferred=False):
        if isinstance(node, ast.Import):
            yield from (Import(module, alias.name, node.lineno, deferred) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = _absolute(module, node, known)
            for alias in node.names:
                name = f"{package}.{alias.name}"
                yield Import(module, name if name in known else package, node.lineno, deferred)


def _walk(node: ast.AST, *, deferred: bool) -> Iterator[tuple[ast.AST, bool]]:
    for child in ast.iter_child_nodes(node):
        is_function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        checking = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test)
        yield child, deferred
        yield from _walk(child, deferred=deferred or is_function or checking)


def _absolute(module: str, node: ast.ImportFrom, known: Mapping[str, str]) -> str:
    if not node.level:
        return node.module or ""
    is_package = any(other.startswith(f"{module}.") for other in known)
    parts = module.split(".")
    parents = parts[: len(parts) - node.level + is_package]
    return ".".join([*parents, *([node.module] if node.module else [])])


def part_of(module: str) -> str:
    """The entry of LAYERS that a module belongs to; for a module that has none, the name that is missing there."""
    below = module.removeprefix(ROOT).removeprefix(".")
    candidates = [part for part in LAYERS if below == part or below.startswith(f"{part}.")]
    return max(candidates, key=len, default=below.partition(".")[0]) if below else ROOT


def layer_violations(modules: Mapping[str, str]) -> list[str]:
    """Imports that point upwards or sideways, and parts that LAYERS does not know."""
    found = [f"{module}: {part_of(module)} has no place in LAYERS" for module in modules if part_of(module) not in LAYERS]
    for module, text in modules.items():
        allowed = {part_of(module), *LAYERS.get(part_of(module), ())}
        for entry in imports(module, text, modules):
            inside = entry.target.partition(".")[0] == ROOT
            if inside and part_of(entry.target) not in allowed:
                found.append(f"{entry.place}: {part_of(module)} imports {entry.target}")
            elif inside and _is_another_flavor(module, entry.target):
                found.append(f"{entry.place}: a flavor imports one of another type, {entry.target}")
    return found


def _is_another_flavor(module: str, target: str) -> bool:
    """Whether one flavor imports another's: flavors of one component type may share modules, and those of all have some."""
    mine, theirs = module.split("."), target.split(".")
    both_flavors = mine[1:2] == theirs[1:2] == ["flavors"]
    return both_flavors and mine[2:3] != theirs[2:3] and not SHARED_BY_FLAVORS.issuperset(theirs[2:3])


def cycles(modules: Mapping[str, str]) -> list[str]:
    """The first ring of modules that import each other, if there is one."""
    graph = {
        module: {entry.target for entry in imports(module, text, modules) if entry.target in modules} - {module}
        for module, text in modules.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def vendor_violations(modules: Mapping[str, str]) -> list[str]:
    """Libraries that are imported although nobody uses them yet."""
    found: list[str] = []
    for module, text in modules.items():
        allowed = {ROOT} | EVERYWHERE | VENDORS.get(part_of(module), set()) | sys.stdlib_module_names
        found += [
            f"{entry.place}: {entry.target} is imported at the top"
            for entry in imports(module, text, modules)
            if not entry.deferred and entry.target.partition(".")[0] not in allowed
        ]
    return found


def imports_by_string(modules: Mapping[str, str]) -> list[str]:
    """Uses of `import_module` and `__import__`."""
    found: list[str] = []
    for module, text in modules.items():
        for node in ast.walk(ast.parse(text, module)):
            name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
            if name in ("import_module", "__import__"):
                found.append(module)
    return found


def test_every_import_points_down() -> None:
    assert layer_violations(MODULES) == []


def test_no_modules_import_each_other_in_a_ring() -> None:
    assert cycles(MODULES) == []


def test_vendor_libraries_are_imported_where_they_are_used() -> None:
    assert vendor_violations(MODULES) == []


def test_imports_by_a_string_are_few_and_known() -> None:
    assert set(imports_by_string(MODULES)) <= set(BY_STRING)


def test_the_catalogue_imports_no_flavor() -> None:
    text = MODULES.get("stackkit.flavors.catalog", "")
    assert [entry for entry in imports("stackkit.flavors.catalog", text, MODULES) if "flavors" in entry.target] == []


def test_the_modules_of_stackkit_were_found() -> None:
    assert {"stackkit", "stackkit.errors", "stackkit.core", "stackkit.core.component"} <= set(MODULES)


@pytest.mark.parametrize(
    ("module", "statement", "reported"),
    [
        ("stackkit.core.new", "import stackkit.stack.stack", "core imports stackkit.stack.stack"),
        ("stackkit.core.new", "from stackkit.components import alerter", "core imports stackkit.components.alerter"),
        ("stackkit.core.new", "def f():\n    from stackkit import cli", "core imports stackkit.cli"),
        ("stackkit.core.new", "if TYPE_CHECKING:\n    import stackkit.store", "core imports stackkit.store"),
        ("stackkit.core.new", "from stackkit import __version__", "core imports stackkit"),
        ("stackkit.core.new", "from ..stack import stack", "core imports stackkit.stack.stack"),
        ("stackkit.core", "from .. import cli", "core imports stackkit.cli"),
        (
            "stackkit.serialization.new",
            "import stackkit.components.alerter",
            "serialization imports stackkit.components.alerter",
        ),
        (
            "stackkit.registry.new",
            "import stackkit.flavors.alerter.console",
            "registry imports stackkit.flavors.alerter.console",
        ),
        ("stackkit.flavors.catalog", "import stackkit.flavors.a.b", "flavors.catalog imports stackkit.flavors.a.b"),
        ("stackkit.flavors.a.b", "import stackkit.flavors.c.d", "a flavor imports one of another type, stackkit.flavors.c.d"),
        (
            "stackkit.flavors.local_files.b",
            "import stackkit.flavors.c.d",
            "a flavor imports one of another type, stackkit.flavors.c.d",
        ),
        ("stackkit.workspace.new", "import stackkit.cli.main", "workspace imports stackkit.cli.main"),
        ("stackkit.testing.new", "import stackkit.workspace", "testing imports stackkit.workspace"),
        ("stackkit.stack.new", "import stackkit.testing", "stack imports stackkit.testing"),
    ],
)
def test_an_import_upwards_is_reported(module: str, statement: str, reported: str) -> None:
    others = ("", ".cli", ".stack.stack", ".components.alerter", ".core.other")
    planted = {f"{ROOT}{name}": "" for name in others} | {module: statement}
    line = statement.count("\n") + 1
    assert layer_violations(planted) == [f"{module}:{line}: {reported}"]


def test_a_part_that_the_table_does_not_know_is_reported() -> None:
    assert layer_violations({"stackkit.plumbing.pipes": ""}) == ["stackkit.plumbing.pipes: plumbing has no place in LAYERS"]


def test_a_ring_is_reported() -> None:
    planted = {"stackkit.core.a": "from stackkit.core import b", "stackkit.core.b": "def f():\n    import stackkit.core.a"}
    assert set(cycles(planted)) == set(planted)


@pytest.mark.parametrize("statement", ["import yaml", "from cryptography import fernet", "class A:\n    import click"])
def test_a_vendor_library_at_the_top_is_reported(statement: str) -> None:
    assert len(vendor_violations({"stackkit.core.new": statement})) == 1


@pytest.mark.parametrize("place", ["def f():", "if TYPE_CHECKING:", "class A:\n  async def f():"])
def test_a_vendor_library_may_be_imported_where_it_is_used(place: str) -> None:
    assert vendor_violations({"stackkit.core.new": f"{place}\n    import yaml"}) == []


@pytest.mark.parametrize("expression", ["importlib.import_module(name)", "import_module(name)", "__import__(name)"])
def test_an_import_by_a_string_is_reported(expression: str) -> None:
    assert imports_by_string({"stackkit.core.new": expression}) == ["stackkit.core.new"]
