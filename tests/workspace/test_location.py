"""Where a workspace is: in the project around the current folder, or else one per user."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from stackkit.errors import Problem, WorkspaceError
from stackkit.workspace.location import absolute, find_root, is_workspace, make, user_root

from .projects import only


class TestMaking:
    def test_a_folder_for_its_owner_is_made_that_git_passes_over(self, tmp_path: Path) -> None:
        assert make(tmp_path / "new" / "project")
        folder = tmp_path / "new" / "project" / ".stackkit"
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()} == {".gitignore": "*\n"}

    def test_one_that_is_there_stays_as_it_is(self, tmp_path: Path) -> None:
        make(tmp_path)
        (tmp_path / ".stackkit" / ".gitignore").write_text("mine", encoding="utf-8")
        assert not make(tmp_path)
        assert (tmp_path / ".stackkit" / ".gitignore").read_text(encoding="utf-8") == "mine"

    def test_one_that_lost_its_gitignore_gets_it_back(self, tmp_path: Path) -> None:
        make(tmp_path)
        (tmp_path / ".stackkit" / ".gitignore").unlink()
        assert not make(tmp_path)
        assert (tmp_path / ".stackkit" / ".gitignore").exists()

    def test_where_none_can_be_made_the_reason_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("", encoding="utf-8")
        with pytest.raises(WorkspaceError) as refused:
            make(tmp_path / "file")
        where = str(tmp_path / "file" / ".stackkit")
        assert only(refused.value) == Problem(
            "no workspace can be made: Not a directory", where=where, remedy="choose another folder"
        )

    def test_a_file_of_that_name_is_not_replaced(self, tmp_path: Path) -> None:
        (tmp_path / ".stackkit").write_text("mine", encoding="utf-8")
        with pytest.raises(WorkspaceError, match="no workspace can be made: File exists"):
            make(tmp_path)
        assert (tmp_path / ".stackkit").read_text(encoding="utf-8") == "mine"

    def test_what_is_no_path_is_refused(self) -> None:
        with pytest.raises(WorkspaceError, match=r"no workspace can be made: .*embedded null"):
            make(Path("a\0b"))


class TestFinding:
    def test_the_nearest_folder_upwards_is_found(self, tmp_path: Path) -> None:
        make(tmp_path)
        make(tmp_path / "a" / "b")
        deep = tmp_path / "a" / "b" / "c"
        deep.mkdir()
        assert find_root(deep) == tmp_path / "a" / "b"
        assert find_root(tmp_path / "a") == tmp_path
        assert find_root(tmp_path) == tmp_path

    def test_the_current_folder_is_where_it_begins(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        make(tmp_path)
        (tmp_path / "a").mkdir()
        monkeypatch.chdir(tmp_path / "a")
        assert find_root() == tmp_path

    def test_a_link_is_followed_to_the_project_that_it_leads_to(self, tmp_path: Path) -> None:
        make(tmp_path / "project")
        (tmp_path / "project" / "src").mkdir()
        (tmp_path / "link").symlink_to(tmp_path / "project" / "src")
        assert find_root(tmp_path / "link") == tmp_path / "project"

    def test_a_file_of_that_name_is_no_workspace(self, tmp_path: Path) -> None:
        make(tmp_path)
        (tmp_path / "a").mkdir()
        (tmp_path / "a" / ".stackkit").write_text("", encoding="utf-8")
        assert find_root(tmp_path / "a") == tmp_path

    def test_without_a_project_it_is_the_users_own(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
        assert find_root(tmp_path) == user_root() == tmp_path / "data" / "stackkit" / "workspace"

    def test_where_the_current_folder_is_gone_it_says_so(self, tmp_path: Path) -> None:
        program = """
import os, sys
from stackkit.errors import WorkspaceError
from stackkit.workspace.location import find_root
os.rmdir(os.getcwd())
try:
    find_root()
except WorkspaceError as error:
    print(error)
"""
        folder = tmp_path / "gone"
        folder.mkdir()
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=folder)
        assert done.stdout == "the current folder: does not exist; change to one that does\n"


class TestPaths:
    def test_the_home_of_a_user_is_expanded(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("HOME", "/home/ada")
        assert absolute(Path("~/project")) == Path("/home/ada/project")
        monkeypatch.chdir(tmp_path)
        assert absolute(Path("project")) == tmp_path / "project"

    def test_a_user_who_is_not_there_is_told(self) -> None:
        with pytest.raises(WorkspaceError, match="is no folder: Could not determine home directory; name one that exists"):
            absolute(Path("~nobody-of-this-name/project"))

    @pytest.mark.parametrize("path", ["a\0b", "x" * 5000])
    def test_what_is_no_path_is_no_workspace(self, path: str) -> None:
        assert not is_workspace(Path(path))
