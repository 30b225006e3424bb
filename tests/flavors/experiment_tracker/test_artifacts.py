from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackkit.errors import ArtifactError, ArtifactIsADirectoryError, PathOutsideStoreError
from stackkit.flavors.experiment_tracker.artifacts import keep, open_file, paths, relative


@given(path=st.lists(st.sampled_from(("a", "b", ".", "..", "", "/")), max_size=5).map("/".join))
def test_a_path_stays_inside_or_is_refused(path: str) -> None:
    try:
        found = relative(path)
    except PathOutsideStoreError:
        assert path.startswith("/") or ".." in path.split("/")
    else:
        assert found == "/".join(name for name in path.split("/") if name in ("a", "b"))


def test_the_folder_of_all_artifacts_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"content")
    root = str(tmp_path / "artifacts")
    with pytest.raises(ArtifactIsADirectoryError):
        keep(root, str(tmp_path / "file"), ".")
    with pytest.raises(ArtifactIsADirectoryError):
        open_file(root, "")
    assert not (tmp_path / "artifacts").exists()


def test_names_kept_for_what_is_unfinished_are_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"content")
    with pytest.raises(ArtifactError, match="are kept for unfinished files"):
        keep(str(tmp_path / "artifacts"), str(tmp_path / "file"), ".stackkit-tmp-a")


def test_a_copy_that_is_killed_leaves_the_old_file_whole_and_nothing_that_is_shown(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"old")
    root = str(tmp_path / "artifacts")
    keep(root, str(tmp_path / "file"), "model")
    (tmp_path / "file").write_bytes(b"new" * 1_000)
    program = (
        "import os, sys\n"
        "from stackkit.flavors.experiment_tracker import artifacts\n"
        "artifacts.copy_content = lambda source, target: (os.write(target, b'n'), os.kill(os.getpid(), 9))\n"
        "artifacts.keep(*sys.argv[1:], 'model')\n"
    )
    killed = subprocess.run([sys.executable, "-c", program, root, str(tmp_path / "file")], check=False)
    assert killed.returncode == -9
    assert len(list(Path(root).iterdir())) == 2
    with open_file(root, "model") as file:
        assert file.read() == b"old"
    assert paths(root, "") == ["model"]
    assert [path.name for path in Path(root).iterdir()] == ["model"]
