"""The stack that a new workspace has, so that something can be run at once: on this machine, with nothing to install."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from stackkit.errors import NameTakenError
from stackkit.workspace import location
from stackkit.workspace.records import StackRecord
from stackkit.workspace.stack_document import FORM
from stackkit.workspace.workspace import Workspace

NAME: Final = "default"
"""What the stack is called, and each of its components."""


def register_default_stack(workspace: Workspace) -> StackRecord | None:
    """Keep the default stack, and make it the active one, in a workspace that has no components and no stacks.

    Its orchestrator, artifact store, metadata store and secrets manager are those of this machine. Artifacts and records
    are kept in the workspace's folder, secrets in the user's. So it is not for a workspace that other machines share.

    Args:
        workspace: The workspace.

    Returns:
        The stack; None where the workspace is shared, or has something already, which is left as it is.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, Workspace.init(Path(folder)) as workspace:
    ...     made = register_default_stack(workspace)
    ...     (workspace.stacks.active, register_default_stack(workspace))
    ('default', None)
    """
    if workspace.is_shared or workspace.stacks.all() or workspace.components.all():
        return None
    folder = workspace.root / location.FOLDER
    try:
        return workspace.transfer.bring_in(_document(folder), activate=True)
    except NameTakenError:  # somebody else did it at the same time
        return None


def _document(folder: Path) -> dict[str, object]:
    flavors: list[tuple[str, str, dict[str, object]]] = [
        ("orchestrator", "local", {}),
        ("artifact_store", "local", {"path": str(folder / "artifacts")}),
        ("metadata_store", "sqlite", {"path": str(folder / "metadata.db")}),
        ("secrets_manager", "local", {}),
    ]
    components = [
        {"type": slug, "flavor": flavor, "version": 1, "config": {"name": NAME, **config}} for slug, flavor, config in flavors
    ]
    return {"stackkit": FORM, "stack": NAME, "components": components}
