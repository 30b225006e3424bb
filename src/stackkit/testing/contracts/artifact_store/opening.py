"""Laws of files that are opened: what was written is read back, and is there whole or not at all."""

from __future__ import annotations

import csv
import gc
import gzip
import io
import json
import pickle
import shutil
import warnings
import zipfile
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Generic, Literal, cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from stackkit import ArtifactStore, OpenMode
from stackkit.errors import ArtifactExistsError, ArtifactIsADirectoryError, ArtifactNotFoundError, ConfigurationError
from stackkit.testing.brief import brief
from stackkit.testing.contracts.artifact_store.tree import S, StoreLaws, empty, everything, read, write
from stackkit.testing.contracts.component import few

in_every_writing_mode: Final = pytest.mark.parametrize("mode", ["w", "wb", "x", "xb", "a", "ab"])


class Interrupted(Exception):  # noqa: N818 - no error of anybody's, but what ends a block early
    """Stands for whatever goes wrong in the middle of writing."""


class OpeningLaws(StoreLaws[S], Generic[S]):
    """The laws of `open`."""

    # What is in a file

    @few
    @given(content=st.binary(max_size=300_000), mode=st.sampled_from(("wb", "xb", "ab")))
    def test_what_was_written_is_read_back_to_the_byte(
        self, component: S, content: bytes, mode: Literal["wb", "xb", "ab"]
    ) -> None:
        empty(component)
        with component.open("folder/file", mode) as file:
            file.write(content)
        assert brief(read(component, "folder/file")) == brief(content)
        assert component.stat("folder/file").size == len(content)

    @few
    @given(text=st.text())
    @example("a\r\nb\rc\n\u2028d\x0b\x1a\0\ufeff")
    def test_text_is_utf_8_and_its_line_ends_are_kept(self, component: S, text: str) -> None:
        with component.open("file", "w") as file:
            file.write(text)
        assert brief(read(component, "file")) == brief(text.encode())
        with component.open("file") as file:
            assert brief(file.read()) == brief(text)

    def test_lines_of_either_kind_are_told_apart_but_not_changed(self, component: S) -> None:
        write(component, "file", b"a\r\nb\nc")
        with component.open("file") as file:
            assert list(file) == ["a\r\n", "b\n", "c"]

    @few
    @given(parts=st.lists(st.binary(max_size=1000), max_size=4))
    def test_appending_adds_to_what_is_there(self, component: S, parts: list[bytes]) -> None:
        write(component, "file", b"")
        for part in parts:
            with component.open("file", "ab") as file:
                file.write(part)
        assert brief(read(component, "file")) == brief(b"".join(parts))

    def test_an_append_goes_to_the_end_wherever_the_position_is(self, component: S) -> None:
        write(component, "file", b"first ")
        with component.open("file", "ab") as file:
            assert file.tell() == len(b"first ")
            if file.seekable():
                file.seek(0)
            file.write(b"second")
        assert read(component, "file") == b"first second"

    def test_a_large_file_is_copied_whole_between_files(self, component: S) -> None:
        content = bytes(range(256)) * 4096 * 3
        write(component, "large", content)
        with component.open("large", "rb") as source, component.open("copy", "wb") as target:
            shutil.copyfileobj(source, target)
        assert brief(read(component, "copy")) == brief(content)

    def test_several_threads_write_and_read_at_once(self, component: S) -> None:
        def there_and_back(number: int) -> bytes | str:
            write(component, f"folder/{number % 4}/{number}", bytes([number]) * 1000)
            return brief(read(component, f"folder/{number % 4}/{number}"))

        with ThreadPoolExecutor(8) as threads:
            assert list(threads.map(there_and_back, range(32))) == [brief(bytes([number]) * 1000) for number in range(32)]

    # When it is there

    @pytest.mark.parametrize("mode", ["x", "xb"])
    def test_x_refuses_a_file_that_is_there(self, component: S, mode: Literal["x", "xb"]) -> None:
        write(component, "file", b"old")
        with pytest.raises(ArtifactExistsError):
            component.open("file", mode)
        assert read(component, "file") == b"old"

    def test_of_two_who_open_a_new_file_one_makes_it(self, component: S) -> None:
        first, second = component.open("file", "xb"), component.open("file", "xb")
        first.write(b"first")
        second.write(b"second")
        first.close()
        with pytest.raises(ArtifactExistsError):
            second.close()
        assert read(component, "file") == b"first"
        assert everything(component) == ["file"]

    @in_every_writing_mode
    def test_a_file_is_not_there_before_it_is_closed(self, component: S, mode: OpenMode) -> None:
        component.mkdir("folder")
        file = component.open("folder/file", cast("Literal['wb']", mode))
        text = mode in ("w", "x", "a")
        file.write(cast("bytes", "new" if text else b"new"))
        file.flush()
        check_absent(component)
        file.close()
        file.close()
        assert read(component, "folder/file") == b"new"

    @pytest.mark.parametrize("mode", ["w", "a"])
    def test_the_old_content_is_read_until_the_new_one_is_closed(self, component: S, mode: Literal["w", "a"]) -> None:
        write(component, "file", b"old")
        with component.open("file", mode) as file:
            file.write("new" * 100_000)
            file.flush()
            assert brief(read(component, "file")) == b"old"
            assert component.stat("file").size == len(b"old")
        assert brief(read(component, "file")) == brief((b"" if mode == "w" else b"old") + b"new" * 100_000)

    @in_every_writing_mode
    @pytest.mark.parametrize("size", [3, 1_000_000])
    def test_what_is_left_by_an_exception_is_discarded(self, component: S, mode: OpenMode, size: int) -> None:
        path = "new" if mode[0] == "x" else "old"
        write(component, "old", b"old")
        file = component.open(path, cast("Literal['w']", mode))
        content = "x" * size

        def write_and_fail() -> None:
            with file:
                file.write(content if len(mode) == 1 else cast("str", content.encode()))
                raise Interrupted

        with pytest.raises(Interrupted):
            write_and_fail()
        assert file.closed
        assert everything(component) == ["old"]
        assert brief(read(component, "old")) == b"old"

    @pytest.mark.parametrize("mode", ["w", "wb", "a", "ab"])
    def test_what_is_never_closed_is_discarded(self, component: S, mode: OpenMode) -> None:
        write(component, "old", b"old")
        file = component.open("old", cast("Literal['w']", mode))
        file.write("new" if len(mode) == 1 else cast("str", b"new"))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)  # which a store may give, or not
            del file
            gc.collect()
        assert read(component, "old") == b"old"
        assert everything(component) == ["old"]

    # What is opened

    def test_a_folder_is_not_opened(self, component: S) -> None:
        component.mkdir("folder")
        for path in ("folder", ""):
            for mode in ("r", "rb", "w", "wb", "x", "xb", "a", "ab"):
                with pytest.raises(ArtifactIsADirectoryError):
                    component.open(path, cast("Literal['r']", mode))

    @pytest.mark.parametrize("mode", ["", "r+", "w+b", "rt", "bw", "U", "rr", "read"])
    def test_a_mode_that_is_none_is_refused(self, component: S, mode: str) -> None:
        write(component, "file", b"content")
        with pytest.raises(ConfigurationError):
            component.open("file", cast("Literal['r']", mode))
        assert read(component, "file") == b"content"

    @pytest.mark.parametrize("mode", ["r", "rb", "w", "wb", "x", "xb", "a", "ab"])
    def test_files_are_what_python_takes_for_files(self, component: S, mode: OpenMode) -> None:
        write(component, "old")
        path = "new" if mode[0] == "x" else "old"
        with component.open(path, cast("Literal['r']", mode)) as file:
            kind: type[io.IOBase] = io.TextIOBase if len(mode) == 1 else io.BufferedIOBase
            assert isinstance(cast("object", file), kind)
            assert file.readable() == (mode[0] == "r")
            assert file.writable() == (mode[0] != "r")
            assert file.name == path
            assert file.mode == mode

    def test_files_serve_the_libraries_that_take_files(self, component: S) -> None:
        value = {"accuracy": 0.93, "labels": ["a", "b"]}
        with component.open("value.json", "w") as text:
            json.dump(value, text)
        with component.open("value.pickle", "wb") as binary:
            pickle.dump(value, binary)
        with component.open("table.csv", "w") as text:
            csv.writer(text).writerows([["a", "b"], ["1", "2"]])
        with component.open("archive.zip", "wb") as binary, zipfile.ZipFile(binary, "w") as archive:
            archive.writestr("inner", b"zipped")
        with component.open("content.gz", "wb") as binary, gzip.GzipFile(fileobj=binary, mode="wb") as packed:
            packed.write(b"packed")
        with component.open("value.json") as text:
            assert json.load(text) == value
        with component.open("value.pickle", "rb") as binary:
            assert pickle.load(binary) == value  # noqa: S301 - written above
        with component.open("table.csv") as text:
            assert list(csv.reader(text)) == [["a", "b"], ["1", "2"]]
        with component.open("archive.zip", "rb") as binary, zipfile.ZipFile(binary) as archive:
            assert archive.read("inner") == b"zipped"
        with component.open("content.gz", "rb") as binary, gzip.GzipFile(fileobj=binary) as packed:
            assert packed.read() == b"packed"


def check_absent(store: ArtifactStore) -> None:
    """No method sees the file `folder/file`.

    Args:
        store: A store with an empty folder.
    """
    assert not store.exists("folder/file")
    assert not store.isdir("folder/file")
    assert store.listdir("folder") == []
    assert store.glob("**") == ["folder"]
    assert store.glob("folder/*") == []
    assert list(store.walk("folder")) == [("folder", [], [])]
    for call in (store.stat, store.open, store.remove):
        with pytest.raises(ArtifactNotFoundError):
            call("folder/file")
