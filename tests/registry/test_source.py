"""Where a class and its members stand in their file."""

from __future__ import annotations

import inspect
from typing import ClassVar

from stackkit.core.component_type import Component
from stackkit.errors import Problem
from stackkit.registry.resolve import resolve
from stackkit.registry.source import SourceLines, source_lines

from .modules import ModuleFolder

THIS = __file__


class Example:
    """A class whose lines are looked for."""

    FLAVOR: ClassVar[str] = "example"
    retries = 3

    def method(self) -> int:
        return self.retries

    class Inner:
        async def deep(self) -> None: ...


def line_of(text: str) -> int:
    with open(THIS, encoding="utf-8") as source:  # noqa: PTH123 - one line
        return next(number for number, line in enumerate(source, 1) if line.strip().startswith(text))


def test_a_class_and_each_of_its_members_has_its_line() -> None:
    lines = source_lines(Example)
    assert lines.file == inspect.getsourcefile(Example)
    assert lines.own == line_of("class Example")
    expected = {"FLAVOR": "FLAVOR:", "retries": "retries =", "method": "def method", "Inner": "class Inner"}
    assert lines.members == {name: line_of(text) for name, text in expected.items()}


def test_a_class_in_a_class_and_one_in_a_function_have_their_lines() -> None:
    class Local:
        def inside(self) -> None: ...

    assert source_lines(Example.Inner).members == {"deep": line_of("async def deep")}
    assert source_lines(Local).members == {"inside": line_of("def inside")}


def test_what_a_module_defines_after_a_class_is_told(folder: ModuleFolder) -> None:
    text = "class A: ...\nimport json as j, ast\nfrom os import path\nB: int = 1\nC = D = 2\ndef f(): ...\nclass G: ...\n"
    folder.write("later", text)
    found = resolve("later.A", folder.path)
    assert isinstance(found, type)
    assert source_lines(found).later == {"j", "ast", "path", "B", "C", "D", "f", "G"}


def test_a_problem_is_given_the_line_of_the_member_that_it_is_about() -> None:
    lines = SourceLines(Example, "example.py", 10, {"retries": 12})
    assert lines.locate(Problem("is wrong", where="Example.retries")).line == 12
    assert lines.locate(Problem("is wrong", where="Example.retries (from Base)")).line == 12
    assert lines.locate(Problem("is wrong", where="Example.unknown")).line == 10
    assert lines.locate(Problem("is wrong", where="Example")).line == 10
    assert str(lines.locate(Problem("is wrong", where="Example"))) == "example.py:10: Example: is wrong"


def test_a_member_of_another_class_is_not_taken_for_one_of_the_same_name() -> None:
    lines = SourceLines(Example, "example.py", 10, {"retries": 12})
    assert lines.locate(Problem("is wrong", where="Other.retries")).line == 10


def test_a_problem_that_has_a_place_keeps_it() -> None:
    problem = Problem("is wrong", where="Example", file="other.py", line=1)
    assert SourceLines(Example, "example.py", 10).locate(problem) == problem


def test_a_class_without_source_has_no_lines() -> None:
    made = type("Made", (), {})
    made.__module__ = "not_a_module"
    assert source_lines(made) == SourceLines(made)
    assert source_lines(int) == SourceLines(int)
    assert SourceLines(made).locate(Problem("is wrong", where="Made")) == Problem("is wrong", where="Made")


def test_a_class_that_was_made_by_a_call_has_a_file_alone() -> None:
    made = type("Made", (), {"__module__": Component.__module__})
    assert source_lines(made) == SourceLines(made, inspect.getsourcefile(Component))


def test_a_file_that_is_no_python_any_more_gives_no_lines(folder: ModuleFolder) -> None:
    file = folder.write("edited", "class A: ...")
    found = resolve("edited.A", folder.path)
    assert isinstance(found, type)
    file.write_text("class A:", encoding="utf-8")
    assert source_lines(found) == SourceLines(found)
