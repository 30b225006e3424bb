from __future__ import annotations

import re
from pathlib import Path

import pytest

from stackkit.errors import TrackingError
from stackkit.flavors.experiment_tracker.folders import experiments, find_run, make_run, runs


def test_a_run_is_found_by_its_identifier_alone(tmp_path: Path) -> None:
    made = dict(make_run(str(tmp_path), experiment, "", None, {}, set()) for experiment in ("iris", "Iris", "iris"))
    assert len(made) == 3
    for run_id, folder in made.items():
        assert find_run(str(tmp_path), run_id) == folder
    assert sorted(runs(str(tmp_path))) == sorted(made.values())
    assert len(list(runs(str(tmp_path), "iris"))) == 2
    assert sorted(experiments(str(tmp_path))) == ["Iris", "iris"]


def test_identifiers_tell_when_a_run_began_and_sort_so(tmp_path: Path) -> None:
    run_id, folder = make_run(str(tmp_path), "iris", "", None, {}, set())
    assert re.fullmatch(r"\d{8}-\d{6}-[0-9a-f]{8}", run_id)
    assert Path(folder) == tmp_path / "iris" / run_id


@pytest.mark.parametrize("run_id", ["", "..", "../iris", "*", "a\0b", "20260101-000000-0000000g", "20260101-000000-00000000\n"])
def test_what_is_no_identifier_is_not_looked_for(tmp_path: Path, run_id: str) -> None:
    make_run(str(tmp_path), "iris", "", None, {}, set())
    assert find_run(str(tmp_path), run_id) is None


def test_a_folder_that_is_no_experiments_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "iris").mkdir()
    (tmp_path / "iris/notes.txt").touch()
    with pytest.raises(TrackingError, match="is not the folder of an experiment; move it away"):
        make_run(str(tmp_path), "iris", "", None, {}, set())
    assert [path.name for path in (tmp_path / "iris").iterdir()] == ["notes.txt"]
    (tmp_path / "digits").touch()
    with pytest.raises(TrackingError, match="is not the folder of an experiment"):
        make_run(str(tmp_path), "digits", "", None, {}, set())
    assert list(experiments(str(tmp_path))) == list(runs(str(tmp_path))) == []


def test_an_empty_folder_is_taken_for_an_experiment(tmp_path: Path) -> None:
    (tmp_path / "iris").mkdir()
    _, folder = make_run(str(tmp_path), "iris", "", None, {}, set())
    assert list(runs(str(tmp_path), "iris")) == [folder]


def test_nothing_is_in_a_folder_that_is_not_there(tmp_path: Path) -> None:
    root = str(tmp_path / "none")
    assert (list(experiments(root)), list(runs(root)), find_run(root, "20260101-000000-00000000")) == ([], [], None)
    assert list(runs(root, "iris")) == []
