"""The pytest plugin: workspaces and stacks for tests, with nothing of whoever runs them.

Installed with stackkit and loaded by pytest, so it imports what a fixture needs when the fixture is used.
"""

from __future__ import annotations

import os
import site
import sys
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from stackkit import Component, Stack, Workspace

# What a law finds is told with its values, in the tests of any flavor.
pytest.register_assert_rewrite("stackkit.testing.contracts")

LOCAL: Final = ("local", "console")
"""What the flavors of the kit are called that need no server and no account."""

_LEAKS: Final = ("STACKKIT_", "_STACKKIT_")
_USER: Final = ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")


@pytest.fixture
def stackkit_home(tmp_path: Path) -> Generator[Path]:
    """An empty home folder in place of the user's: `tmp_path / "stackkit" / "home"`.

    What is the user's by default, such as a workspace without a project or the folder of a secrets manager, is made in it.
    No variable of stackkit's, such as `STACKKIT_WORKSPACE`, is set. It holds for programs that the test starts, too.
    """
    home = tmp_path / "stackkit" / "home"
    home.mkdir(parents=True)
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(_LEAKS) or name in _USER]:
            patch.delenv(name)
        patch.setenv("PYTHONUSERBASE", site.getuserbase())  # programs find what is installed for the user
        patch.setenv("HOME", str(home))
        yield home


@pytest.fixture
def workspace(stackkit_home: Path) -> Generator[Workspace]:
    """A new, empty workspace: `tmp_path / "stackkit" / "workspace"`; it is closed after the test.

    It is the workspace in use, for `Workspace.find` and for the command line. Modules that were imported from its folder
    are forgotten afterwards, so each test may write its own.
    """
    from stackkit import Workspace

    root = stackkit_home.with_name("workspace")
    places, modules = list(sys.path), set(sys.modules)
    with pytest.MonkeyPatch.context() as patch, Workspace.init(root) as made:
        patch.setenv("STACKKIT_WORKSPACE", str(root))
        try:
            yield made
        finally:
            sys.path[:] = [place for place in sys.path if place in places or not Path(place).is_relative_to(root)]
            for name in set(sys.modules) - modules:
                if Path(getattr(sys.modules[name], "__file__", None) or "").is_relative_to(root):
                    del sys.modules[name]


@pytest.fixture
def stack_components() -> Sequence[Component]:
    """The components that `stack` has in place of the kit's; override or parametrize it. By default there are none."""
    return ()


@pytest.fixture
def stack(stackkit_home: Path, stack_components: Sequence[Component]) -> Generator[Stack]:
    """A stack of the kit's local flavors, whose files are in `tmp_path / "stackkit"`; those of `stack_components` come first.

    Nothing in it is up before the test brings it up; what runs is brought down afterwards.
    """
    from stackkit import Stack
    from stackkit.stack.lifecycle import down

    taken = {component.TYPE.slug for component in stack_components}
    made = Stack(*stack_components, *_local_components(stackkit_home.parent, taken))
    yield made
    down(made)


def _local_components(folder: Path, taken: set[str]) -> Generator[Component]:
    """A component of each local flavor of the kit, in a folder of its own.

    Args:
        folder: Where.
        taken: The slugs of the component types that are left out.
    """
    import attrs

    from stackkit import FlavorRegistry, from_builtins

    registry = FlavorRegistry()
    for record in registry.records():
        if record.source == "built-in" and record.name in LOCAL and record.type not in taken:
            flavor = registry.flavor(record.type, record.name)
            config = {"name": record.name}
            if "path" in attrs.fields_dict(flavor):
                config["path"] = str(folder / record.type)
            document = {"type": record.type, "flavor": record.name, "version": flavor.VERSION, "config": config}
            yield from_builtins(document, registry=registry)
