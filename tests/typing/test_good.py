"""What type checkers find clean runs, too, and there is nothing public that they were not asked about."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest

import stackkit

from .component_types import component_types
from .files import GOOD

MODULES = sorted(path.stem for path in GOOD.glob("*.py"))


@pytest.mark.parametrize("name", MODULES)
def test_a_right_use_of_the_public_api_runs(name: str, tmp_path: Path) -> None:
    module = importlib.import_module(f".good.{name}", __package__)
    if hasattr(module, "run"):
        module.run(tmp_path)


@pytest.mark.usefixtures("written")
@pytest.mark.parametrize("slug", [form.slug for form in component_types()])
def test_right_flavors_and_ducks_of_every_component_type_run(slug: str) -> None:
    module = importlib.import_module(f"right_classes.{slug}")
    assert module.stack[module.right.TYPE] is module.right


def test_every_public_name_is_used_where_type_checkers_look() -> None:
    trees = [ast.parse((GOOD / f"{name}.py").read_text("utf-8")) for name in MODULES]
    used = {node.id for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert set(stackkit.__all__) - used == set(), "use it with assert_type in tests/typing/good"
