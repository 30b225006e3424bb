"""Threads read the syntax of modules at once."""

from __future__ import annotations

import ast
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import stackkit
from stackkit.core.syntax import parse


def test_threads_get_the_trees_of_their_texts() -> None:
    texts = [path.read_text("utf-8") for path in sorted(Path(stackkit.__file__).parent.glob("*.py"))] * 4
    with ThreadPoolExecutor(8) as threads:
        found = [*threads.map(parse, texts)]
    assert [ast.unparse(tree) for tree in found] == [ast.unparse(ast.parse(text)) for text in texts]


def test_what_is_no_module_is_refused() -> None:
    with pytest.raises(SyntaxError):
        parse("def")
