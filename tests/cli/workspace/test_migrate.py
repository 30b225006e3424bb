"""`stackkit workspace migrate`: says what it changes, changes all of it or nothing, and where the backup is."""

from __future__ import annotations

import pytest
from tests.cli.command_line import CommandLine

FIRST = """
from __future__ import annotations
from typing import Any, ClassVar
from stackkit import BaseAlerter, Migration

class Bell(BaseAlerter):
    '''Rings.'''
    FLAVOR: ClassVar[str] = "bell"
    tone: str = "a"

    def post(self, message: str) -> bool:
        return True

    def ask(self, question: str) -> bool:
        return True
"""
SECOND = (
    FIRST.replace("class Bell", "def to_pitch(config: dict[str, Any]) -> dict[str, Any]:\n    {step}\n\nclass Bell")
    .replace('    tone: str = "a"', "    VERSION: ClassVar[int] = 2\n    MIGRATIONS = {1: to_pitch}\n    pitch: int")
    .replace("    MIGRATIONS =", "    MIGRATIONS: ClassVar[dict[int, Migration]] =")
)
RIGHT = "return {**{k: v for k, v in config.items() if k != 'tone'}, 'pitch': ord(config['tone'])}"


@pytest.fixture
def older(stackkit: CommandLine) -> CommandLine:
    """A workspace with a component of version 1, whose flavor has version 2 by now."""
    stackkit.write("bells.py", FIRST)
    stackkit.done("alerter flavor register bells.Bell")
    stackkit.done("alerter register door --flavor=bell --tone=c")
    stackkit.write("bells.py", SECOND.replace("{step}", RIGHT))
    return stackkit


def test_a_dry_run_shows_what_would_change_and_changes_nothing(older: CommandLine) -> None:
    before = older.documents()
    answer = older("workspace migrate --dry-run")
    assert answer.rows == [["alerter", "door", "bell", "1", "2", "tone:", '"c"', "->", "none;", "pitch:", "none", "->", "99"]]
    assert answer.err == "1 to migrate (--dry-run: nothing was written)\n"
    assert older.documents() == before
    assert not (older.folder / ".stackkit" / "backups").exists()


def test_migrating_shows_what_changed_and_where_the_backup_is(older: CommandLine) -> None:
    assert older.done("alerter describe door --output json").json
    answer = older("workspace migrate --output json")
    assert answer.status == 0
    assert answer.json == [
        {
            "type": "alerter",
            "name": "door",
            "flavor": "bell",
            "from": 1,
            "to": 2,
            "details": 'tone: "c" -> none; pitch: none -> 99',
        }
    ]
    (backup,) = (older.folder / ".stackkit" / "backups").iterdir()
    assert answer.err == f"1 migrated; as it was before: {backup}\n"
    again = older("workspace migrate")
    assert again.err == "every component has the form that its flavor has now\n"


def test_a_migration_that_fails_names_the_step_and_leaves_everything(older: CommandLine) -> None:
    older.write("bells.py", SECOND.replace("{step}", "return {'pitch': int(config['tone'])}"))
    message = older.refused("workspace migrate")
    assert message.startswith("alerter/door.config: alerter bell: the migration of door from version 1 to 2 failed: ValueError")
    assert message.endswith("mend Bell.MIGRATIONS")


def test_a_gap_between_versions_is_refused_by_name(older: CommandLine) -> None:
    older.write("bells.py", SECOND.replace("{1: to_pitch}", "{}").replace("{step}", RIGHT))
    assert "Bell.MIGRATIONS: has no migration from version 1 to 2" in older.refused("check bells.Bell")
