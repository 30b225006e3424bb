from __future__ import annotations

from pathlib import Path

import pytest

from stackkit.errors import NameTakenError
from stackkit.flavors.experiment_tracker.journal import KnownParams, first_line, read_run, write_end, write_params, write_tags


@pytest.fixture
def path(tmp_path: Path) -> str:
    journal = tmp_path / "run.jsonl"
    journal.write_bytes(first_line("1", "iris", "first", None, {"by": "ada"}))
    return str(journal)


def params(path: str) -> object:
    return read_run(path, dict).params


def test_a_run_is_what_its_lines_add_up_to(path: str) -> None:
    write_params(path, {"depth": 3}, KnownParams())
    write_tags(path, {"by": "bob", "on": "gpu"})
    write_end(path, "failed")
    run = read_run(path, lambda: {"loss": 0.5})
    assert (run.run_id, run.experiment, run.name, run.parent, run.status) == ("1", "iris", "first", None, "failed")
    assert (run.params, run.tags, run.metrics) == ({"depth": 3}, {"by": "bob", "on": "gpu"}, {"loss": 0.5})
    assert run.ended is not None
    assert run.started <= run.ended


def test_a_parameter_that_another_process_has_written_meanwhile_is_known(path: str) -> None:
    one, other = KnownParams(), KnownParams()
    write_params(path, {"depth": 3}, one)
    write_params(path, {"rate": 0.5}, other)
    with pytest.raises(NameTakenError) as caught:
        write_params(path, {"depth": 4, "rate": 0.25, "new": 1}, one)
    assert [problem.where for problem in caught.value.problems] == ["parameter 'depth'", "parameter 'rate'"]
    assert params(path) == {"depth": 3, "rate": 0.5}


def test_what_is_the_same_is_not_written_again(path: str) -> None:
    known = KnownParams()
    write_params(path, {"depth": 3, "rate": float("nan")}, known)
    size = Path(path).stat().st_size
    write_params(path, {"depth": 3}, known)
    write_params(path, {"rate": float("nan")}, KnownParams())
    assert Path(path).stat().st_size == size


@pytest.mark.parametrize("torn", [b'{"time": "2026', b'{"time": "2026-01-01T00:00:00+00:00", "params": {"torn": 1}}'])
def test_a_line_that_is_torn_between_two_calls_is_left_out_by_both(path: str, torn: bytes) -> None:
    known = KnownParams()
    write_params(path, {"depth": 3}, known)
    with Path(path).open("ab") as file:
        file.write(torn)
    write_params(path, {"rate": 0.5}, known)
    write_params(path, {"torn": 2}, known)
    assert params(path) == {"depth": 3, "rate": 0.5, "torn": 2}


def test_a_journal_that_was_put_in_the_place_of_another_is_read_anew(path: str) -> None:
    known = KnownParams()
    write_params(path, {"depth": 3}, known)
    fresh = Path(path).with_name("fresh")
    fresh.write_bytes(first_line("1", "iris", "first", None, {}))
    fresh.replace(path)
    write_params(path, {"depth": 4}, known)
    assert params(path) == {"depth": 4}


def test_a_journal_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_tags(str(tmp_path / "run.jsonl"), {"by": "ada"})
    assert list(tmp_path.iterdir()) == []
