"""Workspaces for tests, and a look at all that they keep."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from stackkit.core.component import StackComponent
from stackkit.errors import Problem, StackkitError
from stackkit.store.base import Document, Store
from stackkit.workspace import records
from stackkit.workspace.workspace import Workspace

from .example_flavors import Inbox, Mailer, Relay

KINDS = (records.FLAVOR, records.COMPONENT, records.STACK, records.SETTING, records.UUID, records.SHAPE)


def path_of(flavor: type[StackComponent]) -> str:
    return f"{flavor.__module__}:{flavor.__qualname__}"


def make(folder: Path) -> Workspace:
    """A new workspace that knows the flavors of the tests."""
    workspace = Workspace.init(folder)
    for flavor in (Mailer, Relay, Inbox):
        workspace.flavors.register(path_of(flavor))
    return workspace


def documents(store: Store) -> list[Document]:
    """All that a store holds."""
    with store.read() as snapshot:
        return [document for kind in KINDS for document in snapshot.list(kind)]


@contextmanager
def unchanged(*workspaces: Workspace) -> Generator[None]:
    """Whatever happens inside, nothing is written."""
    before = [documents(workspace.store) for workspace in workspaces]
    yield
    assert [documents(workspace.store) for workspace in workspaces] == before


def only(error: StackkitError) -> Problem:
    """The one problem of an error."""
    assert len(error.problems) == 1
    return error.problems[0]


def lines(error: StackkitError) -> list[str]:
    """What an error says, a line for each problem."""
    return [str(problem) for problem in error.problems]


def assert_consistent(workspace: Workspace) -> None:
    """Every component has its uuid, every uuid its component, and every stack components that are there."""
    kept = workspace.components.all()
    uuids = {document.key: document.body for document in documents(workspace.store) if document.kind == records.UUID}
    assert uuids == {record.uuid: record.key for record in kept}
    assert len(uuids) == len(kept)
    used = {records.key(slug, name) for stack in workspace.stacks.all() for slug, name in stack.components.items()}
    assert used <= {record.key for record in kept}
    assert workspace.stacks.active in {None, *(stack.name for stack in workspace.stacks.all())}
