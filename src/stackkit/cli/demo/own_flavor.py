"""The first part of the demo: a flavor of one's own, from its class to a stack that travels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Final

import click

from stackkit.cli.demo.guide import DemoError, Guide

MODULE: Final = "checked_store"


def show_own_flavor(guide: Guide) -> None:
    """Write, check, register, configure, compose, use, break and export a flavor."""
    for part in (_write_flavor, _register, _compose, _work, _break, _travel):
        part(guide)


def flavor_source() -> str:
    """The custom flavor that the demo writes: the source of `checked_store.py` beside this module."""
    return (files("stackkit.cli.demo") / f"{MODULE}.py").read_text(encoding="utf-8")


def _write_flavor(guide: Guide) -> None:
    guide.step("Somebody writes a flavor: one class, in a file of the project")
    source = flavor_source()
    (guide.folder / f"{MODULE}.py").write_text(source, encoding="utf-8")
    start = source.index("@final")
    guide.show(source[start : source.index("    @cached_property")])
    click.echo(f"     … the 13 methods follow, {len(source.splitlines())} lines in all")
    guide.run("stackkit init")
    guide.run(f"stackkit check {MODULE}.CheckedStore")


def _register(guide: Guide) -> None:
    guide.step("The flavor is registered, and listed beside those of the kit")
    guide.run(f"stackkit artifact-store flavor register {MODULE}.CheckedStore")
    guide.run("stackkit artifact-store flavor list")
    guide.run("stackkit artifact-store flavor describe checked")


def _compose(guide: Guide) -> None:
    guide.step("Components are configured, and composed into a stack")
    guide.run(f"stackkit artifact-store register prod --flavor=checked --path=checked://{guide.folder}/artifacts")
    guide.run("stackkit secrets-manager register vault --flavor=local --path=vault")
    guide.run("stackkit alerter register terminal --flavor=console")
    guide.run("stackkit secrets-manager secret register db password --manager vault", text="hunter2")
    guide.run("stackkit stack register laptop --artifact-store prod --secrets-manager vault --alerter terminal --set")
    guide.run("stackkit stack up")
    guide.run("stackkit status")


WORK: Final = """
from stackkit import ALERTER, ARTIFACT_STORE, SECRETS_MANAGER, Workspace
with Workspace.find() as workspace:
    stack = workspace.stacks.get()
    store = stack[ARTIFACT_STORE]                 # an ArtifactStore to every type checker
    with store.open("data/numbers.csv", "w") as file:
        file.writelines(f"{n},{n * n}\\n" for n in range(100_000))
    with store.open("data/numbers.csv") as file:
        total = sum(int(line.split(",")[1]) for line in file)
    print(store.glob("**/*.csv"), store.stat("data/numbers.csv").size, "bytes, sum", total)
    print("password:", len(stack[SECRETS_MANAGER].get_secret("db")["password"]), "characters")
    stack[ALERTER].post(f"the sum of the squares is {total}")
"""

READ: Final = """
from stackkit import ARTIFACT_STORE, StackkitError, Workspace
with Workspace.find() as workspace:
    try:
        workspace.stacks.get()[ARTIFACT_STORE].open("data/numbers.csv")
    except StackkitError as error:
        print(error)
"""


def _work(guide: Guide) -> None:
    guide.step("Programs work with real data through the stack")
    guide.python(WORK)
    guide.step("One byte of the file changes behind its back: the flavor notices")
    path = guide.folder / "artifacts/data/numbers.csv"
    data = bytearray(path.read_bytes())
    data[0] ^= 1
    path.write_bytes(data)
    guide.python(READ)


STRING: Final = 'SUPPORTED_SCHEMES: ClassVar[frozenset[str]] = frozenset({"checked://"})'
FLAVOR_LINE: Final = '    FLAVOR: ClassVar[str] = "checked"\n'
METHOD: Final = "def exists(self, path: StrPath) -> bool:"
BREAKS: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "a method is missing": (("def mkdir(", "def make_folder("),),
    "a constant is a plain string, and another is not assigned": (
        (STRING, 'SUPPORTED_SCHEMES = "checked://"'),
        (FLAVOR_LINE, ""),
    ),
    "a method takes something else, and a field cannot be serialized": (
        (METHOD, "def exists(self) -> bool:"),
        (FLAVOR_LINE, f"{FLAVOR_LINE}    seen: object = None\n"),
    ),
}
"""Three ways to break the flavor: what is replaced in its source, and by what."""


def broken_source(changes: Iterable[tuple[str, str]]) -> str:
    """The flavor's source with some of it replaced; the marks of overriding go, as most people do not write them."""
    source = flavor_source()
    for old, new in changes:
        if old not in source:
            raise DemoError(f"the flavor has no {old} to break")
        source = source.replace(old, new)
    return source.replace("    @override\n", "")


def _break(guide: Guide) -> None:
    guide.step("Three broken flavors are refused, each with everything that is wrong")
    for number, (what, changes) in enumerate(BREAKS.items(), 1):
        click.echo(f"   {what}:")
        (guide.folder / f"broken{number}.py").write_text(broken_source(changes), encoding="utf-8")
        guide.run(f"stackkit artifact-store flavor register broken{number}.CheckedStore", refused=True)


COMPARE: Final = """
from pathlib import Path
from stackkit import Workspace
with Workspace.open(Path("../first")) as first, Workspace.open(Path()) as second:
    print("equal:", first.stacks.get("laptop") == second.stacks.get("laptop"))
"""


def _travel(guide: Guide) -> None:
    guide.step("The stack travels as one document, and is equal in a second workspace")
    guide.run("stackkit stack export laptop ../laptop.yaml")
    guide.show((guide.folder.parent / "laptop.yaml").read_text(encoding="utf-8"))
    second = guide.folder.parent / "second"
    (second / f"{MODULE}.py").write_text(flavor_source(), encoding="utf-8")
    guide.run("stackkit init", folder=second)
    guide.run(f"stackkit artifact-store flavor register {MODULE}.CheckedStore", folder=second)
    guide.run("stackkit stack import ../laptop.yaml", folder=second)
    if "equal: True" not in guide.python(COMPARE, folder=second):
        raise DemoError("the stacks are not equal")
    guide.run("stackkit stack apply ../laptop.yaml", folder=second)
    guide.run("stackkit stack down")
