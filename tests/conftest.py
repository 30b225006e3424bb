"""How many examples Hypothesis tries, `HYPOTHESIS_PROFILE=default|ci|quick|thorough`; what tests of several folders share."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings
from tests.servers.mariadb import mariadb
from tests.servers.postgresql import postgresql
from tests.servers.server import Server

# Documentation and command line use it too; whoever imports it first, it is rewritten.
pytest.register_assert_rewrite("tests.flavors.container_registry.docker_registry")

# No profile has a deadline: it would measure how busy the machine is.
settings.register_profile("default", deadline=None)
# A commit has one verdict, on every Python and each time that it is asked for: the examples follow from the test.
settings.register_profile("ci", deadline=None, max_examples=25, derandomize=True, print_blob=True)
settings.register_profile("quick", deadline=None, max_examples=10, derandomize=True, print_blob=True)
settings.register_profile("thorough", deadline=None, max_examples=2000, print_blob=True)

settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

# What a script runs in the background ignores interrupts, and so would every program that tests start to interrupt it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

TESTS = Path(__file__).parent
EXAMPLES = TESTS.parent / "examples"

ONCE = ("benchmarks", "cli", "docs", "examples")
"""The folders of tests that are marked `once`: what is said, shown and measured is the same on every Python."""
ALWAYS = ("cli/demo/test_command.py", "cli/test_custom_flavor.py", "cli/test_main.py", "cli/pipelines/test_run.py")
"""And of these those that are not: they go the whole way."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        place = item.path.relative_to(TESTS) if item.path.is_relative_to(TESTS) else None
        if place and place.parts[0] in ONCE and str(place) not in ALWAYS:
            item.add_marker(pytest.mark.once)


@pytest.fixture(autouse=True, scope="module")
def examples_aside(request: pytest.FixtureRequest) -> Generator[None]:
    """Outside of their own tests, the examples' modules are not there: others may be called my_mod too."""
    if "examples" in request.path.parts:
        yield
        return
    places, modules = list(sys.path), dict(sys.modules)
    theirs = {name for name, module in modules.items() if str(getattr(module, "__file__", None)).startswith(f"{EXAMPLES}/")}
    sys.path[:] = [place for place in places if not place.startswith(f"{EXAMPLES}/")]
    for name in theirs:
        del sys.modules[name]
    yield
    sys.path[:] = [*sys.path, *(place for place in places if place not in sys.path)]
    sys.modules.update({name: modules[name] for name in theirs})


@pytest.fixture(scope="session")
def postgresql_server() -> Generator[Server]:
    """PostgreSQL, one for all tests of this process that ask for it: each takes a fresh database."""
    with postgresql() as server:
        yield server


@pytest.fixture(scope="session")
def mariadb_server() -> Generator[Server]:
    """MariaDB, one for all tests of this process that ask for it: each takes a fresh database."""
    with mariadb() as server:
        yield server
