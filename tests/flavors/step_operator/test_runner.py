"""Orders are carried out by what a Python has of its own, for as long as somebody waits."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from tests.flavors.step_operator.projects import wait_for

from stackkit.flavors.step_operator import receiving
from stackkit.flavors.step_operator.local import LocalStepOperator
from stackkit.flavors.step_operator.order import Order, Outcome
from stackkit.flavors.step_operator.parcel import HEARTBEAT, Parcel, begin
from stackkit.flavors.step_operator.wheel import archive, kit
from stackkit.testing.commands import HOLDS, is_released, python


def test_it_needs_nothing_but_the_standard_library(tmp_path: Path) -> None:
    wheel = tmp_path / kit().name
    wheel.write_bytes(kit().content)
    program = (
        f"import sys; sys.path.insert(0, {str(wheel)!r}); import stackkit.flavors.step_operator.runner as r; print(r.__file__)"
    )
    done = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.startswith(str(wheel))


def test_the_wheel_is_the_kit_that_runs_here() -> None:
    import stackkit

    folder = Path(stackkit.__file__).parent
    with zipfile.ZipFile(io.BytesIO(kit().content)) as wheel:
        names = {name for name in wheel.namelist() if name.startswith("stackkit/")}
        assert names == {
            f"stackkit/{file.relative_to(folder)}" for file in folder.rglob("*") if file.is_file() and file.suffix != ".pyc"
        }
        assert wheel.read("stackkit/errors.py") == (folder / "errors.py").read_bytes()


def test_when_nobody_speaks_any_more_a_command_is_ended(local: LocalStepOperator, tmp_path: Path) -> None:
    order = Order(command=python(HOLDS, tmp_path / "lock", 60, "stays"), folder=local.folder, silence=1.0)
    command = [sys.executable, "-I", "-c", begin()]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.write(Parcel(order, kit()).write() + HEARTBEAT)
        process.stdin.flush()  # and stays open
        assert process.wait() == 1
        assert Outcome.find(process.stderr.read().decode()) is None
    assert is_released(tmp_path / "lock", 60)


def test_a_command_that_is_ended_has_no_outcome_however_long_that_takes(local: LocalStepOperator, tmp_path: Path) -> None:
    code = archive((f"0/{number}.py", b"") for number in range(2_000))
    program = f"import pathlib, time; pathlib.Path({str(tmp_path / 'begun')!r}).write_text('1'); time.sleep(60)"
    order = Order(command=python(program), folder=local.folder)
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-I", "-c", begin()], stdin=pipe, stdout=pipe, stderr=pipe) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.write(Parcel(order, kit(), code).write())
        process.stdin.flush()
        wait_for(tmp_path / "begun")
        process.stdin.close()
        assert process.wait() == 1
        assert Outcome.find(process.stderr.read().decode()) is None


def test_an_old_python_says_that_it_is_too_old(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(receiving, "OLDEST", (99, 0))
    with pytest.raises(SystemExit):
        receiving.receive(io.BytesIO())
    found = Outcome.find(capsys.readouterr().err)
    assert found is not None
    assert found.stage == "start"
    assert "and the kit needs 3.11" in found.problem


def test_the_kit_is_written_where_it_is_not_there_as_it_was_sent_and_for_nobody_else(tmp_path: Path) -> None:
    head = {"folder": str(tmp_path / "steps"), "digest": "0123", "wheel": "kit.whl"}
    file = Path(receiving.kept(head, b"the kit"))
    assert (file.read_bytes(), file.parents[2].stat().st_mode & 0o077) == (b"the kit", 0)
    file.write_bytes(b"something else")
    assert receiving.kept(head, b"the kit") == str(file)
    assert file.read_bytes() == b"the kit"
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize("sent", [b"", b"5\nabc", b"2\n{}"])
def test_what_is_broken_off_is_not_begun(sent: bytes) -> None:
    with pytest.raises(SystemExit):
        receiving.receive(io.BytesIO(sent))


def test_an_outcome_is_found_among_other_lines_when_it_is_whole() -> None:
    outcome = Outcome(stage="command", status=3)
    text = f"a banner\n{outcome.write()}"
    assert Outcome.find(text) == outcome
    assert Outcome.find(text[:-1]) is None
    assert Order.read(Order(command=["python", "\udc80"], folder="~").write()) == Order(
        command=["python", "\udc80"], folder="~"
    )
