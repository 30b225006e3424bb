"""Laws of the files of a run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Generic

import pytest

from stackkit import ExperimentTracker
from stackkit.errors import ArtifactError, ArtifactNotFoundError, PathOutsideStoreError
from stackkit.testing.brief import brief
from stackkit.testing.contracts.experiment_tracker.values import T, TrackerLaws, fresh

OUTSIDE = ("..", "../up", "a/../../up", "/absolute", "../artifacts/../../up")


def tree(folder: Path, files: Mapping[str, bytes]) -> Path:
    """A folder with files in it."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def kept(tracker: ExperimentTracker, run_id: str) -> dict[str, bytes | str]:
    """All files of a run with their contents, in brief."""
    found: dict[str, bytes | str] = {}
    for path in tracker.list_artifacts(run_id):
        with tracker.open_artifact(run_id, path) as file:
            found[path] = brief(file.read())
    return found


class FileLaws(TrackerLaws[T], Generic[T]):
    """The laws of `log_artifact`, `list_artifacts` and `open_artifact`."""

    def test_a_new_run_has_no_files(self, component: T) -> None:
        run_id = component.start_run(fresh())
        assert component.list_artifacts(run_id) == component.list_artifacts(run_id, "folder") == []

    @pytest.mark.parametrize("content", [b"", b"\0\xff\r\n", bytes(range(256)) * 5_000], ids=["empty", "bytes", "large"])
    def test_a_file_is_kept_to_the_byte(self, component: T, tmp_path: Path, content: bytes) -> None:
        run_id = component.start_run(fresh())
        source = tree(tmp_path, {"model.bin": content}) / "model.bin"
        component.log_artifact(run_id, source)
        component.log_artifact(run_id, str(source), path="models/first/best.bin")
        source.write_bytes(b"other")
        assert kept(component.replace(), run_id) == {
            "model.bin": brief(content),
            "models/first/best.bin": brief(content),
        }

    def test_runs_have_files_of_their_own(self, component: T, tmp_path: Path) -> None:
        experiment = fresh()
        runs = [component.start_run(experiment) for _ in range(2)]
        for number, run_id in enumerate(runs):
            source = tree(tmp_path, {"file": b"content %d" % number}) / "file"
            component.log_artifact(run_id, source)
        assert [kept(component, run_id) for run_id in runs] == [{"file": b"content 0"}, {"file": b"content 1"}]

    def test_a_folder_is_kept_with_all_that_is_below_it(self, component: T, tmp_path: Path) -> None:
        run_id = component.start_run(fresh())
        files = {"a": b"1", "b c/d.txt": b"2", "b c/é/f": b"3", ".hidden": b"4"}
        source = tree(tmp_path / "plots", files)
        (source / "empty").mkdir()
        component.log_artifact(run_id, source)
        assert kept(component, run_id) == {f"plots/{name}": content for name, content in files.items()}
        component.log_artifact(run_id, source, path="more/deep")
        assert len(component.list_artifacts(run_id)) == 2 * len(files)

    def test_an_empty_folder_leaves_nothing(self, component: T, tmp_path: Path) -> None:
        run_id = component.start_run(fresh())
        (tmp_path / "empty").mkdir()
        component.log_artifact(run_id, tmp_path / "empty")
        assert component.list_artifacts(run_id) == []

    def test_files_are_replaced_and_folders_completed(self, component: T, tmp_path: Path) -> None:
        run_id = component.start_run(fresh())
        component.log_artifact(run_id, tree(tmp_path / "one", {"a": b"long content", "b": b"1"}), path="all")
        component.log_artifact(run_id, tree(tmp_path / "two", {"a": b"2", "c": b"2"}), path="all")
        assert kept(component, run_id) == {"all/a": b"2", "all/b": b"1", "all/c": b"2"}
        component.log_artifact(run_id, tree(tmp_path / "three", {"b": b"3"}) / "b", path="all/b")
        assert kept(component, run_id) == {"all/a": b"2", "all/b": b"3", "all/c": b"2"}

    def test_files_are_listed_sorted_all_or_those_of_a_folder(self, component: T, tmp_path: Path) -> None:
        run_id = component.start_run(fresh())
        source = tree(tmp_path / "files", {"plots/b": b"", "plots/a/x": b"", "plots2/c": b"", "plot": b"", "plots.txt": b""})
        for entry in source.iterdir():
            component.log_artifact(run_id, entry)
        assert component.list_artifacts(run_id) == sorted(["plots/b", "plots/a/x", "plots2/c", "plot", "plots.txt"])
        assert component.list_artifacts(run_id, "plots") == ["plots/a/x", "plots/b"]
        assert component.list_artifacts(run_id, "plots/a") == ["plots/a/x"]
        assert component.list_artifacts(run_id, "plo") == component.list_artifacts(run_id, "none/at/all") == []

    @pytest.mark.parametrize("path", OUTSIDE)
    def test_a_path_that_leads_out_is_refused(self, component: T, tmp_path: Path, path: str) -> None:
        run_id = component.start_run(fresh())
        folder = tree(tmp_path / "source", {"file": b"content"})
        for source in (folder, folder / "file"):
            with pytest.raises(PathOutsideStoreError):
                component.log_artifact(run_id, source, path=path)
        with pytest.raises(PathOutsideStoreError):
            component.list_artifacts(run_id, path)
        with pytest.raises(PathOutsideStoreError):
            component.open_artifact(run_id, path)
        assert component.list_artifacts(run_id) == []
        assert component.get_run(run_id).status == "running"

    def test_what_is_not_there_is_told(self, component: T, tmp_path: Path) -> None:
        run_id = component.start_run(fresh())
        with pytest.raises(ArtifactNotFoundError):
            component.log_artifact(run_id, tmp_path / "missing")
        component.log_artifact(run_id, tree(tmp_path, {"folder/file": b"content"}) / "folder")
        for path in ("missing", "folder/missing", "folder/file/below"):
            with pytest.raises(ArtifactNotFoundError):
                component.open_artifact(run_id, path)
        with pytest.raises(ArtifactError):
            component.open_artifact(run_id, "folder")
        assert component.list_artifacts(run_id) == ["folder/file"]

    def test_a_file_and_a_folder_do_not_share_a_path(self, component: T, tmp_path: Path) -> None:
        run_id = component.start_run(fresh())
        source = tree(tmp_path, {"file": b"content"}) / "file"
        component.log_artifact(run_id, source, path="a/b")
        for path in ("a", "a/b/c"):
            with pytest.raises(ArtifactError):
                component.log_artifact(run_id, source, path=path)
        assert kept(component, run_id) == {"a/b": b"content"}
