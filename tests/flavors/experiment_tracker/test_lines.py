from __future__ import annotations

import errno
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackkit.flavors.experiment_tracker.lines import TORN, appending, peeking, read_lines


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "lines")


def append(path: str, lines: bytes) -> None:
    with appending(path, create=True) as file:
        file.append(lines)


def last(path: str) -> bytes:
    with peeking(path) as file:
        return file.last_line()


def test_lines_are_read_in_the_order_in_which_they_were_appended(path: str) -> None:
    append(path, b"one\n")
    append(path, b"two\nthree\n")
    assert read_lines(path) == b"one\ntwo\nthree\n"
    assert last(path) == b"three"


def test_a_file_that_must_be_there_is_not_made(path: str) -> None:
    with pytest.raises(FileNotFoundError), appending(path, create=False):
        pass
    assert not Path(path).exists()


def test_a_torn_last_line_is_left_out_and_the_next_line_is_whole(path: str) -> None:
    append(path, b"one\n")
    with Path(path).open("ab") as file:
        file.write(b"tw")
    assert read_lines(path) == b"one\n"
    assert last(path) == b"one"
    append(path, b"three\n")
    assert read_lines(path) == b"one\nthree\n"
    assert last(path) == b"three"
    assert Path(path).read_bytes() == b"one\ntw" + TORN + b"\nthree\n"


def test_a_file_that_is_torn_in_its_first_line_has_none(path: str) -> None:
    Path(path).write_bytes(b"on")
    assert (read_lines(path), last(path)) == (b"", b"")
    append(path, b"one\n")
    assert (read_lines(path), last(path)) == (b"one\n", b"one")


@given(lines=st.lists(st.binary(max_size=900).map(lambda text: text.replace(b"\n", b"") + b"."), max_size=6), cut=st.data())
def test_wherever_a_file_is_cut_its_whole_lines_are_read(
    lines: list[bytes], cut: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("cut") / "lines"
    content = b"".join(line + b"\n" for line in lines)
    length = cut.draw(st.integers(0, len(content)))
    path.write_bytes(content[:length])
    whole = content[: content[:length].rfind(b"\n") + 1]
    assert read_lines(str(path)) == whole
    assert last(str(path)) == whole[:-1].rpartition(b"\n")[2]
    append(str(path), b"next\n")
    assert read_lines(str(path)) == whole + b"next\n"
    assert last(str(path)) == b"next"


@contextmanager
def largest_file(size: int) -> Generator[None]:
    """Files of this process grow no further, as on a disk that is full."""
    before, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (before, most))
        signal.signal(signal.SIGXFSZ, handler)


def test_lines_that_the_disk_does_not_take_leave_nothing(path: str) -> None:
    append(path, b"one\n")
    with pytest.raises(OSError, match=os.strerror(errno.EFBIG)), largest_file(10):
        append(path, b"two\nthree\n")
    assert Path(path).read_bytes() == b"one\n"


WRITER = """
import sys
from stackkit.flavors.experiment_tracker.lines import appending
path, who, count = sys.argv[1:]
for number in range(int(count)):
    with appending(path, create=True) as file:
        file.append(f"{who} {number}\\n".encode() * 3)
"""


def test_no_line_is_lost_that_processes_append_at_once(path: str) -> None:
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, path, str(who), "300"]) for who in range(3)]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    lines = read_lines(path).decode().splitlines()
    assert lines[0::3] == lines[1::3] == lines[2::3]
    for who in range(3):
        assert [line for line in lines[::3] if line.startswith(f"{who} ")] == [f"{who} {number}" for number in range(300)]
