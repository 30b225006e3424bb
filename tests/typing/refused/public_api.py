"""What type checkers refuse, and for which reason: an ignore that is not needed any more is reported itself."""

from __future__ import annotations

from stackkit import (
    ALERTER,
    ArtifactStore,
    ComponentType,
    ExperimentTracker,
    FlavorRecord,
    FlavorRegistry,
    Problem,
    Reference,
    Secret,
    SecretGroup,
    SecretSchema,
    Stack,
    Workspace,
    loads,
)


class Database(SecretSchema):
    user: str
    password: str


class Cache(SecretSchema):
    token: str


class OwnSecret(Secret):  # type: ignore[misc]  # ty: ignore[subclass-of-final-class]
    pass


class OwnStack(Stack):  # type: ignore[misc]  # ty: ignore[subclass-of-final-class]
    pass


def open_files(store: ArtifactStore) -> str:
    store.open("model", "rw")  # type: ignore[call-overload]  # ty: ignore[no-matching-overload]
    store.open("model", "wb").write("text")  # type: ignore[call-overload]  # ty: ignore[no-matching-overload]
    store.copyfile("a", "b", overwrite="yes")  # type: ignore[arg-type]  # ty: ignore[invalid-argument-type]
    store.path = "elsewhere"  # type: ignore[misc]  # ty: ignore[invalid-assignment]
    return store.open("model", "rb").read()  # type: ignore[return-value]  # ty: ignore[invalid-explicit-return]


def read_secrets(group: SecretGroup) -> Cache:
    Database("ada", "hunter2")  # type: ignore[call-arg]  # ty: ignore[missing-argument, too-many-positional-arguments]
    Database(user="ada")  # type: ignore[call-arg]  # ty: ignore[missing-argument]
    Database(user="ada", password=5)  # type: ignore[arg-type]  # ty: ignore[invalid-argument-type]
    Cache(token="abc").token = "xyz"  # type: ignore[misc]  # ty: ignore[invalid-assignment]
    group.read(dict)  # type: ignore[type-var]  # ty: ignore[invalid-argument-type]
    group.values = {}  # type: ignore[misc]  # ty: ignore[invalid-assignment]
    Secret(5)  # type: ignore[arg-type]  # ty: ignore[invalid-argument-type]
    return group.read(Database)  # type: ignore[return-value]  # ty: ignore[invalid-explicit-return]


def know_flavors(registry: FlavorRegistry, problem: Problem) -> None:
    registry.register(Database)  # type: ignore[arg-type]  # ty: ignore[invalid-argument-type]
    registry.flavor(ALERTER, "console")  # type: ignore[arg-type]  # ty: ignore[invalid-argument-type]
    FlavorRecord("alerter", "console", "m:C", "elsewhere")  # type: ignore[arg-type]  # ty: ignore[invalid-argument-type]
    problem.what = "nothing"  # type: ignore[misc]  # ty: ignore[invalid-assignment]
    ComponentType[Database]("database")  # type: ignore[type-var]  # ty: ignore[invalid-type-arguments]
    Reference("alerter")  # type: ignore[call-arg]  # ty: ignore[missing-argument]
    loads(b"", format=5)  # type: ignore[call-overload]  # ty: ignore[invalid-argument-type]


def end(tracker: ExperimentTracker, workspace: Workspace) -> None:
    tracker.end_run("1", status="running")  # type: ignore[arg-type]  # ty: ignore[invalid-argument-type]
    workspace.components.get("alerter", "console")  # type: ignore[arg-type]  # ty: ignore[invalid-argument-type]
    workspace.stacks.get().post("done")  # type: ignore[attr-defined]  # ty: ignore[missing-attribute]
    workspace.stacks.register("s", {ALERTER: "a"})  # type: ignore[dict-item]  # ty: ignore[invalid-argument-type]
