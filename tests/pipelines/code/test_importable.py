"""Where functions are imported from, in other processes too."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.pipelines.conftest import WriteModule

from stackkit.errors import ImportPathError, Problem
from stackkit.pipelines.code.importable import function_at, source_of
from stackkit.pipelines.definition.steps import step


def at_the_top(value: int) -> int:
    return value


@step
def a_step(value: int) -> int:
    return value


class Holder:
    @staticmethod
    def inside(value: int) -> int:
        return value


def told(function: Callable[..., object]) -> list[str]:
    problems: list[Problem] = []
    source_of(function, problems)
    return list(map(str, problems))


@pytest.mark.parametrize("function", [at_the_top, a_step.function, Holder.inside])
def test_a_function_at_the_top_of_a_module_is_found_again(function: Callable[..., object]) -> None:
    problems: list[Problem] = []
    found = function_at(source_of(function, problems))
    assert problems == []
    assert found is function or getattr(found, "function", None) is function


def test_what_other_processes_do_not_find_is_refused_with_what_to_do() -> None:
    def inner() -> None: ...

    assert told(lambda: None) == ["is a lambda; write a function with def, at the top of a module"]
    assert told(inner) == ["is defined inside of a function, where no other process finds it; move it to the top of its module"]
    assert told(functools.partial(at_the_top, 1)) == [
        "is a partial, and no function; write a function with def, at the top of a module"
    ]


def test_a_name_that_something_else_has_taken_is_refused(write_module: WriteModule) -> None:
    module = write_module("def f() -> int: return 1\nfirst = f\ndef f() -> int: return 2\n")
    assert told(module.f) == []
    assert told(module.first) == [
        "written_module has something else by the name of f; give each function a name of its own, and keep it"
    ]


def test_what_is_not_there_is_told_with_its_place() -> None:
    with pytest.raises(ImportPathError, match="no_such_module cannot be imported"):
        function_at("no_such_module:f")
    with pytest.raises(ImportPathError, match=r"math has no cosine; was it renamed"):
        function_at("math:cosine")


PROGRAM = """
from stackkit.pipelines.code.importable import function_at, source_of
class Model: ...
def train() -> Model: return Model()
if __name__ == "__main__":
    problems = []
    source = source_of(train, problems)
    print(source, *problems)
    if not problems:
        print(isinstance(function_at(source)(), Model))
"""


@pytest.mark.parametrize("arguments", [["program.py"], ["-m", "program"]])
def test_a_program_that_can_be_imported_is_known_by_its_name_and_is_there_once(tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "program.py").write_text(PROGRAM, encoding="utf-8")
    assert printed(tmp_path, arguments) == ["program:train", "True"]


def test_a_program_that_cannot_be_imported_is_refused(tmp_path: Path) -> None:
    for name in ("my-program.py", "json.py"):
        (tmp_path / name).write_text(PROGRAM, encoding="utf-8")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    refused = (
        ":train is defined in the program itself, where no other process finds it; move it into a module that can be imported"
    )
    assert printed(tmp_path, ["my-program.py"]) == [refused]
    assert printed(tmp_path, ["-c", PROGRAM]) == [refused]


def printed(folder: Path, arguments: list[str]) -> list[str]:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env={**os.environ}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()
