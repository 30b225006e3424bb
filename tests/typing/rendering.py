"""Source code for a component type, from a template that is the same for all of them."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from string import Template
from textwrap import dedent, indent
from typing import Final

import stackkit

from .component_types import EXAMPLES, ComponentTypeForm, Method, definition

ROOT_TYPES: Final = ("alerter", "artifact_store")
"""The type whose names stand for another one: the first that is not the type itself."""

_BLOCK = re.compile(r"^( *)\$(\w+)$", re.MULTILINE)

_OWN: Final = ("Leaf", "Right", "duck", "leaf", "registry", "right", "stack")

_HOMES: Final[Mapping[str, Sequence[str]]] = {
    "collections.abc": ("Iterable",),
    "threading": ("Event",),
    "typing": ("Any", "assert_type", "ClassVar", "Protocol", "final", "overload"),
    "uuid": ("UUID", "uuid4"),
    "attrs": ("define", "field", "frozen"),
    "typing_extensions": ("override",),
    "stackkit": stackkit.__all__,
}


def render(template: str, form: ComponentTypeForm) -> str:
    """A template with the names and methods of a component type in it.

    `$name` stands for a word; alone in its line, for lines, which get the indentation that it has.

    Args:
        template: Source code, indented at will.
        form: The component type.
    """
    words, blocks = _words(form), _blocks(form)

    def insert(found: re.Match[str]) -> str:
        name = found[2]
        return indent(blocks[name](), found[1]) if name in blocks else found[0]

    return Template(_BLOCK.sub(insert, dedent(template).strip())).substitute(words)


def _words(form: ComponentTypeForm) -> dict[str, str]:
    other = next(slug for slug in ROOT_TYPES if slug != form.slug)
    return {
        "slug": form.slug,
        "protocol": form.protocol,
        "base": form.base,
        "token": form.token,
        "method": form.chosen.name,
        "other_protocol": "".join(word.title() for word in other.split("_")),
        "other_token": other.upper(),
        "arguments": "".join(f", {name}={EXAMPLES[name]}" for name in form.fields),
        "first_constant": next(iter(form.constants), ""),
        "first_constant_type": next(iter(form.constants.values()), ""),
    }


def _blocks(form: ComponentTypeForm) -> Mapping[str, Callable[[], str]]:
    chosen = form.chosen
    others = [method for method in form.members if method.name != chosen.name]
    return {
        "constants": lambda: _constants(form),
        "methods": lambda: _definitions(form.methods),
        "other_methods": lambda: _definitions([m for m in form.methods if m.name != chosen.name]) or "pass",
        "members": lambda: _definitions(form.members),
        "other_members": lambda: _definitions(others),
        "duck_fields": lambda: "\n".join(f"self.{name}: {kind} = {EXAMPLES[name]}" for name, kind in form.fields.items()),
        "method_itself": lambda: _definitions([chosen]),
        **{f"method_with_{change}": partial(_changed, chosen, make) for change, make in _CHANGES.items()},
        **{f"marked_method_with_{change}": partial(_marked, chosen, make) for change, make in _CHANGES.items()},
    }


def _constants(form: ComponentTypeForm) -> str:
    return "\n".join(f"{name}: ClassVar[{kind}] = {EXAMPLES[name]}" for name, kind in form.constants.items())


def _definitions(methods: Sequence[Method]) -> str:
    return "\n\n".join("\n".join([*method.overloads, method.text]) for method in methods)


def _changed(method: Method, change: Callable[[ast.FunctionDef], ast.stmt]) -> str:
    return ast.unparse(change(definition(method.text)))


def _marked(method: Method, change: Callable[[ast.FunctionDef], ast.stmt]) -> str:
    head, _, body = _changed(method, change).rpartition("\n")
    return f"{head}  # mistake\n{body}"


def _takes_another_type(node: ast.FunctionDef) -> ast.stmt:
    node.args.args[1].annotation = ast.Name("complex")
    return node


def _returns_another_type(node: ast.FunctionDef) -> ast.stmt:
    node.returns = ast.Name("complex")
    return node


def _takes_one_less(node: ast.FunctionDef) -> ast.stmt:
    del node.args.args[1]
    return node


def _takes_one_more(node: ast.FunctionDef) -> ast.stmt:
    node.args.kwonlyargs.append(ast.arg("colour", ast.Name("str")))
    node.args.kw_defaults.append(None)
    return node


def _calls_one_otherwise(node: ast.FunctionDef) -> ast.stmt:
    node.args.args[1].arg = "thing"
    return node


def _is_asynchronous(node: ast.FunctionDef) -> ast.stmt:
    return ast.AsyncFunctionDef(node.name, node.args, node.body, [], node.returns, lineno=node.lineno)


_CHANGES: Final[Mapping[str, Callable[[ast.FunctionDef], ast.stmt]]] = {
    "parameter_type": _takes_another_type,
    "return_type": _returns_another_type,
    "parameter_missing": _takes_one_less,
    "parameter_added": _takes_one_more,
    "parameter_renamed": _calls_one_otherwise,
    "async": _is_asynchronous,
}


def imports_for(code: str, form: ComponentTypeForm, *, own: str = "") -> str:
    """The imports that a source code needs, as isort orders them.

    Args:
        code: Source code without imports.
        form: The component type that it is about.
        own: The module of this component type's right classes, where they are needed.
    """
    homes = {name: module for module, names in _HOMES.items() for name in names}
    origins = {name: module for name, module in form.origins.items() if not module.startswith("stackkit") or name not in homes}
    homes = origins | homes | dict.fromkeys(_OWN if own else (), own)
    tree = ast.parse(code)
    bound = {node.name for node in tree.body if isinstance(node, ast.ClassDef)}
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} - bound
    wanted: dict[str, set[str]] = {}
    for name in used & homes.keys():
        wanted.setdefault(homes[name], set()).add(name)
    groups = [sorted(module for module in wanted if _group(module) == group) for group in range(3)]
    paragraphs = ["\n".join(_import(module, wanted[module]) for module in group) for group in groups if group]
    return "\n\n".join(["from __future__ import annotations", *paragraphs])


def _group(module: str) -> int:
    top = module.partition(".")[0]
    return 0 if top in sys.stdlib_module_names else 2 if top in ("stackkit", "tests") else 1


def _import(module: str, names: set[str]) -> str:
    return f"from {module} import {', '.join(sorted(names, key=_isort_order))}"


def _isort_order(name: str) -> tuple[int, str]:
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)
