"""Absent libraries are told in one line that names the extra."""

from __future__ import annotations

import subprocess
import sys
from typing import assert_type

import pytest

from stackkit.core.extras import Extra
from stackkit.errors import MissingExtraError


def test_an_installed_library_is_imported_as_always() -> None:
    with Extra("images"):
        import decimal
    assert assert_type(decimal.Decimal(1), decimal.Decimal) == 1


def test_an_absent_library_is_told_with_the_extra_that_installs_it() -> None:
    with pytest.raises(MissingExtraError) as caught, Extra("features"):
        raise ModuleNotFoundError("No module named 'polars'", name="polars")
    assert str(caught.value) == "polars is not installed; pip install 'stackkit[features]'"
    assert isinstance(caught.value.__cause__, ModuleNotFoundError)


def test_an_absent_part_of_a_library_is_told_by_the_library() -> None:
    with pytest.raises(MissingExtraError, match=r"^polars is not installed"), Extra("features"):
        raise ModuleNotFoundError("No module named 'polars.plugins'", name="polars.plugins")


def test_a_library_that_is_broken_is_told_with_what_it_says() -> None:
    with (
        pytest.raises(MissingExtraError, match=r"^pyarrow cannot be imported: libarrow.so: no such file; pip"),
        Extra("features"),
    ):
        raise ImportError("libarrow.so: no such file", name="pyarrow")


def test_other_errors_go_on_as_they_are() -> None:
    with pytest.raises(ZeroDivisionError), Extra("images"):
        raise ZeroDivisionError


def test_a_library_that_is_blocked_is_told_so_by_a_program() -> None:
    program = (
        "import sys; sys.modules['httpx'] = None\nfrom stackkit.core.extras import Extra\nwith Extra('images'): import httpx"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stderr.splitlines()[-1].endswith("MissingExtraError: httpx is not installed; pip install 'stackkit[images]'")
