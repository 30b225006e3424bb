"""Programs that tests need and pip cannot install."""

from __future__ import annotations

import os
import shutil

import pytest

REQUIRED = bool(os.environ.get("CI") or os.environ.get("REQUIRE_TEST_PROGRAMS"))
"""Whether tests fail for want of a program; elsewhere they are skipped, and say why."""


def find_program(name: str, *, package: str, tests: str, folders: str = "") -> str:
    """The path of a program.

    Where it is not installed, the test is skipped, and says so; in CI, which installs it, the test fails.

    Args:
        name: What it is called.
        package: The Debian package that has it.
        tests: What is not tested without it.
        folders: Where it may be beside the usual folders, with a colon between any two.
    """
    found = shutil.which(name) or shutil.which(name, path=f"{folders}:/usr/local/sbin:/usr/sbin:/usr/bin".lstrip(":"))
    if found:
        return found
    reason = f"{name} is not installed: apt-get install {package}"
    if REQUIRED:
        pytest.fail(f"{reason}; without it, nothing tests {tests}", pytrace=False)
    pytest.skip(reason)
