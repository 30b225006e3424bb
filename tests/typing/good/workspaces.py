"""The parts of a workspace give records and components of known types."""

from __future__ import annotations

from pathlib import Path
from typing import Any, assert_type

from stackkit import ALERTER, Alerter, ComponentType, FlavorRecord, FlavorRegistry, Stack, StackComponent, Workspace
from stackkit.flavors.alerter.console import ConsoleAlerter
from stackkit.workspace.changes import Change
from stackkit.workspace.records import ComponentRecord, StackRecord


def use_components(workspace: Workspace) -> None:
    components = workspace.components
    assert_type(components.register(ConsoleAlerter(name="terminal")), ComponentRecord)
    assert_type(components.get(ALERTER, "terminal"), Alerter)
    assert_type(components.all(), list[ComponentRecord])
    assert_type(components.record(ALERTER, "terminal").name, str)
    assert_type(components.new(ALERTER, "other", "console", {}), StackComponent)
    assert_type(components.copy(ALERTER, "terminal", "copy"), ComponentRecord)
    assert_type(components.update(ALERTER, "copy", {}), ComponentRecord)


def use_stacks(workspace: Workspace) -> None:
    stacks = workspace.stacks
    assert_type(stacks.register("laptop", {"alerter": "terminal"}, activate=True), StackRecord)
    assert_type(stacks.get(), Stack)
    assert_type(stacks.get("laptop")[ALERTER], Alerter)
    assert_type(stacks.active, str | None)
    assert_type(stacks.all(), list[StackRecord])
    exported = workspace.transfer.export("laptop")
    assert_type(exported, dict[str, object])
    assert_type(workspace.transfer.plan(exported), list[Change])


def use_flavors(workspace: Workspace) -> None:
    assert_type(workspace.registry, FlavorRegistry)
    assert_type(workspace.flavors.all(ALERTER), list[FlavorRecord])
    assert_type(workspace.flavors.record(ALERTER, "console"), FlavorRecord)
    assert_type(workspace.flavors.get(ALERTER, "console"), type[StackComponent])
    any_type: ComponentType[Any] = ALERTER
    assert_type(workspace.components.all(any_type), list[ComponentRecord])


def run(folder: Path) -> None:
    with Workspace.init(folder) as workspace:
        assert_type(workspace, Workspace)
        assert_type(workspace.root, Path)
        use_components(workspace)
        use_stacks(workspace)
        use_flavors(workspace)
    with Workspace.open(folder) as again:
        assert_type(again, Workspace)
