"""The files that the type checkers read are written once for each process that tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .files import WRITTEN, write
from .running import importable

collect_ignore = ["refused"]  # mistakes that type checkers have to report; importing them is one


@pytest.fixture(scope="package")
def written() -> Iterator[Path]:
    """The folder of right classes and of mistakes, whose modules can be imported."""
    write()
    with importable(WRITTEN):
        yield WRITTEN
