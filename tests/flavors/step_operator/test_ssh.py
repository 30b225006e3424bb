"""Steps on other machines: who is let in, what is sent, and what happens when somebody is gone."""

from __future__ import annotations

import asyncio
import importlib
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.flavors.step_operator.projects import (
    kill_while_it_runs,
    last_steps,
    stack_with,
    wait_for,
    wait_until_empty,
    write_project,
)
from tests.flavors.step_operator.ssh_doubles import Line, password_server
from tests.servers.sshd import SshServer

from stackkit import METADATA_STORE, Secret
from stackkit.errors import ConfigurationError, MissingExtraError, StepError
from stackkit.flavors.step_operator.packing import pack
from stackkit.flavors.step_operator.ssh import SshStepOperator
from stackkit.pipelines import run
from stackkit.testing.commands import HOLDS, RECORDS, is_released, python, small_wheel


def launch(operator: SshStepOperator, *command: str) -> None:
    operator.launch("training", "monday", [], command or python("pass"))


# Who is who


@pytest.mark.parametrize(
    "known", ["", "[127.0.0.1]:{port} {other}", "other.example {own}"], ids=["none", "another key", "another machine"]
)
def test_a_machine_that_is_not_known_is_sent_nothing(
    there: SshStepOperator, server: SshServer, tmp_path: Path, known: str
) -> None:
    own = server.known_hosts.read_text("ascii").partition(" ")[2]
    other = f"{server.key_file}.pub"
    text = known.format(port=server.port, own=own, other=Path(other).read_text("ascii"))
    (tmp_path / "known_hosts").write_text(text, encoding="ascii")
    stranger = there.replace(known_hosts=str(tmp_path / "known_hosts"), folder=str(tmp_path / "steps"))
    with pytest.raises(StepError, match=r"the key of .* is not among those of .*ssh-keyscan -p \d+ 127\.0\.0\.1 >> "):
        launch(stranger)
    assert not (tmp_path / "steps").exists()


def _no_file(operator: SshStepOperator, folder: Path) -> SshStepOperator:
    return operator.replace(known_hosts=str(folder / "nothing"))


def _no_hosts(operator: SshStepOperator, folder: Path) -> SshStepOperator:
    (folder / "text").write_text("nonsense", encoding="ascii")
    return operator.replace(known_hosts=str(folder / "text"))


def _no_key(operator: SshStepOperator, folder: Path) -> SshStepOperator:
    return operator.replace(key_file=str(folder / "nothing"))


def _another_key(operator: SshStepOperator, folder: Path) -> SshStepOperator:
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / "key")]
    subprocess.run(command, check=True, capture_output=True)
    return operator.replace(key_file=str(folder / "key"))


def _locked_key(operator: SshStepOperator, folder: Path) -> SshStepOperator:
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "hunter2", "-f", str(folder / "key")]
    subprocess.run(command, check=True, capture_output=True)
    return operator.replace(key_file=str(folder / "key"), passphrase=Secret.plain("hunter3"))


def _nobody(operator: SshStepOperator, folder: Path) -> SshStepOperator:
    return operator.replace(port=1, folder=str(folder))


def _no_python(operator: SshStepOperator, folder: Path) -> SshStepOperator:
    return operator.replace(python=str(folder / "no python"))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_no_file, r"nothing: the keys of known machines cannot be read"),
        (_no_hosts, r"text: the keys of known machines cannot be read"),
        (_no_key, r"nothing: the private key cannot be read"),
        (_another_key, r"lets nobody in: Permission denied.*; see user, key_file and password"),
        (_locked_key, r"key: the private key cannot be read: .*; see key_file and passphrase"),
        (_nobody, r"127\.0\.0\.1:1 cannot be talked to: .*; is it up, and its port right\?"),
        (_no_python, r"is its Python called so\?\n.*no python.*[Nn]o such file"),
    ],
)
def test_what_cannot_be_reached_is_told(
    there: SshStepOperator, tmp_path: Path, change: Callable[[SshStepOperator, Path], SshStepOperator], told: str
) -> None:
    changed = change(there, tmp_path)
    with pytest.raises(StepError, match=told) as failed:
        launch(changed)
    assert "hunter" not in str(failed.value)


