"""What stands for the code of a step: it changes when anything changes that the step runs in its own module."""

from __future__ import annotations

import ast
import hashlib
import inspect
from collections.abc import Callable, Iterator, Mapping
from copy import copy
from types import CodeType
from typing import Any, Final

from stackkit.core.narrow import is_mapping, is_row, is_set
from stackkit.pipelines.code.module_source import Definition, definitions

_PLAIN: Final = (str, bytes, int, float, complex, bool, type(None))


def fingerprint(function: Callable[..., object]) -> str:
    """A digest of the code of a function, and of what it uses of its own module.

    It covers the text of the function, of its default arguments and of its decorators, and, for each name of the same module
    that it mentions, at any distance, the statements at the top of the module that define it: functions, classes, constants,
    imports. Texts, numbers and rows, sets and mappings of such count by their values too. Comments, empty lines, the way that
    a text is laid out and where it stands do not count, and neither does `@step(...)`: it says how a step runs, not what.
    Other modules are not covered: neither those of the same package nor installed ones.

    Args:
        function: The function.

    Returns:
        A SHA-256, in hexadecimal digits; the same in every process of one version of Python.
    """
    digest = hashlib.sha256()
    for part in _parts(function):
        digest.update(part.encode("utf-8", "surrogatepass"))
        digest.update(b"\0")
    return digest.hexdigest()


def _parts(function: Callable[..., object]) -> Iterator[str]:
    innermost = inspect.unwrap(function)
    space: Mapping[str, object] = getattr(innermost, "__globals__", {})
    defined = definitions(function)
    first = getattr(innermost, "__qualname__", "").partition(".")[0]
    if first not in defined:
        yield from _compiled(innermost)
        return
    for name in sorted(_reached(first, defined, space)):
        yield name
        yield from (ast.dump(_without_step(found.node, space)) for found in defined.get(name, ()))
        if name in space and _is_plain(space[name]):
            yield f"={_shown(space[name])}"


def _reached(first: str, defined: Mapping[str, list[Definition]], space: Mapping[str, object]) -> set[str]:
    """The names of a module that one of them needs, at any distance."""
    found, waiting = {first}, [first]
    while waiting:
        for definition in defined.get(waiting.pop(), ()):
            used = definition.used
            if isinstance(definition.node, ast.FunctionDef):
                options = [mark for mark in definition.node.decorator_list if _is_step(mark, space)]
                used -= {node.id for mark in options for node in ast.walk(mark) if isinstance(node, ast.Name)} - _in_body(
                    definition.node
                )
            new = {name for name in used if name in defined or name in space} - found
            found |= new
            waiting += new
    return found


def _in_body(node: ast.FunctionDef) -> set[str]:
    """The names in a function, its decorators aside."""
    return {
        found.id
        for part in (node.args, *node.body, node.returns)
        if part is not None
        for found in ast.walk(part)
        if isinstance(found, ast.Name)
    }


def _without_step(node: ast.stmt, space: Mapping[str, object]) -> ast.stmt:
    if not isinstance(node, ast.FunctionDef):
        return node
    bare = copy(node)
    bare.decorator_list = [mark for mark in node.decorator_list if not _is_step(mark, space)]
    return bare


def _is_step(mark: ast.expr, space: Mapping[str, object]) -> bool:
    """Whether a decorator is `step`, by whatever name."""
    if isinstance(mark, ast.Call):
        mark = mark.func
    names: list[str] = []
    while isinstance(mark, ast.Attribute):
        names.append(mark.attr)
        mark = mark.value
    found: object = space.get(mark.id) if isinstance(mark, ast.Name) else None
    for name in reversed(names):
        found = getattr(found, name, None)
    return (getattr(found, "__module__", ""), getattr(found, "__name__", "")) == ("stackkit.pipelines.definition.steps", "step")


def _compiled(found: object) -> Iterator[str]:
    """What stands for a function whose text is not to be had: what Python runs."""
    code = getattr(found, "__code__", None)
    if not isinstance(code, CodeType):
        yield f"{getattr(found, '__module__', '')}:{getattr(found, '__qualname__', type(found).__qualname__)}"
        return
    yield from _instructions(code)
    yield _shown(getattr(found, "__defaults__", None))
    yield _shown(getattr(found, "__kwdefaults__", None))


def _instructions(code: CodeType) -> Iterator[str]:
    yield code.co_code.hex()
    yield _shown(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _instructions(constant)
        else:
            yield _shown(constant)


def _is_plain(value: object) -> bool:
    if is_mapping(value):
        return isinstance(value, dict) and all(_is_plain(key) and _is_plain(item) for key, item in value.items())
    if is_row(value) or is_set(value):
        return type(value) in (list, tuple, set, frozenset) and all(map(_is_plain, value))
    return type(value) in _PLAIN


def _shown(value: Any) -> str:
    """A value as text that is the same in every process: sets have no order there, and other objects show their address."""
    if is_mapping(value):
        return f"{{{', '.join(f'{_shown(key)}: {_shown(item)}' for key, item in value.items())}}}"
    if is_row(value):
        return f"{type(value).__name__}({', '.join(map(_shown, value))})"
    if is_set(value):
        return f"{type(value).__name__}({sorted(map(_shown, value))})"
    return repr(value) if _is_plain(value) else type(value).__qualname__
