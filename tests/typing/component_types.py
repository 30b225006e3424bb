"""The component types that the typing tests are about, read from their modules: a new one needs no line here."""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Iterator, Mapping
from typing import Final

import attrs

from stackkit.components.catalog import COMPONENT_TYPES
from stackkit.core.component import StackComponent
from stackkit.core.constants import required_constants, type_name

THIRD_PARTY: Final = "tests.typing.good.third_party"
EXAMPLES: Final[Mapping[str, str]] = {
    "SUPPORTED_SCHEMES": 'frozenset({"demo://"})',
    "RULES": '("no gaps",)',
    "path": '"demo://bucket"',
    "uri": '"registry.example.org"',
    "limit": "10",
}
"""A right value for each constant and field that a base asks for, as source code."""


@attrs.frozen
class Method:
    """A method that every flavor of a component type must define.

    Args:
        name: Its name.
        overloads: Its overloads as source code; none for most.
        definition: Itself, with a body that does nothing.
    """

    name: str
    overloads: tuple[str, ...]
    definition: ast.FunctionDef

    @property
    def text(self) -> str:
        """Its source code, without the overloads."""
        return ast.unparse(self.definition)

    @property
    def required(self) -> list[ast.arg]:
        """What callers must pass to it, and may pass by position."""
        arguments = self.definition.args
        return arguments.args[1 : len(arguments.args) - len(arguments.defaults)]


@attrs.frozen
class ComponentTypeForm:
    """What the author of a flavor must know of a component type.

    Args:
        slug: Its slug.
        module: Where its Protocol, token and base are.
        constants: The constants that it requires besides FLAVOR, with their types.
        fields: The fields of its base besides name and uuid, with their types.
        required_fields: Those of them that have no default.
        methods: The methods that its base requires.
        members: The methods of its Protocol: those, and what its base has already.
        origins: The module that each name is imported from which its signatures use.
    """

    slug: str
    module: str
    constants: Mapping[str, str]
    fields: Mapping[str, str]
    required_fields: tuple[str, ...]
    methods: tuple[Method, ...]
    members: tuple[Method, ...]
    origins: Mapping[str, str]

    @property
    def protocol(self) -> str:
        """The name of its Protocol."""
        return "".join(word.title() for word in self.slug.split("_"))

    @property
    def base(self) -> str:
        """The name of its base."""
        return f"Base{self.protocol}"

    @property
    def token(self) -> str:
        """The name of its token."""
        return self.slug.upper()

    @property
    def chosen(self) -> Method:
        """The method that mistakes are made in: the first without overloads that requires something and gives something."""
        plain = [method for method in self.methods if method.required and not method.overloads]
        giving = [method for method in plain if ast.unparse(_returned(method.definition)) != "None"]
        return [*giving, *plain][0]


def component_types() -> list[ComponentTypeForm]:
    """Every component type of the kit, and that of a third party."""
    bases = [(entry.slug, *entry.base.split(":")) for entry in COMPONENT_TYPES]
    return [_form(*base) for base in [*bases, ("data_validator", THIRD_PARTY, "BaseDataValidator")]]


def _form(slug: str, module_name: str, base_name: str) -> ComponentTypeForm:
    module = importlib.import_module(module_name)
    tree = ast.parse(inspect.getsource(module))
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    base, protocol = classes[base_name], classes[base_name.removeprefix("Base")]
    base_class: type[StackComponent] = getattr(module, base_name)
    constants = required_constants(base_class)
    defaults = {field.name: field.default for field in attrs.fields(base_class)}
    fields = {name: kind for name, kind in _annotations(base) if name in defaults}
    return ComponentTypeForm(
        slug=slug,
        module=module_name,
        constants={name: type_name(kind) for name, kind in constants.items() if name != "FLAVOR"},
        fields=fields,
        required_fields=tuple(name for name in fields if defaults[name] is attrs.NOTHING),
        methods=tuple(_method(base, node.name) for node in _functions(base) if "abstractmethod" in _decorators(node)),
        members=tuple(_method(base, name) for name in dict.fromkeys(node.name for node in _functions(protocol))),
        origins=dict(_origins(tree, module_name)),
    )


def _annotations(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for statement in node.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            yield statement.target.id, ast.unparse(statement.annotation)


def _functions(node: ast.ClassDef) -> list[ast.FunctionDef]:
    functions = [statement for statement in node.body if isinstance(statement, ast.FunctionDef)]
    return [function for function in functions if "property" not in _decorators(function)]


def _method(base: ast.ClassDef, name: str) -> Method:
    *overloads, last = [node for node in _functions(base) if node.name == name]
    return Method(name, tuple(map(ast.unparse, overloads)), _without_body(last))


def _decorators(node: ast.FunctionDef) -> list[str]:
    return [ast.unparse(decorator) for decorator in node.decorator_list]


def _without_body(node: ast.FunctionDef) -> ast.FunctionDef:
    signature = ast.unparse(ast.FunctionDef(node.name, node.args, [ast.Pass()], [], node.returns, lineno=1))
    return definition(signature.replace("pass", "raise NotImplementedError"))


def definition(text: str) -> ast.FunctionDef:
    """The one function that a source code defines, as a tree of its own that may be changed."""
    node = ast.parse(text).body[0]
    assert isinstance(node, ast.FunctionDef)
    return node


def _returned(node: ast.FunctionDef) -> ast.expr:
    assert node.returns is not None
    return node.returns


def _origins(tree: ast.Module, module_name: str) -> Iterator[tuple[str, str]]:
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            yield from ((alias.name, node.module) for alias in node.names)
        elif isinstance(node, ast.ClassDef):
            yield node.name, module_name
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id, module_name
        elif isinstance(node, ast.Assign):
            yield from ((target.id, module_name) for target in node.targets if isinstance(target, ast.Name))
