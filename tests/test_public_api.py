"""What `stackkit` gives: a complete and sorted list of names, each loaded when it is first named."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

import pytest

import stackkit

TREE = ast.parse(Path(stackkit.__file__).read_text(encoding="utf-8"))


def imported_for_checkers() -> dict[str, set[str]]:
    """The names that are imported under TYPE_CHECKING, by module."""
    block = next(node for node in TREE.body if isinstance(node, ast.If))
    assert ast.unparse(block.test) == "TYPE_CHECKING"
    found: dict[str, set[str]] = {}
    for statement in block.body:
        assert isinstance(statement, ast.ImportFrom)
        assert statement.module is not None
        assert all(alias.asname is None for alias in statement.names)
        assert statement.module not in found
        found[statement.module] = {alias.name for alias in statement.names}
    return found


def table() -> Mapping[str, tuple[str, ...]]:
    """Where each name is, as the program knows it."""
    homes: Mapping[str, tuple[str, ...]] = vars(stackkit)["_HOMES"]
    return homes


def run(program: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_the_imports_for_checkers_and_the_table_agree() -> None:
    assert {module: set(names) for module, names in table().items()} == imported_for_checkers()


def test_the_list_of_names_is_complete_and_sorted_and_has_none_twice() -> None:
    names = [name for homes in table().values() for name in homes]
    assert len(names) == len(set(names))
    assert set(stackkit.__all__) == set(names)
    assert list(stackkit.__all__) == sorted(names, key=_constants_classes_functions)


def _constants_classes_functions(name: str) -> tuple[int, str]:
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)


def test_the_modules_and_the_names_in_the_table_are_sorted() -> None:
    assert list(table()) == sorted(table())


@pytest.mark.parametrize("name", stackkit.__all__)
def test_every_name_is_what_its_module_has(name: str) -> None:
    home = next(module for module, names in table().items() if name in names)
    assert getattr(stackkit, name) is getattr(import_module(home), name)


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'stackkit' has no attribute 'Nonsense'"):
        _ = getattr(stackkit, "Nonsense")  # noqa: B009 - a checker would refuse it
    assert run("try:\n    from stackkit import Nonsense\nexcept ImportError as error:\n    print('refused')") == ["refused"]


def test_a_star_brings_all_of_them_and_nothing_else() -> None:
    program = "before = set(globals())\nfrom stackkit import *\nprint(*sorted(set(globals()) - before - {'before'}))"
    assert run(program) == sorted(stackkit.__all__)


def test_they_are_listed_before_any_is_loaded() -> None:
    program = "import stackkit\nprint(*(name for name in stackkit.__all__ if name not in dir(stackkit)))"
    assert run(program) == []


def test_importing_stackkit_loads_nothing_of_it_and_no_library() -> None:
    program = """
import sys
before = set(sys.modules)
import stackkit
loaded = set(sys.modules) - before
print(*sorted(name for name in loaded if name.startswith("stackkit.") or name.partition(".")[0] not in sys.stdlib_module_names))
"""
    assert run(program) == ["stackkit"]


def test_a_name_loads_its_module_once_and_no_other_part() -> None:
    program = """
import sys
import stackkit
assert stackkit.Problem is stackkit.Problem
assert "Problem" in vars(stackkit)
print(*sorted(name for name in sys.modules if name.startswith("stackkit")))
"""
    assert run(program) == ["stackkit", "stackkit.errors"]


def test_the_version_is_a_version() -> None:
    assert [part.isdigit() for part in stackkit.__version__.split(".")] == [True, True, True]
