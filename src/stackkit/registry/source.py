"""Where in its file a class and its members stand."""

from __future__ import annotations

import ast
import inspect

import attrs

from stackkit.errors import Problem


@attrs.frozen
class SourceLines:
    """The lines of a class.

    Args:
        file: Its file; None where there is no source.
        own: The line of the `class` statement, from 1.
        members: The lines of its members, by name.
    """

    file: str | None = None
    own: int | None = None
    members: dict[str, int] = attrs.field(factory=dict[str, int])

    def locate(self, problem: Problem) -> Problem:
        """A problem with the place that its `where` names: the member's line, or else the line of the class.

        Args:
            problem: Its `where` is `Class` or `Class.member`.
        """
        if self.file is None or problem.file is not None:
            return problem
        member = problem.where.rpartition(".")[2]
        return attrs.evolve(problem, file=self.file, line=self.members.get(member, self.own))


def source_lines(cls: type) -> SourceLines:
    """Where a class and its members are defined.

    Args:
        cls: Any class.
    """
    try:
        file = inspect.getsourcefile(cls)
        text = inspect.getsource(inspect.getmodule(cls) or cls)
        node: ast.AST = ast.parse(text)
    except (OSError, TypeError, SyntaxError):
        return SourceLines()
    for name in cls.__qualname__.replace("<locals>.", "").split("."):
        found = next((n for n in ast.walk(node) if isinstance(n, ast.ClassDef | ast.FunctionDef) and n.name == name), None)
        if found is None:
            return SourceLines(file)
        node = found
    return SourceLines(file, node.lineno, _members(node)) if isinstance(node, ast.ClassDef) else SourceLines(file)


def _members(node: ast.ClassDef) -> dict[str, int]:
    members: dict[str, int] = {}
    for statement in node.body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            members[statement.name] = statement.lineno
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            members[statement.target.id] = statement.lineno
        elif isinstance(statement, ast.Assign):
            members |= {target.id: statement.lineno for target in statement.targets if isinstance(target, ast.Name)}
    return members
