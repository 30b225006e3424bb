from __future__ import annotations

import gc
import io
import json
import subprocess
import sys
import warnings
import zipfile
from typing import Literal, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackkit import OpenMode
from stackkit.components.memory_file import memory_file
from stackkit.errors import ConfigurationError

READING: list[OpenMode] = ["r", "rb"]
WRITING: list[OpenMode] = ["w", "wb", "x", "xb", "a", "ab"]
CONTENT = b"first\r\nsecond\n"


class Kept:
    """Keeps what is published."""

    def __init__(self) -> None:
        self.contents: list[bytes] = []

    def __call__(self, content: bytes) -> None:
        self.contents.append(content)


@pytest.fixture
def kept() -> Kept:
    return Kept()


def as_mode(mode: OpenMode, text: str) -> str:
    """What is written in a mode, so that the type checkers take one call for all."""
    return cast("str", text.encode()) if mode.endswith("b") else text


@pytest.mark.parametrize("mode", READING)
def test_what_is_there_is_read(mode: OpenMode) -> None:
    with memory_file("folder/file", mode, CONTENT) as file:
        assert file.name == "folder/file"
        assert file.mode == mode
        assert (file.readable(), file.writable(), file.seekable()) == (True, False, True)
        lines = file.readlines()
        assert lines == [as_mode(mode, "first\r\n"), as_mode(mode, "second\n")]
        file.seek(0)
        assert file.read() == as_mode(mode, CONTENT.decode())
        with pytest.raises(io.UnsupportedOperation):
            file.write(as_mode(mode, "x"))


@pytest.mark.parametrize("mode", WRITING)
def test_what_was_written_is_published_once_by_close(mode: OpenMode, kept: Kept) -> None:
    file = memory_file("file", mode, CONTENT, kept)
    assert (file.name, file.mode) == ("file", mode)
    assert (file.readable(), file.writable(), file.seekable()) == (False, True, True)
    with pytest.raises(io.UnsupportedOperation):
        file.read()
    file.write(as_mode(mode, "new\r\n"))
    file.flush()
    assert kept.contents == []
    file.close()
    file.close()
    assert kept.contents == [(CONTENT if mode[0] == "a" else b"") + b"new\r\n"]
    with pytest.raises(ValueError, match="closed"):
        file.write(as_mode(mode, "more"))


@pytest.mark.parametrize("mode", WRITING)
def test_leaving_the_block_by_an_exception_discards_it(mode: OpenMode, kept: Kept) -> None:
    file = memory_file("file", mode, CONTENT, kept)

    def write_and_fail() -> None:
        with file:
            file.write(as_mode(mode, "new" * 100_000))
            raise KeyError

    with pytest.raises(KeyError):
        write_and_fail()
    assert file.closed
    assert kept.contents == []


@pytest.mark.parametrize("mode", WRITING)
def test_one_that_is_never_closed_is_discarded_with_a_warning(mode: OpenMode, kept: Kept) -> None:
    file = memory_file("file", mode, CONTENT, kept)
    file.write(as_mode(mode, "new"))
    with pytest.warns(ResourceWarning, match="file was never closed: it is discarded"):
        del file  # which collects it
    assert kept.contents == []


@pytest.mark.parametrize("mode", [*READING, *WRITING])
def test_one_that_was_closed_or_only_read_gives_no_warning(mode: OpenMode, kept: Kept) -> None:
    file = memory_file("file", mode, CONTENT, kept)
    if mode not in READING:
        file.close()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        del file
        gc.collect()


@pytest.mark.parametrize("mode", ["a", "ab"])
def test_an_append_goes_to_the_end_wherever_the_position_is(mode: Literal["a", "ab"], kept: Kept) -> None:
    with memory_file("file", mode, CONTENT, kept) as file:
        assert file.tell() == len(CONTENT)
        file.seek(0)
        file.write(as_mode(mode, "third"))
        file.flush()
        file.seek(2)
        file.write(as_mode(mode, " fourth"))
    assert kept.contents == [CONTENT + b"third fourth"]


def test_a_file_may_be_written_here_and_there_and_cut(kept: Kept) -> None:
    with memory_file("file", "wb", publish=kept) as file:
        file.write(b"abcdef")
        file.seek(2)
        file.write(b"X")
        file.truncate(4)
    assert kept.contents == [b"abXd"]


def test_an_archive_is_written_to_it_and_read_from_it(kept: Kept) -> None:
    with memory_file("file", "wb", publish=kept) as file, zipfile.ZipFile(file, "w") as archive:
        archive.writestr("inner", b"zipped")
    with memory_file("file", "rb", kept.contents[0]) as file, zipfile.ZipFile(file) as archive:
        assert archive.read("inner") == b"zipped"


def test_text_that_utf_8_has_not_is_refused_and_nothing_published(kept: Kept) -> None:
    with pytest.raises(UnicodeEncodeError), memory_file("file", "w", publish=kept) as file:
        file.write("\ud800")
    assert kept.contents == []


@pytest.mark.parametrize("mode", ["w", "wb"])
def test_what_publishing_raises_close_raises_and_the_file_is_closed(mode: Literal["w", "wb"]) -> None:
    def refuse(_: bytes) -> None:
        raise FileExistsError("somebody was faster")

    file = memory_file("file", mode, publish=refuse)
    with pytest.raises(FileExistsError, match="faster"):
        file.close()
    assert file.closed
    file.close()


FORK = """
import os
from stackkit import memory_file

kept = []
file = memory_file("file", "w", publish=kept.append)
file.write("new")
child = os.fork()
if not child:
    file.close()
    os._exit(len(kept))
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
file.close()
assert kept == [b"new"]
"""


def test_a_fork_publishes_nothing() -> None:
    subprocess.run([sys.executable, "-c", FORK], check=True)


@pytest.mark.parametrize("mode", ["", "r+", "rt", "bw", "U"])
def test_a_mode_that_is_none_is_refused_with_those_that_are(mode: str) -> None:
    with pytest.raises(ConfigurationError, match=r"file: .* is no mode; use one of r, rb, w, wb, x, xb, a, ab"):
        memory_file("file", cast("Literal['r']", mode))


@pytest.mark.parametrize("mode", WRITING)
def test_a_file_to_write_that_nobody_publishes_is_refused(mode: OpenMode) -> None:
    with pytest.raises(TypeError, match="give publish"):
        memory_file("file", mode)


@given(parts=st.lists(st.text()), value=st.dictionaries(st.text(), st.integers() | st.text()))
def test_any_text_is_read_back_as_it_was_written(parts: list[str], value: dict[str, int | str]) -> None:
    kept = Kept()
    with memory_file("file", "w", publish=kept) as file:
        file.writelines(parts)
    with memory_file("file", "r", kept.contents[0]) as file:
        assert file.read() == "".join(parts)
    with memory_file("file", "w", publish=kept) as file:
        json.dump(value, file)
    assert json.loads(kept.contents[1]) == value
