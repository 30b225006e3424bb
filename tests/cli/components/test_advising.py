"""Advice is told on standard error, beside what was done, and changes no outcome."""

from __future__ import annotations

import pytest
from tests.cli.command_line import CommandLine
from tests.cli.sources import MODULE, STORE, changed

ADVICE = (
    "MyStore.password: looks like a secret, and is plain text; "
    "write password: Secret, so that documents hold a reference to it and not the value"
)


@pytest.mark.parametrize("command", ["check", "artifact-store flavor register"])
def test_a_right_flavor_that_could_be_better_is_accepted_with_advice(command: str, stackkit: CommandLine) -> None:
    file = stackkit.write(MODULE, changed(STORE, ("password: Secret | None", "password: str | None")))
    answer = stackkit(f"{command} my_mod.MyStore")
    line = STORE[: STORE.index("    password:")].count("\n") + 1
    assert (answer.status, answer.err) == (0, f"Advice: {file}:{line}: {ADVICE}\n")
    assert "my_mod.MyStore" in answer.out


@pytest.mark.parametrize("command", ["check", "artifact-store flavor register"])
def test_without_advice_nothing_is_told(command: str, stackkit: CommandLine) -> None:
    stackkit.write(MODULE, STORE)
    assert stackkit.done(f"{command} my_mod.MyStore").err == ""
