"""`stackkit` as a program: pipes, interrupts, encodings, and what it imports."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.command_line import CommandLine
from tests.cli.programs import STACKKIT, environment, in_shell, run, started
from tests.cli.sources import ALERTER, changed

from stackkit import __version__

HEAVY = {
    "asyncio",
    "cattr",
    "cattrs",
    "cryptography",
    "difflib",
    "importlib.metadata",
    "msgspec",
    "platformdirs",
    "rich",
    "sqlalchemy",
    "stackkit.core.component",
    "stackkit.registry.check",
    "stackkit.registry.resolve",
    "stackkit.serialization",
    "stackkit.stack",
    "subprocess",
    "tempfile",
    "yaml",
}

PRINT_MODULES = """
import sys
from stackkit.cli.main import main
try:
    main(sys.argv[1:])
finally:
    print(*sys.modules, file=sys.stderr)
"""


def test_it_tells_its_version(tmp_path: Path) -> None:
    done = run("--version", folder=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"stackkit, version {__version__}\n", "")


def test_the_module_is_the_program_too(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "stackkit", "--version"]
    done = subprocess.run(command, cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False)
    assert done.stdout == f"stackkit, version {__version__}\n"


@pytest.mark.parametrize(
    "line", ["artifact-store flavor list", "stack list", "artifact-store flavor list --output json", "stack list --output json"]
)
def test_a_listing_imports_nothing_heavy(composed: CommandLine, line: str) -> None:
    composed.done("artifact-store delete spare --yes")
    composed.done("stack delete main --yes")
    composed.done("artifact-store delete prod --yes")
    composed.done("artifact-store flavor delete custom --yes")
    composed.done("artifact-store register plain --flavor=local --path=./plain")
    composed.done("stack register main -a plain -x vault --set")
    done = subprocess.run(
        [sys.executable, "-c", PRINT_MODULES, *line.split()],
        cwd=composed.folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(done.stderr.split())
    assert {"stackkit.cli.main", "click"} <= loaded
    assert loaded & HEAVY == set()


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_the_reader_of_a_pipe_may_go_away(composed: CommandLine, unbuffered: str) -> None:
    first = in_shell(f"export PYTHONUNBUFFERED={unbuffered}; stackkit artifact-store explain | head -1", composed.folder)
    assert (first.stdout, first.stderr) == ("Artifact store: where the files that pipelines make are kept.\n", "")
    reader, writer = os.pipe()
    os.close(reader)
    env = environment(PYTHONUNBUFFERED=unbuffered)
    done = subprocess.run(
        [STACKKIT, "stack", "list"], cwd=composed.folder, env=env, stdout=writer, stderr=subprocess.PIPE, check=False
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (1, b"")


@pytest.mark.parametrize(
    "line", ["stackkit --help >/dev/full", "stackkit stack list >/dev/full", "PYTHONUNBUFFERED= stackkit stack list >/dev/full"]
)
def test_a_full_disk_is_told(composed: CommandLine, line: str) -> None:
    done = in_shell(line, composed.folder)
    assert done.returncode == 1
    assert done.stderr == "Error: the output cannot be written: No space left on device\n"


@pytest.mark.parametrize(
    "line", ["stackkit stack list >&-", "stackkit stack list </dev/null 2>&-", "stackkit stack delete main --yes <&-"]
)
def test_closed_streams_do_no_harm(composed: CommandLine, line: str) -> None:
    done = in_shell(line, composed.folder)
    assert (done.returncode, done.stderr) == (0, "")


def test_text_that_the_encoding_has_not_is_escaped(composed: CommandLine) -> None:
    composed.done("artifact-store update prod --tags=日本 --tags=é")
    command = [STACKKIT, "artifact-store", "describe", "prod"]
    env = environment(PYTHONIOENCODING="latin-1")
    done = subprocess.run(command, cwd=composed.folder, env=env, capture_output=True, check=True)
    assert '["\\u65e5\\u672c", "é"]' in done.stdout.decode("latin-1")


def test_nothing_is_coloured_or_wrapped_in_a_pipe(composed: CommandLine) -> None:
    long = "custom://" + "very-long/" * 40
    composed.done(f"artifact-store update prod --path={long}")
    narrow = {"COLUMNS": "40", "TERM": "xterm-256color", "FORCE_COLOR": "1"}
    for line in (
        "artifact-store describe prod",
        "artifact-store flavor list",
        "status",
        "--help",
        "artifact-store register -f custom -h",
    ):
        printed = run(*line.split(), folder=composed.folder, env=narrow).stdout
        assert "\x1b" not in printed
        assert printed == run(*line.split(), folder=composed.folder).stdout
    assert f"path      {long}\n" in run("artifact-store", "describe", "prod", folder=composed.folder, env=narrow).stdout


def test_json_is_the_only_thing_on_standard_output(composed: CommandLine) -> None:
    done = run("alerter", "list", "--output", "json", folder=composed.folder)
    assert (json.loads(done.stdout), done.stderr) == ([], "")


class TestInterrupts:
    def test_ctrl_c_while_a_component_comes_up(self, composed: CommandLine) -> None:
        waits = "        print('waiting', flush=True)\n        import time\n\n        time.sleep(60)"
        composed.write("bells.py", changed(ALERTER, ('        Path(self.folder, "running").touch()', waits)))
        composed.done("alerter flavor register bells.Bell")
        composed.done(f"alerter register ring --flavor=bell --folder={composed.folder}")
        with started("alerter", "up", "ring", folder=composed.folder) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "waiting\n"
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=120)
        assert process.returncode == 130
        assert err.strip() == "Error: interrupted"

    def test_ctrl_c_while_a_value_is_piped_in(self, composed: CommandLine) -> None:
        composed.write("slow.py", "print('waiting', flush=True)\nimport time\n\ntime.sleep(60)\n")
        with started("check", "slow.Store", folder=composed.folder) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "waiting\n"
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=120)
        assert (process.returncode, err.strip()) == (130, "Error: interrupted")


def test_the_users_own_workspace_is_in_the_users_data_folder(tmp_path: Path) -> None:
    env = {"XDG_DATA_HOME": str(tmp_path / "data")}
    done = run("alerter", "register", "terminal", "--flavor=console", folder=tmp_path, env=env)
    assert (done.returncode, done.stderr) == (0, "")
    status = json.loads(run("status", "--output", "json", folder=Path("/"), env=env).stdout)
    assert Path(status["workspace"]).is_relative_to(tmp_path / "data")
    assert run("alerter", "list", folder=Path("/"), env=env).stdout.splitlines()[1].startswith("terminal  console")


def test_the_program_is_where_the_interpreter_is() -> None:
    assert Path(STACKKIT).is_file()
