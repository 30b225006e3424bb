"""A workspace and a model of it, driven by Hypothesis: two processes' worth of Workspace objects on one root."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import attrs
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from typing_extensions import override

from stackkit.components.alerter import ALERTER
from stackkit.core.component import StackComponent
from stackkit.core.component_type import ComponentType
from stackkit.core.reference import Reference
from stackkit.errors import (
    ComponentNotFoundError,
    InUseError,
    InvalidStackError,
    NameTakenError,
    StackkitError,
    StackNotFoundError,
)
from stackkit.workspace.workspace import Workspace

from .example_flavors import INBOX, RELAY, Inbox, Mailer, Relay
from .projects import assert_consistent, make, unchanged

Key: TypeAlias = tuple[str, str]
Refusal: TypeAlias = type[StackkitError] | None

NAMES = st.sampled_from(["a", "b", "c"])
KINDS = st.sampled_from([ALERTER, INBOX, RELAY])
MEMBERS = st.dictionaries(st.sampled_from(["alerter", "inbox", "relay"]), NAMES, max_size=3)
SIDES = st.sampled_from([0, 1])


@attrs.define
class Model:
    """What a workspace should have."""

    components: dict[Key, StackComponent] = attrs.field(factory=dict[Key, StackComponent])
    stacks: dict[str, dict[str, str]] = attrs.field(factory=dict[str, dict[str, str]])
    active: str | None = None

    def users(self, key: Key) -> list[str]:
        return [name for name, members in self.stacks.items() if members.get(key[0]) == key[1]]

    def composing(self, members: dict[str, str]) -> Refusal:
        """Why components make no stack."""
        if any(key not in self.components for key in members.items()):
            return ComponentNotFoundError
        relay = self.components.get(("relay", members.get("relay", "")))
        target = relay.target if isinstance(relay, Relay) else None
        wanting = target is not None and members.get(target.type) != target.name
        return InvalidStackError if wanting or not members else None

    def rename(self, key: Key, name: str) -> None:
        self.components[key[0], name] = self.components.pop(key).replace(name=name)
        for members in self.stacks.values():
            if members.get(key[0]) == key[1]:
                members[key[0]] = name
        for other, component in self.components.items():
            if isinstance(component, Relay) and component.target == Reference(*key):
                self.components[other] = component.replace(target=Reference(key[0], name))


class WorkspaceMachine(RuleBasedStateMachine):
    """Does to a workspace what is done to the model, and expects the same."""

    def __init__(self) -> None:
        super().__init__()
        self.temporary = tempfile.TemporaryDirectory()
        first = make(Path(self.temporary.name))
        self.sides = (first, Workspace.open(first.root))
        self.model = Model()

    @override
    def teardown(self) -> None:
        for workspace in self.sides:
            workspace.close()
        self.temporary.cleanup()

    def do(self, refusal: Refusal, side: int, act: Callable[[Workspace], object]) -> bool:
        """Do something; tell whether it was done, as the model says."""
        workspace = self.sides[side]
        if refusal is None:
            act(workspace)
            return True
        with unchanged(workspace), pytest.raises(refusal) as refused:
            act(workspace)
        assert type(refused.value) is refusal
        return False

    @rule(side=SIDES, kind=KINDS, name=NAMES, other=NAMES)
    def register(self, side: int, kind: ComponentType[Any], name: str, other: str) -> None:
        made: dict[str, StackComponent] = {
            "alerter": Mailer(name=name, address="x"),
            "inbox": Inbox(name=name),
            "relay": Relay(name=name, target=Reference("alerter", other)),
        }
        key = (kind.slug, name)
        refusal = NameTakenError if key in self.model.components else None
        if self.do(refusal, side, lambda workspace: workspace.components.register(made[kind.slug])):
            self.model.components[key] = made[kind.slug]

    @rule(side=SIDES, name=NAMES, retries=st.integers(0, 5))
    def update(self, side: int, name: str, retries: int) -> None:
        mailer = self.model.components.get(("alerter", name))
        refusal = ComponentNotFoundError if mailer is None else None
        if self.do(refusal, side, lambda w: w.components.update(ALERTER, name, {"retries": retries})) and mailer is not None:
            self.model.components["alerter", name] = mailer.replace(retries=retries)

    @rule(side=SIDES, name=NAMES)
    def remove_field(self, side: int, name: str) -> None:
        mailer = self.model.components.get(("alerter", name))
        refusal = ComponentNotFoundError if mailer is None else None
        if self.do(refusal, side, lambda w: w.components.remove_fields(ALERTER, name, ["retries"])) and mailer is not None:
            self.model.components["alerter", name] = mailer.replace(retries=3)

    def moving(self, kind: ComponentType[Any], name: str, new_name: str) -> Refusal:
        if (kind.slug, name) not in self.model.components:
            return ComponentNotFoundError
        return NameTakenError if (kind.slug, new_name) in self.model.components else None

    @rule(side=SIDES, kind=KINDS, name=NAMES, new_name=NAMES)
    def rename(self, side: int, kind: ComponentType[Any], name: str, new_name: str) -> None:
        if self.do(self.moving(kind, name, new_name), side, lambda w: w.components.rename(kind, name, new_name)):
            self.model.rename((kind.slug, name), new_name)

    @rule(side=SIDES, kind=KINDS, name=NAMES, new_name=NAMES)
    def copy(self, side: int, kind: ComponentType[Any], name: str, new_name: str) -> None:
        if self.do(self.moving(kind, name, new_name), side, lambda w: w.components.copy(kind, name, new_name)):
            copied: StackComponent = self.sides[side].components.get(kind, new_name)
            original = self.model.components[kind.slug, name]
            assert copied.uuid != original.uuid
            self.model.components[kind.slug, new_name] = original.replace(name=new_name, uuid=copied.uuid)

    @rule(side=SIDES, kind=KINDS, name=NAMES)
    def delete(self, side: int, kind: ComponentType[Any], name: str) -> None:
        key = (kind.slug, name)
        refusal = InUseError if self.model.users(key) else None if key in self.model.components else ComponentNotFoundError
        if self.do(refusal, side, lambda workspace: workspace.components.delete(kind, name)):
            del self.model.components[key]

    @rule(side=SIDES, name=NAMES, members=MEMBERS, activate=st.booleans())
    def register_stack(self, side: int, name: str, members: dict[str, str], activate: bool) -> None:
        refusal = NameTakenError if name in self.model.stacks else self.model.composing(members)
        if self.do(refusal, side, lambda w: w.stacks.register(name, members, activate=activate)):
            self.model.stacks[name] = dict(members)
            self.model.active = name if activate else self.model.active

    @rule(side=SIDES, name=NAMES, members=MEMBERS)
    def update_stack(self, side: int, name: str, members: dict[str, str]) -> None:
        there = self.model.stacks.get(name)
        refusal = StackNotFoundError if there is None else self.model.composing({**there, **members})
        if self.do(refusal, side, lambda workspace: workspace.stacks.update(name, members)):
            self.model.stacks[name] |= members

    @rule(side=SIDES, name=NAMES, slugs=st.sets(st.sampled_from(["alerter", "inbox", "relay"])))
    def remove_components(self, side: int, name: str, slugs: set[str]) -> None:
        there = self.model.stacks.get(name)
        rest = {slug: member for slug, member in (there or {}).items() if slug not in slugs}
        unknown = there is not None and not slugs <= there.keys()
        refusal = StackNotFoundError if there is None else ComponentNotFoundError if unknown else self.model.composing(rest)
        if self.do(refusal, side, lambda workspace: workspace.stacks.remove_components(name, slugs)):
            self.model.stacks[name] = rest

    def moving_stack(self, name: str, new_name: str) -> Refusal:
        if name not in self.model.stacks:
            return StackNotFoundError
        return NameTakenError if new_name in self.model.stacks else None

    @rule(side=SIDES, name=NAMES, new_name=NAMES)
    def rename_stack(self, side: int, name: str, new_name: str) -> None:
        if self.do(self.moving_stack(name, new_name), side, lambda workspace: workspace.stacks.rename(name, new_name)):
            self.model.stacks[new_name] = self.model.stacks.pop(name)
            self.model.active = new_name if self.model.active == name else self.model.active

    @rule(side=SIDES, name=NAMES, new_name=NAMES)
    def copy_stack(self, side: int, name: str, new_name: str) -> None:
        refusal = self.moving_stack(name, new_name) or self.model.composing(self.model.stacks[name])
        if self.do(refusal, side, lambda workspace: workspace.stacks.copy(name, new_name)):
            self.model.stacks[new_name] = dict(self.model.stacks[name])

    @rule(side=SIDES, name=NAMES)
    def delete_stack(self, side: int, name: str) -> None:
        refusal = None if name in self.model.stacks else StackNotFoundError
        if self.do(refusal, side, lambda workspace: workspace.stacks.delete(name)):
            del self.model.stacks[name]
            self.model.active = None if self.model.active == name else self.model.active

    @rule(side=SIDES, name=NAMES)
    def activate(self, side: int, name: str) -> None:
        refusal = None if name in self.model.stacks else StackNotFoundError
        if self.do(refusal, side, lambda workspace: workspace.stacks.activate(name)):
            self.model.active = name

    @rule(side=SIDES, name=NAMES)
    def apply_what_was_exported(self, side: int, name: str) -> None:
        """Which changes nothing, where the stack is right."""
        workspace = self.sides[side]
        if name in self.model.stacks:
            refusal = self.model.composing(self.model.stacks[name])
            data = workspace.transfer.export(name)
            with unchanged(workspace):
                if self.do(refusal, side, lambda other: other.transfer.apply(other.transfer.plan(data))):
                    assert {change.action for change in workspace.transfer.plan(data)} == {"leave"}

    @invariant()
    def both_tell_what_the_model_tells(self) -> None:
        for workspace in self.sides:
            kept = {(record.type, record.name): workspace.components.load(record) for record in workspace.components.all()}
            assert kept == self.model.components
            assert {record.name: dict(record.components) for record in workspace.stacks.all()} == self.model.stacks
            assert workspace.stacks.active == self.model.active
        assert_consistent(self.sides[0])
