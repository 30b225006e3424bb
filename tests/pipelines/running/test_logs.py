"""What a step prints is kept, and seen."""

from __future__ import annotations

import logging
import sys
import threading
from pathlib import Path

import pytest

from stackkit.flavors.artifact_store.local import LocalArtifactStore
from stackkit.pipelines.running import logs as module
from stackkit.pipelines.running.logs import StepLogs, captured


def kept(store: LocalArtifactStore, logs: StepLogs) -> str:
    with store.open(logs.uri, "r") as file:
        return file.read()


def test_what_is_printed_is_seen_and_kept(store: LocalArtifactStore, capsys: pytest.CaptureFixture[str]) -> None:
    logs = StepLogs(store, "runs/1/train.log")
    before, handler = sys.stdout, logging.StreamHandler(sys.stderr)
    logging.getLogger().addHandler(handler)
    try:
        with captured(logs):
            print("to the output", end="")
            print(" and the error", file=sys.stderr)
            logging.getLogger("of a library").warning("and a warning")
        assert (sys.stdout, handler.stream) == (before, sys.stderr)
    finally:
        logging.getLogger().removeHandler(handler)
    assert capsys.readouterr().out == "to the output"
    assert logs.uri == "runs/1/train.log"
    assert kept(store, logs) == "to the output and the error\nand a warning\n"


def test_no_file_is_made_where_nothing_is_printed(store: LocalArtifactStore) -> None:
    logs = StepLogs(store, "train.log")
    with captured(logs):
        pass
    assert logs.uri == ""
    assert not store.exists("train.log")


def test_what_was_printed_before_an_error_is_kept(store: LocalArtifactStore) -> None:
    logs = StepLogs(store, "train.log")

    def work() -> None:
        with captured(logs):
            print("before \udc00")
            raise KeyError

    with pytest.raises(KeyError):
        work()
    assert kept(store, logs) == "before \\udc00\n"


def test_steps_in_several_threads_keep_their_own(store: LocalArtifactStore, capsys: pytest.CaptureFixture[str]) -> None:
    both = threading.Barrier(2)
    found = {name: StepLogs(store, f"{name}.log") for name in ("first", "second")}

    def work(name: str) -> None:
        with captured(found[name]):
            both.wait(10)
            print(name)
            both.wait(10)

    threads = [threading.Thread(target=work, args=(name,)) for name in found]
    before = sys.stdout
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sys.stdout is before
    assert {name: kept(store, logs) for name, logs in found.items()} == {"first": "first\n", "second": "second\n"}
    assert sorted(capsys.readouterr().out.split()) == ["first", "second"]


def test_a_thread_of_the_only_step_belongs_to_it(store: LocalArtifactStore) -> None:
    logs = StepLogs(store, "train.log")
    with captured(logs):
        thread = threading.Thread(target=print, args=("inside",))
        thread.start()
        thread.join()
    assert kept(store, logs) == "inside\n"


def test_a_long_step_is_heard_of_before_its_end(store: LocalArtifactStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "EVERY", 0.0)
    told: list[str] = []
    logs = StepLogs(store, "train.log", on_kept=told.append)
    with captured(logs):
        print("first")
        assert kept(store, logs).startswith("first")
        for _ in range(3):
            print("more")
    assert told == ["train.log"]
    assert kept(store, logs) == "first\nmore\nmore\nmore\n"


def test_what_is_too_long_is_cut(store: LocalArtifactStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LONGEST", 100)
    logs = StepLogs(store, "train.log")
    with captured(logs):
        for _ in range(100):
            print("x" * 9)
    assert len(kept(store, logs)) <= 110


def test_a_file_beside_has_it_at_once(store: LocalArtifactStore, tmp_path: Path) -> None:
    logs = StepLogs(store, "train.log", spool=tmp_path / "printed")
    with captured(logs):
        print("now")
        assert (tmp_path / "printed").read_text() == "now\n"
