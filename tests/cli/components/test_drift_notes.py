"""`status` and `check` say what changed of a class whose VERSION is still the same, and what to do."""

from __future__ import annotations

import pytest
from tests.cli.command_line import CommandLine

CLASS = """
from __future__ import annotations
from typing import ClassVar
from stackkit import BaseAlerter

class Bell(BaseAlerter):
    '''Rings.'''
    FLAVOR: ClassVar[str] = "bell"
    {field}

    def post(self, message: str) -> bool:
        return True

    def ask(self, question: str) -> bool:
        return True
"""


@pytest.fixture
def project(stackkit: CommandLine) -> CommandLine:
    """A workspace with a component whose flavor has the field tone."""
    change(stackkit, "tone: str = 'a'")
    stackkit.done("alerter flavor register bells.Bell")
    stackkit.done("alerter register door --flavor=bell --tone=c")
    stackkit.done("stack register main --alerter=door --set")
    return stackkit


def change(project: CommandLine, field: str) -> None:
    project.write("bells.py", CLASS.replace("{field}", field))


def test_nothing_is_said_of_a_class_that_is_the_same(project: CommandLine) -> None:
    assert project.done("status --output json").json["drift"] == []
    project.done("status")
    project.done("check bells.Bell")


def test_a_field_that_was_added_is_a_note(project: CommandLine) -> None:
    change(project, "tone: str = 'a'\n    loud: bool = False")
    answer = project("check bells.Bell")
    assert (answer.status, answer.err) == (0, "Note: alerter bell.loud: is new, and has a default: bool\n")
    answer = project("status")
    assert (answer.status, answer.err) == (0, "Note: alerter bell.loud: is new, and has a default: bool\n")
    assert "door" in answer.out


RENAMED = (
    "alerter bell.tone: was removed, and pitch, of the same type, is new, and VERSION is still 1; "
    'if it was renamed, raise VERSION, and add a migration: config["pitch"] = config.pop("tone")'
)


def test_a_field_that_was_renamed_is_refused_by_check_and_told_by_status(project: CommandLine) -> None:
    change(project, "pitch: str = 'a'")
    assert project.refused("check bells.Bell") == RENAMED
    answer = project("status")
    assert answer.status == 0
    assert answer.err.splitlines()[-1] == f"Warning: {RENAMED}"
    (row,) = project("status --output json").json["drift"]
    assert row["flavor"] == "bell"
    assert row["version"] == 1
    assert row["place"] == "tone"
    assert row["fits"] is False


def test_reading_a_component_says_what_changed(project: CommandLine) -> None:
    change(project, "pitch: str = 'a'")
    assert RENAMED in project.refused("stack validate")


def test_without_components_a_change_is_a_note(project: CommandLine) -> None:
    project.done("stack delete main --yes")
    project.done("alerter delete door --yes")
    change(project, "pitch: str = 'a'")
    answer = project("check bells.Bell")
    assert (answer.status, answer.err) == (0, f"Note: {RENAMED}\n")


def test_a_class_that_is_not_registered_is_compared_with_nothing(project: CommandLine) -> None:
    project.write("others.py", CLASS.replace("{field}", "pitch: int"))
    project.done("check others.Bell")
