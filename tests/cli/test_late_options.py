"""Options that follow from the arguments: they stand anywhere, and all that there are not are named."""

from __future__ import annotations

import pytest
from tests.cli.command_line import CommandLine


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "artifact-store register x --flavor=custom --pth=custom://x --retires=3",
            "No such options: --pth, did you mean --path?; --retires, did you mean --retries?",
        ),
        ("artifact-store register x --flavor=custom --qqq 1 --path --retires", "No such option '--qqq'."),
        ("artifact-store register x --pth=custom://x", "No such option '--pth'. Fields are a flavor's: give --flavor too."),
        ("artifact-store register x --flavor=custom -- --pth --retires", "Got unexpected extra arguments (--pth --retires)"),
        ("stack register s --alerta=a --qqq=b", "No such options: --alerta, did you mean --alerter?; --qqq"),
        ("stack register s --alerta=a", "No such option '--alerta'. (Did you mean one of: '--alerter', '--set'?)"),
        (
            "stack register s --alerter=a --alerter=b -a one -a two",
            "a stack has at most one component of a type; given more than once: alerter, artifact store",
        ),
    ],
)
def test_what_there_is_not_is_named(custom: CommandLine, line: str, said: str) -> None:
    assert custom.refused(line, status=2).splitlines()[0] == said


def test_an_option_may_stand_before_what_it_follows_from(custom: CommandLine) -> None:
    custom.done("artifact-store register --retries=4 --path=custom://x --flavor=custom store")
    custom.done("artifact-store update --retries 5 store")
    assert custom.done("artifact-store describe store --output json").json["config"]["retries"] == 5


def test_help_names_them_where_it_can(custom: CommandLine) -> None:
    assert "--retries <int>" in custom.done("artifact-store register --flavor=custom --help").out
    assert "--retries" not in custom.done("artifact-store register --help").out
    assert "--retries" not in custom.done("artifact-store register --flavor=nothing --help").out
    assert "--alerter NAME" in custom.done("stack register --help").out


def test_shells_complete_them(custom: CommandLine) -> None:
    assert custom.completed("artifact-store register x --flavor=custom --ret") == ["--retries"]
    assert custom.completed("stack register s --alert") == ["--alerter"]