def test_a_key_may_be_locked_by_a_passphrase(there: SshStepOperator, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_bytes(Path(there.key_file).read_bytes())
    key.chmod(0o600)
    command = ["ssh-keygen", "-q", "-p", "-P", "", "-N", "hunter2", "-f", str(key)]
    subprocess.run(command, check=True, capture_output=True)
    launch(there.replace(key_file=str(key), passphrase=Secret.plain("hunter2")))


def test_a_password_is_asked_for_and_never_told(there: SshStepOperator, tmp_path: Path) -> None:
    with password_server(tmp_path) as asking:
        asked = there.replace(port=asking.port, known_hosts=str(asking.known_hosts), user="ada", key_file="")
        launch(asked.replace(password=Secret.plain("correct horse")))
        with pytest.raises(StepError, match="lets nobody in") as failed:
            launch(asked.replace(password=Secret.plain("wrong horse")))
    assert "wrong" not in str(failed.value)


# What is sent


def test_the_project_of_a_step_is_sent_and_is_gone_afterwards(
    there: SshStepOperator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "project"
    write_project(project, small_wheel(tmp_path, "small_two"), "small_two")
    monkeypatch.setattr(sys, "path", [str(project), *sys.path])
    stack = stack_with(there.replace(name="operator", code_limit=2_000), tmp_path)
    run(importlib.import_module("its_flow").flow.compile(), stack)
    record = stack[METADATA_STORE].get_artifact(last_steps(stack)["check"].outputs[0])
    assert "Hello, Ada: 42! True" in (tmp_path / "artifacts" / record.uri).read_text("utf-8"), "the folder there is another"
    wait_until_empty(Path(there.folder) / "runs")
    small = stack_with(there.replace(name="operator", code_limit=100), tmp_path)
    with pytest.raises(
        StepError, match=r"greet: .*the code of the step has [\d,]+ bytes, and 100 may be sent; .*its_flow\.py alone has"
    ):
        run(importlib.import_module("its_flow").flow.compile(), small, use_cache=False)
    del sys.modules["its_flow"], sys.modules["its_package"], sys.modules["its_package.words"]


def test_links_to_files_are_sent_and_links_to_folders_are_not(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/code.py").write_text("1", encoding="ascii")
    (tmp_path / "project").mkdir()
    (tmp_path / "project/linked").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "project/broken.py").symlink_to(tmp_path / "nothing")
    empty = pack([tmp_path / "project"], 100)
    (tmp_path / "project/code.py").symlink_to(tmp_path / "elsewhere/code.py")
    assert b"0/code.py" in pack([tmp_path / "project"], 100)
    assert b"code.py" not in empty
    assert b"broken.py" not in empty


def test_variables_are_there_and_the_folder_is_empty(there: SshStepOperator, tmp_path: Path) -> None:
    program = "import os, sys; open(sys.argv[1], 'w').write(os.environ['OF_MINE']); sys.exit(len(os.listdir()))"
    launch(there.replace(variables=there.variables | {"OF_MINE": "a b $c"}), *python(program, tmp_path / "seen"))
    assert (tmp_path / "seen").read_text("utf-8") == "a b $c"


# Who is gone


def test_when_the_process_dies_that_launched_it_a_command_is_ended_there(there: SshStepOperator, tmp_path: Path) -> None:
    kill_while_it_runs(there, python(HOLDS, tmp_path / "lock", 60, "stays"), tmp_path / "lock")
    assert is_released(tmp_path / "lock", 60)
    wait_until_empty(Path(there.folder) / "runs")


def test_when_the_connection_is_lost_it_is_told_and_the_command_is_ended_there(
    there: SshStepOperator, server: SshServer, tmp_path: Path
) -> None:
    line = Line(server, tmp_path / "known_hosts")

    def cut() -> None:
        wait_for(tmp_path / "lock")
        line.cut()

    cutting = threading.Thread(target=cut)
    cutting.start()
    try:
        cut_off = there.replace(port=line.port, known_hosts=str(line.known_hosts))
        with pytest.raises(StepError, match=r"connection to .* was lost"):
            launch(cut_off, *python(HOLDS, tmp_path / "lock", 60, "stays"))
    finally:
        cutting.join()
        line.close()
    assert is_released(tmp_path / "lock", 60)


def test_it_can_be_used_where_an_event_loop_runs(there: SshStepOperator, tmp_path: Path) -> None:
    async def notebook() -> None:
        launch(there, *python(RECORDS, tmp_path / "record"))

    asyncio.run(notebook())
    assert (tmp_path / "record").exists()


def test_without_asyncssh_it_says_what_to_install(there: SshStepOperator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "asyncssh", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'stackkit\[ssh\]'"):
        launch(there)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("host", ""),
        ("host", "a b"),
        ("host", "a\n"),
        ("port", 0),
        ("port", 65_536),
        ("known_hosts", ""),
        ("python", ""),
        ("folder", ""),
        ("timeout", 0.0),
        ("memory", -1),
        ("code_limit", 0),
    ],
)
def test_what_cannot_be_is_refused(field: str, value: object) -> None:
    with pytest.raises(ConfigurationError, match=field):
        SshStepOperator(name="there", host="gpu").replace(**{field: value})


def test_saved_paths_do_not_depend_on_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    made = SshStepOperator(name="there", host="gpu", key_file="key", known_hosts="~/known")
    assert (made.key_file, made.known_hosts) == (str(tmp_path / "key"), str(tmp_path / "known"))
    assert SshStepOperator(name="there", host="gpu").known_hosts == str(tmp_path / ".ssh/known_hosts")
