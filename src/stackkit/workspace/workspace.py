"""A workspace: the one object through which programs and the command line work with flavors, components and stacks."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, final

from stackkit.errors import Problem, WorkspaceError
from stackkit.registry.registry import FlavorRegistry
from stackkit.store.base import Store
from stackkit.store.sqlite import SqliteStore
from stackkit.workspace import location

if TYPE_CHECKING:  # each part is imported at first use: a command needs one or two, and pays for no more
    from stackkit.workspace.components import WorkspaceComponents
    from stackkit.workspace.drift import WorkspaceDrift
    from stackkit.workspace.flavors import WorkspaceFlavors
    from stackkit.workspace.migration import WorkspaceMigration
    from stackkit.workspace.stacks import WorkspaceStacks
    from stackkit.workspace.transfer import Transfer


@final
class Workspace:
    """The flavors, components and stacks of a project.

    Use it as a context manager, or call `close`. Its parts do the work: `flavors`, `components`, `stacks`, `transfer`.

    Args:
        root: The project's folder: it holds `.stackkit`, and its modules can be registered as flavors.
        store: Where the documents are; by default what `STACKKIT_STORE_URL` names, or else an SQLite file in `.stackkit`.

    Raises:
        StoreError: `STACKKIT_STORE_URL` names no store.
        MissingExtraError: It names one that takes an extra which is not installed.

    >>> import tempfile
    >>> from stackkit.components.alerter import ALERTER
    >>> from stackkit.flavors.alerter.console import ConsoleAlerter
    >>> with tempfile.TemporaryDirectory() as folder, Workspace.init(Path(folder)) as workspace:
    ...     record = workspace.components.register(ConsoleAlerter(name="terminal"))
    ...     _ = workspace.stacks.register("laptop", {"alerter": "terminal"}, activate=True)
    ...     workspace.stacks.get()[ALERTER].name
    'terminal'
    """

    def __init__(self, root: Path, store: Store | None = None) -> None:
        self.root: Path = location.absolute(root)
        self.store: Store = store or _store_of(self.root)

    @classmethod
    def find(cls, start: Path | None = None) -> Self:
        """The workspace in use: of the project around a folder, or else the user's own, which is made when it is missing.

        `STACKKIT_WORKSPACE` names the project's folder outright, where no `start` is given.

        Args:
            start: Where to look upwards from; the current folder by default.

        Raises:
            WorkspaceError: `STACKKIT_WORKSPACE` names no workspace, or the user's cannot be made.
        """
        named = os.environ.get(location.VARIABLE)
        if named and start is None:
            return cls._open(Path(named), f"{location.VARIABLE} ")
        root = location.find_root(start)
        if not location.is_workspace(root):
            location.make(root)
        return cls(root)

    @classmethod
    def open(cls, root: Path) -> Self:
        """The workspace of a folder.

        Args:
            root: The project's folder; `~` is expanded.

        Raises:
            WorkspaceError: There is none.
        """
        return cls._open(root)

    @classmethod
    def _open(cls, root: Path, named_by: str = "") -> Self:
        root = location.absolute(root)
        if not location.is_workspace(root):
            problem = Problem("is no workspace", where=f"{named_by}{root}", remedy=f"make one: stackkit init {root}")
            raise WorkspaceError(problem)
        return cls(root)

    @classmethod
    def init(cls, root: Path) -> Self:
        """Make a workspace, or open the one that is there.

        Args:
            root: The project's folder; it is made if it is missing, and `~` is expanded.

        Raises:
            WorkspaceError: It cannot be made there.
        """
        workspace = cls(root)
        location.make(workspace.root)
        return workspace

    @cached_property
    def registry(self) -> FlavorRegistry:
        """The component types and flavors that this workspace knows."""
        from stackkit.workspace.flavors import StoredFlavors

        return FlavorRegistry(StoredFlavors(self.store), self.root)

    @cached_property
    def flavors(self) -> WorkspaceFlavors:
        """Registering, listing and forgetting flavors."""
        from stackkit.workspace.flavors import WorkspaceFlavors

        return WorkspaceFlavors(self.store, self.registry, self.root)

    @cached_property
    def components(self) -> WorkspaceComponents:
        """Registering, changing and forgetting components."""
        from stackkit.workspace.components import WorkspaceComponents

        return WorkspaceComponents(self.store, self.registry)

    @cached_property
    def stacks(self) -> WorkspaceStacks:
        """Registering, changing and forgetting stacks."""
        from stackkit.workspace.stacks import WorkspaceStacks

        return WorkspaceStacks(self.store, self.registry, self._place)

    @cached_property
    def transfer(self) -> Transfer:
        """Exporting, importing and applying stacks."""
        from stackkit.workspace.transfer import Transfer

        return Transfer(self.store, self.registry, self._place)

    @cached_property
    def drift(self) -> WorkspaceDrift:
        """Looking for flavors that have changed without a new VERSION."""
        from stackkit.workspace.drift import WorkspaceDrift

        return WorkspaceDrift(self.store, self.registry)

    @cached_property
    def migration(self) -> WorkspaceMigration:
        """Bringing all components to the form that their flavors have now."""
        from stackkit.workspace.migration import WorkspaceMigration

        return WorkspaceMigration(self.store, self.registry, self.root)

    @property
    def is_shared(self) -> bool:
        """Whether its documents are in a store that others may share, and not in a file of this machine."""
        return not isinstance(self.store, SqliteStore)

    @cached_property
    def _place(self) -> str:
        """What its own settings are kept under in a store that others share: each checkout has an active stack of its own."""
        return location.place(self.root) if self.is_shared else ""

    def close(self) -> None:
        """Give back what the workspace holds open. Can be repeated without harm."""
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def _store_of(root: Path) -> Store:
    url = os.environ.get(location.STORE_VARIABLE)
    if url:
        from stackkit.store.server import ServerStore  # only where one is asked for

        return ServerStore(url, where=location.STORE_VARIABLE)
    return SqliteStore(root / location.FOLDER / location.DATABASE)
