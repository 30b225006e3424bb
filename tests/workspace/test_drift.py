"""A class that changes the form of its configuration and not its VERSION: what still fits goes on, the rest is told whole."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.registry.modules import forgetting_modules

from stackkit.components.alerter import ALERTER
from stackkit.errors import DocumentError, FlavorDriftError
from stackkit.workspace import records
from stackkit.workspace.workspace import Workspace

from .projects import unchanged

CLASS = """
from __future__ import annotations
from typing import Any, ClassVar
import attrs
from stackkit import BaseAlerter, Migration

class Bell(BaseAlerter):
    '''Rings.'''
    FLAVOR: ClassVar[str] = "bell"
    {body}

    def post(self, message: str) -> bool:
        return True

    def ask(self, question: str) -> bool:
        return True
"""
FIRST = 'tone: str = "a"; volume: int = 5'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project where the alerter door was kept as the class was at first."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # a module that is changed within a second is another one
    with process(tmp_path, FIRST) as workspace:
        workspace.flavors.register("bells.Bell")
        keep(workspace, "door", tone="c")
    return tmp_path


@contextmanager
def process(folder: Path, body: str) -> Generator[Workspace]:
    """The workspace as another process has it, after the class was given another body."""
    with forgetting_modules(folder) as modules, Workspace.init(folder) as workspace:
        modules.write("bells", CLASS.replace("{body}", body.replace("; ", "\n    ")))
        yield workspace


def keep(workspace: Workspace, name: str, **config: object) -> None:
    workspace.components.register(workspace.components.new(ALERTER, name, "bell", config))


def lines(error: pytest.ExceptionInfo[FlavorDriftError]) -> list[str]:
    return str(error.value).splitlines()


HARMLESS = [
    FIRST,
    'tone: str = "b"; volume: int = 6',
    f"{FIRST}; more: list[str] = attrs.field(factory=list)",
    'tone: str | None = "a"; volume: int = 5',
    "tone: str; volume: int",
]


@pytest.mark.parametrize("body", HARMLESS)
def test_a_document_that_still_fits_is_read(folder: Path, body: str) -> None:
    with process(folder, body) as workspace:
        assert workspace.components.get(ALERTER, "door").name == "door"
        workspace.stacks.register("main", {"alerter": "door"})
        assert workspace.stacks.get("main")[ALERTER].name == "door"


def test_a_retyped_field_whose_values_fit_is_read_and_not_written(folder: Path) -> None:
    with process(folder, 'tone: str = "a"; volume: float = 5.0') as workspace:
        assert workspace.components.get(ALERTER, "door").name == "door"
        with unchanged(workspace), pytest.raises(FlavorDriftError) as caught:
            workspace.components.update(ALERTER, "door", {"volume": 2.5})
        assert lines(caught) == [
            "alerter bell.volume: was int, is float, and VERSION is still 1; raise VERSION, and convert it in a migration"
        ]


def test_every_change_that_a_document_does_not_survive_is_told_where_it_is_read(folder: Path) -> None:
    with process(folder, "pitch: str = 'a'; loud: bool") as workspace:
        with pytest.raises(FlavorDriftError) as caught:
            workspace.components.get(ALERTER, "door")
        assert [problem.where for problem in caught.value.problems] == [f"alerter bell.{n}" for n in ("loud", "tone", "volume")]
        assert [problem.what for problem in caught.value.problems] == [
            "is new and required: bool, and VERSION is still 1",
            "was removed, and pitch, of the same type, is new, and VERSION is still 1",
            "was removed, and VERSION is still 1",
        ]
        assert [problem.remedy for problem in caught.value.problems] == [
            'give it a default, or raise VERSION and set "loud" in a migration',
            'if it was renamed, raise VERSION, and add a migration: config["pitch"] = config.pop("tone")',
            'raise VERSION, and take "volume" out in a migration',
        ]
        assert isinstance(caught.value, DocumentError)
        assert isinstance(caught.value.__cause__, DocumentError)


def test_a_stack_tells_the_same(folder: Path) -> None:
    with process(folder, FIRST) as workspace:
        workspace.stacks.register("main", {"alerter": "door"})
    with process(folder, 'tone: str = "a"') as workspace, pytest.raises(FlavorDriftError, match=r"bell\.volume: was removed"):
        workspace.stacks.get("main")


def test_mistakes_that_no_change_explains_are_told_too(folder: Path) -> None:
    with process(
        folder, 'tone: str = "a"; volume: int = attrs.field(default=1, validator=attrs.validators.lt(3))'
    ) as workspace:
        with pytest.raises(DocumentError, match=r"config\.volume: ") as caught:
            workspace.components.get(ALERTER, "door")
        assert not isinstance(caught.value, FlavorDriftError)
    body = "volume: int = attrs.field(default=1, validator=attrs.validators.lt(3))"
    with process(folder, body) as workspace, pytest.raises(FlavorDriftError) as drifted:
        workspace.components.get(ALERTER, "door")
    assert [line.partition(": ")[0] for line in lines(drifted)] == ["alerter bell.tone", "config.volume"]


@pytest.mark.parametrize("body", ['tone: str = "a"', 'tone: str = "a"; volume: str = "5"'])
def test_nothing_of_another_form_is_written_beside_it(folder: Path, body: str) -> None:
    with process(folder, body) as workspace, unchanged(workspace), pytest.raises(FlavorDriftError):
        keep(workspace, "gate")


def test_a_new_version_with_a_migration_reads_everything(folder: Path) -> None:
    body = (
        "VERSION: ClassVar[int] = 2; tone: str = 'a'; "
        "MIGRATIONS: ClassVar[dict[int, Migration]] = {1: lambda config: {k: v for k, v in config.items() if k != 'volume'}}"
    )
    with process(folder, body) as workspace:
        assert workspace.components.get(ALERTER, "door").name == "door"
        assert workspace.drift.all() == []
        keep(workspace, "gate")
        assert len(workspace.migration.run().upgrades) == 1
    with process(folder, body.replace("tone: str = 'a'", "tone: int = 1")) as workspace:
        (found,) = workspace.drift.all()
        assert (found.version, found.components) == (2, 2)


def test_what_was_added_is_taken_over_with_the_next_component_that_is_written(folder: Path) -> None:
    added = f"{FIRST}; more: int = 1"
    with process(folder, added) as workspace:
        (found,) = workspace.drift.all()
        assert [(change.place, change.fits) for change in found.changes] == [("more", True)]
        assert not found.harms
        assert found.problems() == []
        keep(workspace, "gate")
        assert workspace.drift.all() == []
    with process(folder, FIRST) as workspace:
        assert workspace.components.get(ALERTER, "door").name == "door"
        with pytest.raises(FlavorDriftError, match=r"bell\.more: was removed"):
            workspace.components.get(ALERTER, "gate")


def test_without_components_a_class_may_change_as_it_likes(folder: Path) -> None:
    with process(folder, "other: int") as workspace:
        (found,) = workspace.drift.all()
        assert found.harms
        workspace.components.delete(ALERTER, "door")
        (found,) = workspace.drift.all()
        assert not found.harms
        keep(workspace, "gate", other=1)
        assert workspace.drift.all() == []


def test_a_flavor_that_is_forgotten_is_remembered_in_no_shape(folder: Path) -> None:
    with process(folder, FIRST) as workspace:
        workspace.components.delete(ALERTER, "door")
        workspace.flavors.delete(ALERTER, "bell")
        with workspace.store.read() as snapshot:
            assert snapshot.list(records.SHAPE) == []


def test_a_flavor_that_cannot_be_imported_is_passed_over(folder: Path) -> None:
    with process(folder, FIRST) as workspace:
        (folder / "bells.py").write_text("import nothing_of_this_name", encoding="utf-8")
        assert workspace.drift.all() == []


@pytest.mark.parametrize("text", ["", "5", "{}", '{"version": 1}'])
def test_a_damaged_shape_stops_nobody(folder: Path, text: str) -> None:
    with process(folder, FIRST) as workspace:
        with workspace.store.write() as transaction:
            there = transaction.get(records.SHAPE, "alerter/bell")
            assert there is not None
            transaction.put(records.SHAPE, there.key, text, revision=there.revision)
        assert workspace.components.get(ALERTER, "door").name == "door"


def test_the_first_component_of_a_flavor_of_the_kit_keeps_its_shape(folder: Path) -> None:
    with process(folder, FIRST) as workspace:
        workspace.components.register(workspace.components.new(ALERTER, "terminal", "console", {}))
        with workspace.store.read() as snapshot:
            assert [document.key for document in snapshot.list(records.SHAPE)] == ["alerter/bell", "alerter/console"]
