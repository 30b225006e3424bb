"""`stackkit stack validate|up|down`."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.command_line import CommandLine
from tests.cli.sources import ALERTER


@pytest.fixture
def ringing(composed: CommandLine) -> CommandLine:
    """The stack main has an alerter with states and a secret."""
    (composed.folder / "bell").mkdir()
    composed.write("bells.py", ALERTER)
    composed.done("alerter flavor register bells.Bell")
    composed.done(f"alerter register ring --flavor=bell --folder={composed.folder}/bell", "--token=${bell.token}")
    composed.done("stack update main --alerter ring")
    return composed


def states(folder: Path) -> set[str]:
    return {file.name for file in (folder / "bell").iterdir()}


def test_a_stack_without_its_secrets_is_refused_with_what_to_do(ringing: CommandLine) -> None:
    said = "the secret bell.token is not in vault; stackkit secrets-manager secret register bell token"
    assert ringing.refused("stack validate") == f"alerter/ring.token: {said}"
    answer = ringing("stack up")
    assert (answer.status, answer.err) == (1, f"Error: alerter/ring.token: {said}\n")
    assert states(ringing.folder) == set()


def test_a_stack_comes_up_step_by_step_and_goes_down_again(ringing: CommandLine) -> None:
    ringing.done("secrets-manager secret register bell token", stdin="ding")
    assert ringing.done("stack validate").out == "stack main is right\n"
    lines = ringing.done("stack up").out.splitlines()
    assert lines[0] == "  secrets manager vault is up"
    assert set(lines[1:-1]) == {"  artifact store prod is up", "  alerter ring is up"}
    assert lines[-1] == "stack main is up"
    assert states(ringing.folder) == {"provisioned", "running"}
    assert ringing.done("stack down main").out.splitlines()[-1] == "stack main is down"
    assert states(ringing.folder) == {"provisioned"}
    ringing.done("stack down main --force --yes")
    assert states(ringing.folder) == set()


def test_taking_away_without_a_terminal_needs_yes(ringing: CommandLine) -> None:
    message = ringing.refused("stack down --force", stdin="y\n", status=2)
    assert message.startswith("Take away what the stack main was provisioned with? Nobody can be asked here")


def test_the_status_tells_the_states_of_components_that_need_secrets(ringing: CommandLine) -> None:
    ringing.done("secrets-manager secret register bell token", stdin="ding")
    ringing.done("alerter up")
    rows = {row["type"]: row for row in ringing.done("status --output json").json["components"]}
    assert rows["alerter"] == {
        "type": "alerter",
        "name": "ring",
        "flavor": "bell",
        "provisioned": True,
        "running": True,
        "failure": "",
    }


def test_the_status_tells_that_a_state_cannot_be_told(ringing: CommandLine) -> None:
    answer = ringing.done("status")
    assert "the secret bell.token has no value" in next(line for line in answer.out.splitlines() if line.startswith("alerter"))
