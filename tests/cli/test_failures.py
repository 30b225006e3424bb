"""What people are told when a call does not succeed, and its exit status."""

from __future__ import annotations

import re

import pytest
from tests.cli.command_line import CommandLine
from tests.cli.sources import MODULE, STORE, changed

RAISED = "raise ValueError('no \\x1b[31m way\\nat all')"


@pytest.fixture
def faulty(stackkit: CommandLine) -> CommandLine:
    """With a component whose log raises what nobody expects."""
    logs = f"    def logs(self) -> Iterable[str]:\n        {RAISED}\n\n    def exists(self, path: StrPath)"
    stackkit.write(MODULE, changed(STORE, ("    def exists(self, path: StrPath)", logs)))
    stackkit.done("artifact-store flavor register my_mod.MyStore")
    stackkit.done("artifact-store register prod --flavor=custom --path=custom://x")
    return stackkit


def test_an_unexpected_error_is_told_in_a_line_with_how_to_see_more(faulty: CommandLine) -> None:
    assert faulty.refused("artifact-store logs prod").splitlines() == [
        "unexpected ValueError: no \\x1b[31m way",
        "stackkit or a flavor has a mistake; to see where, repeat with: stackkit --debug …",
    ]


def test_a_long_error_is_cut(stackkit: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("x" * 10_000)

    monkeypatch.setattr("stackkit.cli.session.Session.types", fail)
    assert len(stackkit.refused("--help")) < 500


@pytest.mark.parametrize("line", ["--debug artifact-store logs prod", "--debug artifact-store describe prdo"])
def test_debug_shows_where_an_error_comes_from(faulty: CommandLine, line: str) -> None:
    with pytest.raises((ValueError, LookupError), match=r"no|prdo"):
        faulty(line)


@pytest.mark.parametrize("line", ["--debug artifact-store nothing", "--debug artifact-store delete prod"])
def test_debug_shows_no_traceback_of_what_was_typed_wrong(faulty: CommandLine, line: str) -> None:
    faulty.refused(line, status=2)


def test_without_arguments_the_help_is_shown(stackkit: CommandLine) -> None:
    answer = stackkit("")
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.startswith("Usage: stackkit [OPTIONS] COMMAND [ARGS]...")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("stak list", "there is no command stak; did you mean stack?"),
        ("artifact-store lst", "there is no command lst; did you mean list?"),
        ("artefact-store list", "there is no command artefact-store; did you mean artifact-store?"),
        ("secrets-manager secret registr", "there is no command registr; did you mean register?"),
        ("artifact-store flavor registr", "there is no command registr; did you mean register?"),
        ("artifact-store zzz", "there is no command zzz; there are flavor, register, list"),
        ("stack list --ouput json", "Did you mean '--output'?"),
        ("--workspce . status", "Did you mean '--workspace'?"),
        ("stack list --output xml", "'xml' is not one of 'table', 'json'"),
        ("stack describe a b", "unexpected extra argument (b)"),
        ("stack rename a", "Missing argument 'NEW_NAME'"),
    ],
)
def test_wrong_usage_is_told_with_where_to_look(stackkit: CommandLine, line: str, said: str) -> None:
    first, last = stackkit.refused(line, status=2).splitlines()
    assert said in first
    assert re.fullmatch(r"Try: stackkit( [a-z-]+)* --help", last)


@pytest.mark.parametrize(
    "line",
    [
        "artifact-store describe {}",
        "artifact-store flavor describe {}",
        "artifact-store flavor register {}",
        "artifact-store flavor register a.{}",
        "artifact-store register x --flavor={}",
        "artifact-store register x --flavor=local --path=. --{}",
        "artifact-store register x --flavor=local --path=x://{}",
        "artifact-store register {} --flavor=local --path=.",
        "artifact-store register x --from {}",
        "artifact-store remove-attribute spare {}",
        "artifact-store rename spare {}",
        "artifact-store rename {} x",
        "stack register other -a {}",
        "stack register {} -a spare",
        "stack remove-component main {}",
        "stack set {}",
        "stack export {}",
        "stack import {}",
        "stack describe --output {}",
        "secrets-manager secret get {}",
        "secrets-manager secret register {} key",
        "secrets-manager secret register name {}",
        "check {}",
        "init file/{}",
        "{}",
        "stack {}",
        "--workspace {} status",
        "--{}",
    ],
)
@pytest.mark.parametrize("text", ["a\x1b[31mred\x07", "line\nfeed", "\x9b31m", "\u202eevil", "\udcff"], ids=range(5))
def test_nothing_that_is_typed_drives_the_terminal(composed: CommandLine, line: str, text: str) -> None:
    composed.write("file", "")
    answer = composed("", *(part.replace("{}", text) for part in line.split()))
    assert answer.status in (1, 2), answer
    lines = answer.err.splitlines()
    assert 1 <= len(lines) <= 3
    assert all(shown.isprintable() for shown in lines), answer.err
    assert "Traceback" not in answer.err
    assert not lines[0].startswith("Error: unexpected")
