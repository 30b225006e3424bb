"""Where in its file a class and its members stand."""

from __future__ import annotations

import ast
import inspect
import tokenize
from collections.abc import Iterator

import attrs

from stackkit.core.definition import place
from stackkit.core.syntax import parse
from stackkit.errors import Problem


@attrs.frozen
class SourceLines:
    """The lines of a class.

    Args:
        cls: The class.
        file: Its file; None where there is no source.
        own: The line of the `class` statement, from 1.
        members: The lines of its members, by name.
        later: What the module defines after the class.
    """

    cls: type
    file: str | None = None
    own: int | None = None
    members: dict[str, int] = attrs.field(factory=dict[str, int])
    later: frozenset[str] = frozenset()

    def locate(self, problem: Problem) -> Problem:
        """A problem with the place that its `where` names: the member's line, or else the line of the class.

        Args:
            problem: Its `where` is `Class` or `Class.member`.
        """
        if self.file is None or problem.file is not None:
            return problem
        owner, _, member = problem.where.partition(" ")[0].rpartition(".")
        line = self.members.get(member, self.own) if owner in (place(self.cls), self.cls.__qualname__) else self.own
        return attrs.evolve(problem, file=self.file, line=line)


def source_lines(cls: type) -> SourceLines:
    """Where a class and its members are defined.

    Args:
        cls: Any class.
    """
    try:
        file = inspect.getsourcefile(cls)
        with tokenize.open(file or "") as source:
            module = parse(source.read())
    except (OSError, TypeError, SyntaxError, ValueError):  # a class without a source
        return SourceLines(cls)
    node: ast.AST = module
    for name in cls.__qualname__.replace("<locals>.", "").split("."):
        found = next((n for n in ast.walk(node) if isinstance(n, _HOLDERS) and n.name == name), None)
        if found is None:
            return SourceLines(cls, file)
        node = found
    if not isinstance(node, ast.ClassDef):
        return SourceLines(cls, file)
    later = frozenset(name for statement in module.body if statement.lineno > node.lineno for name, _ in _defined(statement))
    members = {name: line for statement in node.body for name, line in _defined(statement)}
    return SourceLines(cls, file, node.lineno, members, later)


_HOLDERS = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def _defined(statement: ast.stmt) -> Iterator[tuple[str, int]]:
    """The names that a statement defines, each with its line."""
    if isinstance(statement, _HOLDERS):
        yield statement.name, statement.lineno
    elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        yield statement.target.id, statement.lineno
    elif isinstance(statement, ast.Assign):
        yield from ((target.id, statement.lineno) for target in statement.targets if isinstance(target, ast.Name))
    elif isinstance(statement, ast.Import | ast.ImportFrom):
        yield from (((alias.asname or alias.name).partition(".")[0], statement.lineno) for alias in statement.names)
