"""Small functions, small modules, names that say something, and documented bases."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SRC = Path(__file__).parents[2] / "src"
PATHS = sorted(SRC.rglob("*.py"))

LONGEST_FUNCTION = 40  # lines, without the docstring; a function stays below
LONGEST_MODULE = 350  # lines
FORBIDDEN = {"util", "utils", "helper", "helpers", "common", "misc", "base2", "shared"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def long_functions(text: str) -> Iterator[str]:
    """The functions that are too long, with their lengths."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, Function) and _length(node) >= LONGEST_FUNCTION:
            yield f"line {node.lineno}: {node.name} has {_length(node)} lines"


def _length(node: Function) -> int:
    lines = _span(node)
    return lines - _span(node.body[0]) if ast.get_docstring(node) else lines


def _span(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def undocumented_methods(text: str) -> Iterator[str]:
    """Public methods without a docstring, in classes that are no Protocols: those are documented on the base beside them."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ClassDef) and not any("Protocol" in ast.dump(base) for base in node.bases):
            for method in node.body:
                if isinstance(method, Function) and not method.name.startswith("_") and not _is_documented(method):
                    yield f"line {method.lineno}: {node.name}.{method.name}"


def _is_documented(method: Function) -> bool:
    elsewhere = {"overload", "override"}
    return ast.get_docstring(method) is not None or any(ast.unparse(mark) in elsewhere for mark in method.decorator_list)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: str(path.relative_to(SRC)))
def test_functions_and_modules_are_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert list(long_functions(text)) == []
    lines = len(text.splitlines())
    assert lines <= LONGEST_MODULE


@pytest.mark.parametrize("path", sorted((SRC / "stackkit/components").glob("*.py")), ids=lambda path: path.stem)
def test_what_a_base_asks_for_is_documented(path: Path) -> None:
    assert list(undocumented_methods(path.read_text(encoding="utf-8"))) == []


def test_no_module_is_a_drawer_for_everything() -> None:
    names = {part for path in PATHS for part in path.relative_to(SRC).with_suffix("").parts}
    assert names & FORBIDDEN == set()


def test_a_long_function_is_reported_and_its_docstring_not_counted() -> None:
    body = "    x = 1\n" * (LONGEST_FUNCTION - 1)
    short = '    """Says.\n\n    Much.\n    """\n' + body[: -len("    x = 1\n")]
    assert list(long_functions(f"async def f():\n{body}")) == ["line 1: f has 40 lines"]
    assert list(long_functions(f"class A:\n  def f():\n{short}")) == []


def test_an_undocumented_method_is_reported() -> None:
    text = "class BaseStore(ABC):\n    def open(self): ...\n    def _own(self): ...\n    @override\n    def copy(self): ...\n"
    assert list(undocumented_methods(text)) == ["line 2: BaseStore.open"]
    assert list(undocumented_methods(text.replace("ABC", "Component, Protocol"))) == []
