"""A process that works in a workspace beside others: `workspace_worker.py ROOT NUMBER COUNT`.

It registers components and stacks of its own, and competes with the others for some names. It answers with one line of JSON:
which of those it got.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from stackkit.errors import ComponentNotFoundError, ConflictError, InUseError, NameTakenError, UnknownNameError
from stackkit.flavors.alerter.console import ConsoleAlerter
from stackkit.workspace.workspace import Workspace


def work(workspace: Workspace, number: int, count: int) -> dict[str, list[str]]:
    """Register, compete, change and delete."""
    got: dict[str, list[str]] = {"components": [], "stacks": []}
    for index in range(count):
        own = f"own-{number}-{index}"
        workspace.components.register(ConsoleAlerter(name=own))
        workspace.stacks.register(own, {"alerter": own})
        shared = f"shared-{index}"
        while True:
            try:
                workspace.components.register(ConsoleAlerter(name=shared))
                got["components"].append(shared)
            except NameTakenError:
                pass
            try:
                workspace.stacks.register(shared, {"alerter": shared}, activate=True)
                got["stacks"].append(shared)
            except ComponentNotFoundError:  # another process has deleted it before a stack had it
                continue
            except NameTakenError:
                pass
            break
        if index % 2:
            workspace.stacks.delete(own)
            workspace.components.rename(ConsoleAlerter.TYPE, own, f"renamed-{number}-{index}")
        try:
            workspace.stacks.update("shared-0", {"alerter": own})
            workspace.components.delete(ConsoleAlerter.TYPE, shared)
        except (ConflictError, InUseError, UnknownNameError):
            pass
    return got


if __name__ == "__main__":
    with Workspace.open(Path(sys.argv[1])) as opened:
        sys.stdin.readline()  # until all of them are there
        print(json.dumps(work(opened, int(sys.argv[2]), int(sys.argv[3]))))  # noqa: T201 - the way back to the test
