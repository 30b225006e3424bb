"""The files of an image: archives are read where they are, and hostile ones are refused in a line."""

from __future__ import annotations

import io
import os
import tarfile
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stackkit.errors import InvalidImageError
from stackkit.flavors.container_registry.images.image_files import FolderFiles, TarFiles, read_small
from stackkit.testing.images import layer_of


def opened(file: Path) -> TarFiles:
    return TarFiles(io.FileIO(file), str(file))


def archive(file: Path, *members: tuple[tarfile.TarInfo, bytes]) -> Path:
    with tarfile.open(file, "w") as made:
        for member, data in members:
            member.size = len(data)
            made.addfile(member, io.BytesIO(data))
    return file


def link(name: str, target: str, kind: bytes = tarfile.SYMTYPE) -> tuple[tarfile.TarInfo, bytes]:
    made = tarfile.TarInfo(name)
    made.type, made.linkname = kind, target
    return made, b""


def test_members_are_read_where_they_are(tmp_path: Path) -> None:
    (tmp_path / "a.tar").write_bytes(layer_of({"index.json": b"index", "./blobs/x": b"blob" * 1000, "empty": b""}))
    files = opened(tmp_path / "a.tar")
    assert files.size("index.json") == 5
    assert files.size("blobs/x") == 4000
    assert files.size("empty") == 0
    assert files.size("missing") is None
    with files.open("blobs/x") as blob:
        assert blob.read(6) == b"blobbl"
        blob.seek(3996)
        assert blob.read() == b"blob"
        blob.seek(-4, io.SEEK_END)
        assert (blob.tell(), blob.read(100)) == (3996, b"blob")
    with pytest.raises(InvalidImageError, match="missing: is missing"):
        files.open("missing")
    files.close()


def test_threads_read_members_at_once(tmp_path: Path) -> None:
    contents = {str(number): os.urandom(50_000) for number in range(4)}
    (tmp_path / "a.tar").write_bytes(layer_of(contents))
    files = opened(tmp_path / "a.tar")
    found: dict[str, bytes] = {}

    def read(name: str) -> None:
        with files.open(name) as member:
            found[name] = b"".join(iter(lambda: member.read(777), b""))

    threads = [threading.Thread(target=read, args=(name,)) for name in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    files.close()
    assert found == contents


def test_links_lead_to_files_of_the_archive_and_nowhere_else(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    real = tarfile.TarInfo("a/layer.tar")
    file = archive(
        tmp_path / "a.tar",
        (real, b"layer"),
        link("b/layer.tar", "../a/layer.tar"),
        link("hard", "a/layer.tar", tarfile.LNKTYPE),
        link("out", str(tmp_path / "secret")),
        link("up", "../../../../../../etc/passwd"),
        link("loop", "loop"),
        link("far", "b/layer.tar"),
    )
    files = opened(file)
    assert [files.size(name) for name in ("b/layer.tar", "hard")] == [5, 5]
    assert [files.size(name) for name in ("out", "up", "loop", "far")] == [None] * 4
    files.close()


@pytest.mark.parametrize("kind", [tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE])
def test_what_is_no_file_in_an_archive_is_not_there(tmp_path: Path, kind: bytes) -> None:
    files = opened(archive(tmp_path / "a.tar", link("index.json", "", kind)))
    assert files.size("index.json") is None
    files.close()


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "a/../../outside"])
def test_names_that_lead_out_are_never_followed_on_the_disk(tmp_path: Path, name: str) -> None:
    before = sorted(tmp_path.rglob("*"))
    files = opened(archive(tmp_path / "a.tar", (tarfile.TarInfo(name), b"planted")))
    with files.open(name) as member:
        assert member.read() == b"planted"  # what the archive holds under this name, and nothing else
    files.close()
    assert sorted(tmp_path.rglob("*")) == [*before, tmp_path / "a.tar"]


def huge_header(kind: bytes) -> bytes:
    member = tarfile.TarInfo("x")
    member.type, member.size = kind, 2**33
    return member.tobuf(tarfile.GNU_FORMAT) + b"0" * 3_000_000


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK])
def test_a_header_that_claims_gigabytes_is_not_read(tmp_path: Path, kind: bytes) -> None:
    (tmp_path / "a.tar").write_bytes(huge_header(kind))
    with pytest.raises(InvalidImageError, match="is no tar archive"):
        opened(tmp_path / "a.tar")


def test_a_member_that_is_cut_off_is_told(tmp_path: Path) -> None:
    data = layer_of({"a": b"x" * 5000})
    (tmp_path / "a.tar").write_bytes(data[:3000])
    with pytest.raises(InvalidImageError):
        opened(tmp_path / "a.tar")


WHOLE = layer_of({"oci-layout": b"{}", "index.json": b"[]", "blobs/sha256/00": b"x" * 600})


changed = st.one_of(
    st.binary(max_size=2000),
    st.integers(0, len(WHOLE)).map(lambda end: WHOLE[:end]),
    st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)).map(
        lambda at: WHOLE[: at[0]] + bytes([at[1]]) + WHOLE[at[0] + 1 :]
    ),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=changed)
def test_any_bytes_are_an_archive_or_refused_in_a_line(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "a.tar"
    file.write_bytes(data)
    try:
        files = opened(file)
    except InvalidImageError as error:
        told = str(error)
        assert len(told.splitlines()) == 1
    else:
        for name in ("oci-layout", "index.json", "blobs/sha256/00"):
            size = files.size(name)
            if size is not None:
                with files.open(name) as member:
                    assert len(member.read()) == size
        files.close()


class TestFolders:
    def test_only_regular_files_are_there(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("text")
        (tmp_path / "folder").mkdir()
        os.mkfifo(tmp_path / "pipe")
        (tmp_path / "link").symlink_to("file")
        (tmp_path / "dangling").symlink_to("nowhere")
        files = FolderFiles(tmp_path)
        found = {name: files.size(name) for name in ("file", "folder", "pipe", "link", "dangling", "missing", "file/x")}
        assert found == {"file": 4, "folder": None, "pipe": None, "link": 4, "dangling": None, "missing": None, "file/x": None}

    def test_a_pipe_is_not_waited_for(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(InvalidImageError, match="is no regular file"):
            FolderFiles(tmp_path).open("pipe")

    def test_what_is_too_large_to_be_read_whole_is_refused(self, tmp_path: Path) -> None:
        with (tmp_path / "index.json").open("wb") as file:
            file.truncate(2**33)
        with pytest.raises(InvalidImageError, match="is larger than 4 MiB"):
            read_small(FolderFiles(tmp_path), "index.json")
