"""The folder of modules that the tests of this folder write."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from .modules import ModuleFolder, forgetting_modules


@pytest.fixture
def folder(tmp_path: Path) -> Generator[ModuleFolder]:
    with forgetting_modules(tmp_path) as folder:
        yield folder
