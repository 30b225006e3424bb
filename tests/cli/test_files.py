"""Files are read whole and within bounds, and written whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from threading import Thread

import pytest

from stackkit.cli.files import MAX_BYTES, format_of, read_document, write_whole
from stackkit.errors import DocumentError


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("a.json", "json"),
        ("a.JSON", "json"),
        ("a.yaml", "yaml"),
        ("a.yml", "yaml"),
        ("a.toml", "toml"),
        ("a", "yaml"),
        ("-", "yaml"),
    ],
)
def test_the_end_of_the_name_tells_the_format(name: str, form: str) -> None:
    assert format_of(Path(name)).name == form


def test_a_document_is_read(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text('{"a": [1]}')
    assert read_document(file) == {"a": [1]}


def test_a_mistake_is_told_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text("{\n  nothing}")
    with pytest.raises(DocumentError) as caught:
        read_document(file)
    assert str(caught.value).startswith(f"{file}: line 2, column 3: is not JSON")


def test_what_is_too_large_is_not_read_to_its_end(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    def write_without_end() -> None:
        with suppress(BrokenPipeError), pipe.open("wb", buffering=0) as endless:
            while True:
                endless.write(b" " * 2**20)

    writer = Thread(target=write_without_end)
    writer.start()
    with pytest.raises(DocumentError, match=f"is larger than {MAX_BYTES // 2**20} MiB"):
        read_document(pipe)
    writer.join()


class TestWriting:
    def test_a_file_is_made_and_replaced(self, tmp_path: Path) -> None:
        file = tmp_path / "a"
        write_whole(file, b"one")
        write_whole(file, b"two")
        assert file.read_bytes() == b"two"
        assert file.stat().st_mode & 0o777 == 0o644

    def test_a_link_is_followed(self, tmp_path: Path) -> None:
        (tmp_path / "link").symlink_to(tmp_path / "target")
        write_whole(tmp_path / "link", b"one")
        write_whole(tmp_path / "link", b"two")
        assert (tmp_path / "link").is_symlink()
        assert (tmp_path / "target").read_bytes() == b"two"

    def test_a_device_is_written_to_and_stays_one(self) -> None:
        write_whole(Path("/dev/null"), b"one")
        assert Path("/dev/null").is_char_device()

    @pytest.mark.parametrize("name", ["nowhere/a", ".", "a" * 300])
    def test_what_cannot_be_written_is_told_and_leaves_nothing(self, tmp_path: Path, name: str) -> None:
        (tmp_path / "ring").symlink_to(tmp_path / "ring")
        with pytest.raises(DocumentError, match="cannot be written"):
            write_whole(tmp_path / name, b"one")
        assert [file.name for file in tmp_path.iterdir()] == ["ring"]

    def test_a_write_that_fails_leaves_the_old_file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(_: int) -> None:
            raise OSError(28, "No space left on device")

        file = tmp_path / "a"
        write_whole(file, b"one")
        monkeypatch.setattr(os, "fsync", fail)
        with pytest.raises(DocumentError, match="No space left on device"):
            write_whole(file, b"two")
        assert file.read_bytes() == b"one"
        assert [*tmp_path.iterdir()] == [file]
