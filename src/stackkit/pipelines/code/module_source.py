"""The text of the modules that steps are defined in, as it was when they were imported, cut into what they define."""

from __future__ import annotations

import ast
import inspect
import os
import symtable
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from weakref import WeakKeyDictionary

import attrs

from stackkit.core.syntax import parse

_texts: WeakKeyDictionary[Callable[..., object], str] = WeakKeyDictionary()
"""The texts of modules, by the functions that were made steps in them."""

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@attrs.frozen(eq=False)
class Definition:
    """A statement at the top of a module that binds a name, or changes what it is bound to.

    Args:
        node: The statement.
        used: The names that it mentions of its module.
    """

    node: ast.stmt
    used: frozenset[str]


def remember(function: Callable[..., object]) -> None:
    """Keep the text of a function's module: its file may change before the function is looked at.

    Args:
        function: The function; to give it again changes nothing.
    """
    try:
        if function not in _texts:
            _texts[function] = _text_of(function)
    except TypeError:
        return  # of nothing that Python has the text of, or no function


def _text_of(function: Callable[..., object]) -> str:
    file = inspect.getsourcefile(inspect.unwrap(function)) or ""
    try:
        status = os.stat(file)  # noqa: PTH116 - a Path costs more than this
    except OSError:
        return ""
    return _read(file, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=64)
def _read(file: str, _changed: int, _size: int) -> str:
    try:
        return Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def definitions(function: Callable[..., object]) -> Mapping[str, list[Definition]]:
    """What the module of a function defines, by name; empty where its text is not to be had.

    Args:
        function: The function.
    """
    remember(function)
    try:
        text = _texts.get(function, "")
    except TypeError:
        return {}
    try:
        return _definitions(text)
    except (SyntaxError, ValueError, RecursionError):
        return {}


@lru_cache(maxsize=64)
def _definitions(text: str) -> Mapping[str, list[Definition]]:
    found: dict[str, list[Definition]] = {}
    scopes: dict[str, set[str]] = {}
    for scope in symtable.symtable(text, "module", "exec").get_children():
        scopes.setdefault(scope.get_name(), set()).update(_globals(scope))
    for statement in parse(text).body:
        for node, names in _bound(statement):
            definition = Definition(node, frozenset(_used(node, scopes)))
            for name in names:
                found.setdefault(name, []).append(definition)
    return found


def _globals(scope: symtable.SymbolTable) -> Iterator[str]:
    """The names of its module that a scope mentions, and those in it."""
    yield from (symbol.get_name() for symbol in scope.get_symbols() if symbol.is_global())
    for inner in scope.get_children():
        yield from _globals(inner)


def _bound(statement: ast.stmt) -> Iterator[tuple[ast.stmt, set[str]]]:
    """The names that a statement binds, or changes the values of; of an import, each name for itself."""
    if isinstance(statement, _DEFINITIONS):
        yield statement, {statement.name}
    elif isinstance(statement, ast.Import):
        for alias in statement.names:
            yield ast.Import([alias]), {alias.asname or alias.name.partition(".")[0]}
    elif isinstance(statement, ast.ImportFrom):
        for alias in statement.names:
            yield ast.ImportFrom(statement.module, [alias], statement.level), {alias.asname or alias.name}
    else:
        yield statement, {*_assigned(statement)}


def _assigned(statement: ast.stmt) -> Iterator[str]:
    for node in ast.walk(statement):
        if isinstance(node, _DEFINITIONS):
            yield node.name
        elif isinstance(node, ast.alias):
            yield node.asname or node.name.partition(".")[0]
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, (ast.Subscript, ast.Attribute)) and not isinstance(node.ctx, ast.Load):
            yield from _root(node)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):  # table.append(row)
            yield from _root(node.value.func)


def _root(node: ast.expr) -> Iterator[str]:
    while isinstance(node, (ast.Subscript, ast.Attribute, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    if isinstance(node, ast.Name):
        yield node.id


def _used(node: ast.stmt, scopes: Mapping[str, set[str]]) -> Iterator[str]:
    if not isinstance(node, _DEFINITIONS):
        yield from _names([node])
        return
    yield from scopes.get(node.name, ())
    yield from _names(node.decorator_list)
    if isinstance(node, ast.ClassDef):
        yield from _names([*node.bases, *node.keywords])
    else:
        yield from _names([node.args, *([node.returns] if node.returns else [])])


def _names(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for top in nodes:
        for node in ast.walk(top):
            if isinstance(node, ast.Name):
                yield node.id
