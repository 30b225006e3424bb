"""Stacks, and what a component sees of them, give components of the type that they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, assert_type, final
from uuid import UUID

from typing_extensions import override

from stackkit import (
    ALERTER,
    ARTIFACT_STORE,
    SECRETS_MANAGER,
    Alerter,
    ArtifactStore,
    BaseAlerter,
    Component,
    Components,
    ComponentType,
    HasFlavor,
    HasLifecycle,
    Migration,
    Problem,
    Reference,
    SecretsManager,
    Stack,
    StackComponent,
)
from stackkit.flavors.artifact_store.local import LocalArtifactStore


def store_by_name(config: dict[str, Any]) -> dict[str, Any]:
    return config | {"store": {"$component": f"artifact_store/{config['store']}"}}


@final
class FileAlerter(BaseAlerter):
    """Writes messages into an artifact store of its stack."""

    FLAVOR: ClassVar[str] = "file"
    VERSION: ClassVar[int] = 2
    MIGRATIONS: ClassVar[Mapping[int, Migration]] = {1: store_by_name}

    store: Reference

    @override
    def post(self, message: str) -> bool:
        return bool(message)

    @override
    def ask(self, question: str) -> bool:
        return False

    @override
    def validate(self, components: Components) -> Iterable[Problem]:
        if ARTIFACT_STORE not in components:
            yield Problem("needs an artifact store", remedy="add one to the stack")

    @override
    def logs(self) -> Iterator[str]:
        yield self.name


def use(stack: Stack) -> None:
    assert_type(stack[ARTIFACT_STORE], ArtifactStore)
    assert_type(stack[ALERTER], Alerter)
    assert_type(stack.get(ARTIFACT_STORE), ArtifactStore | None)
    assert_type(stack.get(SECRETS_MANAGER), SecretsManager | None)
    assert_type(stack.secrets_manager, SecretsManager | None)
    assert_type(ALERTER in stack, bool)
    assert_type(stack.components, tuple[Component, ...])
    assert_type(next(iter(stack)), Component)
    assert_type(len(stack), int)
    assert_type(stack.name, str)
    use_components(stack)


def use_components(components: Components) -> None:
    assert_type(components[ARTIFACT_STORE], ArtifactStore)
    assert_type(components[ARTIFACT_STORE].TYPE, ComponentType[ArtifactStore])
    assert_type(components.get(ALERTER), Alerter | None)
    assert_type(ALERTER in components, bool)
    assert_type(Reference("artifact_store", "local").find(components, ARTIFACT_STORE), ArtifactStore)
    use_component(components[ALERTER])


def use_component(component: Component) -> None:
    assert_type(component.name, str)
    assert_type(component.uuid, UUID)
    assert_type(component.FLAVOR, str)
    assert_type(component.TYPE, ComponentType[Any])
    if isinstance(component, StackComponent):
        use_base(component, Stack())


def use_base(component: StackComponent, components: Components) -> None:
    assert_type(component.VERSION, int)
    assert_type(component.validate(components), Iterable[Problem])
    assert_type(component.logs(), Iterable[str])
    named: HasFlavor = component
    assert_type(named.FLAVOR, str)
    use_lifecycle(component)


def use_lifecycle(component: HasLifecycle) -> None:
    component.provision()
    component.resume()
    assert_type(component.is_provisioned, bool)
    assert_type(component.is_running, bool)
    component.suspend()
    component.deprovision()


def use_flavor(alerter: FileAlerter) -> None:
    assert_type(alerter.store, Reference)
    assert_type(alerter.MIGRATIONS, Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]])
    assert_type(alerter.replace(name="other"), FileAlerter)
    assert_type(alerter.logs(), Iterator[str])
    assert_type(alerter.post("done"), bool)


def run(folder: Path) -> None:
    alerter = FileAlerter(name="file", store=Reference("artifact_store", "local"))
    use_flavor(alerter)
    use(Stack(LocalArtifactStore(name="local", path=str(folder)), alerter, name="files"))
