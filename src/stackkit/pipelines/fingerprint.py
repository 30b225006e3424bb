"""What stands for the code of a step: it changes when anything changes that the step runs in its own module."""

from __future__ import annotations

import ast
import hashlib
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator
from types import CodeType, FunctionType
from typing import Any, cast

from stackkit.core.narrow import is_row, is_set

_PLAIN = (str, bytes, int, float, complex, bool, type(None))


def fingerprint(function: Callable[..., object]) -> str:
    """A digest of the code of a function, and of what it uses of its own module.

    It covers the function's own text, without comments, empty lines and where it stands; its default arguments; and, for each
    name of the same module that it mentions, at any distance: functions and classes by their text, texts, numbers and tuples
    of such by their value. It does not cover other modules: neither those of the same package nor installed ones.

    Args:
        function: The function.

    Returns:
        A SHA-256, in hexadecimal digits.
    """
    digest = hashlib.sha256()
    for part in _parts(function, set()):
        digest.update(part.encode("utf-8", "surrogatepass"))
        digest.update(b"\0")
    return digest.hexdigest()


def _parts(found: object, seen: set[int]) -> Iterator[str]:
    found = inspect.unwrap(found) if callable(found) else found
    if id(found) in seen:
        return
    seen.add(id(found))
    yield _text(found)
    for name, used in sorted(_used(found).items()):
        if isinstance(used, (FunctionType, type)) or callable(used):
            yield name
            yield from _parts(used, seen)
        elif _is_plain(used):
            yield f"{name}={_shown(used)}"


def _text(found: object) -> str:
    """What is written of a function or class, as its syntax tree; the bytecode where there is no source."""
    defaults = _shown(_defaults(found))
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(_any(found))))  # which says itself what it cannot
    except (OSError, TypeError, SyntaxError):
        code = getattr(found, "__code__", None)
        return f"{code.co_code.hex()}{code.co_consts!r}{defaults}" if isinstance(code, CodeType) else repr(found)
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            node.decorator_list.clear()  # the options of a step say how it runs, not what
    return ast.dump(tree) + defaults


def _any(found: Any) -> Any:
    return found


def _defaults(found: object) -> tuple[object, ...]:
    by_name: dict[str, object] = getattr(found, "__kwdefaults__", None) or {}
    return (*(getattr(found, "__defaults__", None) or ()), *((name, by_name[name]) for name in sorted(by_name)))


def _shown(value: object) -> str:
    """A value as text that is the same in every process: sets have no order there, and other objects show their address."""
    if is_row(value):
        return f"({', '.join(map(_shown, value))})"
    if is_set(value):
        return f"frozenset({sorted(map(_shown, value))})"
    return repr(value) if _is_plain(value) else type(value).__qualname__


def _used(found: object) -> dict[str, object]:
    """What a function or class mentions of its own module, by name."""
    module = getattr(found, "__module__", None)
    names = set(_names(found))
    space: dict[str, object] = vars(sys.modules[module]) if isinstance(module, str) and module in sys.modules else {}
    return {
        name: space[name]
        for name in names
        if name in space and (_is_plain(space[name]) or getattr(space[name], "__module__", None) == module)
    }


def _names(found: object) -> Iterator[str]:
    code = getattr(found, "__code__", None)
    if isinstance(code, CodeType):
        yield from _names_in(code)
    elif isinstance(found, type):
        for member in vars(found).values():
            yield from _names(inspect.unwrap(member) if callable(member) else getattr(member, "__func__", None))


def _names_in(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names_in(constant)


def _is_plain(value: object) -> bool:
    if isinstance(value, (tuple, frozenset)):
        return all(map(_is_plain, cast("Iterable[object]", value)))
    return type(value) in _PLAIN
