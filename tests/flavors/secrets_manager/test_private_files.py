from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stackkit.errors import SecretAccessError
from stackkit.flavors.secrets_manager import private_files

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to another user, which root alone may do")
NOBODY = 65534


@pytest.fixture(params=[0o000, 0o022, 0o077, 0o777], ids="umask {:03o}".format)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "own file"
    private_files.create(path, b"content")
    return path


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def whats(found: private_files.PrivateFile) -> list[str]:
    return [problem.what for problem in found.problems]


class TestMaking:
    @pytest.mark.usefixtures("umask")
    def test_files_and_folders_are_their_owners_alone_whatever_the_umask(self, tmp_path: Path) -> None:
        folder = tmp_path / "folder"
        private_files.make_folder(folder)
        private_files.create(folder / "created", b"")
        private_files.write(folder / "written", b"")
        with private_files.locked(folder / "lock"):
            pass
        assert mode(folder) == 0o700
        assert {mode(path) for path in folder.iterdir()} == {0o600}

    def test_a_folder_is_made_with_those_above_it(self, tmp_path: Path) -> None:
        private_files.make_folder(tmp_path / "a" / "b" / "c")
        assert mode(tmp_path / "a" / "b" / "c") == 0o700

    def test_a_folder_that_is_there_stays_as_it_is(self, tmp_path: Path) -> None:
        (tmp_path / "folder").mkdir(0o755)
        private_files.make_folder(tmp_path / "folder")
        assert mode(tmp_path / "folder") == 0o755

    def test_a_folder_below_a_file_is_refused(self, own: Path) -> None:
        with pytest.raises(SecretAccessError, match="cannot be made"):
            private_files.make_folder(own / "folder")

    def test_a_file_that_is_there_is_not_made_again(self, own: Path) -> None:
        private_files.create(own, b"other")
        assert private_files.look(own, follow=False).content == b"content"

    def test_of_several_that_make_a_file_at_once_one_does(self, tmp_path: Path) -> None:
        def create(content: bytes) -> bytes | None:
            private_files.create(tmp_path / "file", content)
            return private_files.look(tmp_path / "file", follow=False).content

        with ThreadPoolExecutor(8) as threads:
            seen = set(threads.map(create, (b"%d" % index * 1000 for index in range(8))))
        assert len(seen) == 1
        assert [path.name for path in tmp_path.iterdir()] == ["file"]

    @settings(max_examples=settings().max_examples // 4, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(contents=st.lists(st.binary(), min_size=1, max_size=4))
    def test_a_file_holds_what_was_written_last(self, tmp_path: Path, contents: list[bytes]) -> None:
        for content in contents:
            private_files.write(tmp_path / "file", content)
        assert private_files.look(tmp_path / "file", follow=False).content == contents[-1]

    @pytest.mark.parametrize("make", [private_files.write, private_files.create])
    def test_a_file_is_on_the_disk_before_it_has_its_name_and_its_name_before_it_is_told(
        self, tmp_path: Path, make: Callable[[Path, bytes], None], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        steps: list[tuple[bytes, bool]] = []

        def sync(descriptor: int) -> None:
            is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
            content = b"folder" if is_folder else Path(f"/dev/fd/{descriptor}").read_bytes()
            steps.append((content, (tmp_path / "file").exists()))

        monkeypatch.setattr(os, "fsync", sync)
        make(tmp_path / "file", b"content")
        assert steps == [(b"content", False), (b"folder", True)]

    def test_what_a_killed_writer_left_is_not_in_the_way(self, own: Path) -> None:
        own.with_name(f"{own.name}.new").write_bytes(b"half of a")
        private_files.write(own, b"new")
        assert own.read_bytes() == b"new"
        assert [path.name for path in own.parent.iterdir()] == [own.name]

    def test_a_planted_link_is_not_written_through(self, own: Path, tmp_path: Path) -> None:
        victim = tmp_path / "victim"
        victim.write_bytes(b"untouched")
        own.with_name(f"{own.name}.new").symlink_to(victim)
        private_files.write(own, b"new")
        assert victim.read_bytes() == b"untouched"
        assert own.read_bytes() == b"new"

    @pytest.mark.parametrize("make", [private_files.write, private_files.create])
    def test_where_nothing_can_be_written_the_place_is_named_and_the_system_error_is_the_cause(
        self, tmp_path: Path, make: Callable[[Path, bytes], None]
    ) -> None:
        with pytest.raises(SecretAccessError, match="No such file or directory") as refused:
            make(tmp_path / "absent" / "file", b"content")
        assert refused.value.problems[0].where == str(tmp_path / "absent" / "file")
        assert isinstance(refused.value.__cause__, FileNotFoundError)

    def test_a_failed_write_leaves_the_old_file_and_nothing_else(self, own: Path) -> None:
        own.with_name(f"{own.name}.new").mkdir()  # cannot be unlinked
        with pytest.raises(SecretAccessError):
            private_files.write(own, b"new")
        assert own.read_bytes() == b"content"


class TestLooking:
    def test_nothing_is_found_where_nothing_is(self, tmp_path: Path) -> None:
        assert private_files.look(tmp_path / "absent", follow=True) == private_files.PrivateFile()

    @pytest.mark.parametrize("bits", [0o640, 0o620, 0o604, 0o602, 0o660, 0o666, 0o644, 0o777, 0o610])
    def test_a_file_that_others_can_read_or_change_is_refused_with_the_command_that_helps(self, own: Path, bits: int) -> None:
        own.chmod(bits)
        found = private_files.look(own, follow=False)
        assert found.content is None
        assert whats(found) == ["can be read or changed by others"]
        command = found.problems[0].remedy.removeprefix("run: ")
        subprocess.run(command, shell=True, check=True)  # noqa: S602 - the command is what is tested
        assert private_files.look(own, follow=False).content == b"content"

    @pytest.mark.parametrize("bits", [0o600, 0o400, 0o700])
    def test_a_file_that_its_owner_alone_can_read_is_read(self, own: Path, bits: int) -> None:
        own.chmod(bits)
        assert private_files.look(own, follow=False).content == b"content"

    def test_a_link_is_followed_where_that_is_allowed(self, own: Path) -> None:
        link = own.with_name("link")
        link.symlink_to(own)
        assert private_files.look(link, follow=True).content == b"content"
        assert whats(private_files.look(link, follow=False)) == ["is a symbolic link"]

    def test_a_link_to_what_others_can_read_is_refused(self, own: Path) -> None:
        own.chmod(0o644)
        link = own.with_name("link")
        link.symlink_to(own)
        assert whats(private_files.look(link, follow=True)) == ["can be read or changed by others"]

    def test_a_link_to_nothing_is_not_taken_for_nothing(self, tmp_path: Path) -> None:
        (tmp_path / "link").symlink_to(tmp_path / "absent")
        assert whats(private_files.look(tmp_path / "link", follow=True)) == ["is a symbolic link to nothing"]

    def test_links_in_a_circle_are_told_as_an_error_of_access(self, tmp_path: Path) -> None:
        (tmp_path / "a").symlink_to(tmp_path / "b")
        (tmp_path / "b").symlink_to(tmp_path / "a")
        with pytest.raises(SecretAccessError, match="symbolic links"):
            private_files.look(tmp_path / "a", follow=True)

    @needs_root
    def test_a_file_of_another_user_is_refused(self, own: Path) -> None:
        os.chown(own, NOBODY, NOBODY)
        assert whats(private_files.look(own, follow=True)) == ["belongs to another user"]

    @needs_root
    def test_a_link_to_a_file_of_another_user_is_refused(self, own: Path) -> None:
        link = own.with_name("link")
        link.symlink_to(own)
        os.chown(own, NOBODY, NOBODY)
        assert whats(private_files.look(link, follow=True)) == ["belongs to another user"]

    @needs_root
    def test_a_link_that_another_user_made_is_refused(self, own: Path) -> None:
        link = own.with_name("link")
        link.symlink_to(own)
        os.lchown(link, NOBODY, NOBODY)
        assert whats(private_files.look(link, follow=True)) == ["belongs to another user"]

    def test_a_folder_is_no_file(self, tmp_path: Path) -> None:
        assert whats(private_files.look(tmp_path, follow=True)) == ["is not a file"]

    def test_a_pipe_is_refused_and_not_waited_for(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe", 0o600)
        assert whats(private_files.look(tmp_path / "pipe", follow=True)) == ["is not a file"]

    def test_what_was_found_is_not_shown(self, own: Path) -> None:
        assert "content'" not in repr(private_files.look(own, follow=True))


class TestFolders:
    @pytest.mark.parametrize("bits", [0o700, 0o750, 0o755, 0o711, 0o500])
    def test_a_folder_that_its_owner_alone_can_change_is_right(self, tmp_path: Path, bits: int) -> None:
        folder = tmp_path / "folder"
        folder.mkdir()
        folder.chmod(bits)
        assert list(private_files.folder_problems(folder)) == []

    @pytest.mark.parametrize("bits", [0o770, 0o707, 0o720, 0o702, 0o777, 0o1777])
    def test_a_folder_that_others_can_change_is_not(self, tmp_path: Path, bits: int) -> None:
        folder = tmp_path / "the folder"
        folder.mkdir()
        folder.chmod(bits)
        (problem,) = private_files.folder_problems(folder)
        assert problem.what == "can be changed by others"
        subprocess.run(problem.remedy.removeprefix("run: "), shell=True, check=True)  # noqa: S602 - the command is what is tested
        assert list(private_files.folder_problems(folder)) == []

    @needs_root
    def test_a_folder_of_another_user_is_not(self, tmp_path: Path) -> None:
        os.chown(tmp_path, NOBODY, NOBODY)
        assert [problem.what for problem in private_files.folder_problems(tmp_path)] == ["belongs to another user"]

    def test_a_file_is_no_folder(self, own: Path) -> None:
        assert [problem.what for problem in private_files.folder_problems(own)] == ["is not a folder"]
        assert "cannot be read" in next(private_files.folder_problems(own / "below")).what

    def test_an_absent_folder_has_no_problems(self, tmp_path: Path) -> None:
        assert list(private_files.folder_problems(tmp_path / "absent")) == []


class TestLocking:
    def test_threads_take_turns(self, tmp_path: Path) -> None:
        (tmp_path / "counter").write_text("0")

        def add(_: int) -> None:
            with private_files.locked(tmp_path / "lock"):
                (tmp_path / "counter").write_text(str(int((tmp_path / "counter").read_text()) + 1))

        with ThreadPoolExecutor(8) as threads:
            list(threads.map(add, range(200)))
        assert (tmp_path / "counter").read_text() == "200"

    def test_the_lock_of_a_killed_process_is_free(self, tmp_path: Path) -> None:
        code = (
            "import sys, pathlib; from stackkit.flavors.secrets_manager import private_files\n"
            "with private_files.locked(pathlib.Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
        )
        held = subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path / "lock")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        with held:
            assert held.stdout is not None
            assert held.stdout.readline() == "held\n"
            held.kill()
        with private_files.locked(tmp_path / "lock"):
            pass

    def test_the_error_of_a_block_is_not_taken_for_one_of_the_lock(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError, match="of the block"), private_files.locked(tmp_path / "lock"):
            raise FileNotFoundError("of the block")

    def test_a_lock_that_cannot_be_opened_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(SecretAccessError, match="cannot be locked"), private_files.locked(tmp_path / "absent" / "lock"):
            pass
