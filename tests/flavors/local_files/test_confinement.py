"""Nothing outside of the root is read or changed, whatever paths are given and whatever links there are or come to be."""

from __future__ import annotations

import os
import posixpath
import shutil
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackkit.components.artifact_store import ArtifactStore
from stackkit.core.narrow import is_list
from stackkit.errors import ArtifactError, PathOutsideStoreError
from stackkit.flavors.artifact_store.local import LocalArtifactStore
from stackkit.flavors.local_files.confinement import locate, real_names
from stackkit.testing.contracts.artifact_store import everything, read, write

SECRET = b"secret of somebody else"

segments = st.sampled_from(
    ("..", "..", ".", "", "a", "b", "l", "m", "outside", "secret", "root", " ", "...", ". .", "~", "*", "**", "é")
)
odd = st.text(st.characters(exclude_categories=()), max_size=4)
links = st.lists(
    st.tuples(
        st.sampled_from(("l", "m", "a/l", "a/m", "a/b/l")),
        st.lists(st.sampled_from(("..", "..", "a", "b", "l", "m", "outside", "secret", "root", ".")), min_size=1, max_size=5)
        .map("/".join)
        .flatmap(lambda text: st.sampled_from((text, f"@/{text}"))),
    ),
    max_size=4,
)
beginnings = st.sampled_from(("", "", "", "/", "@/", "@/root/", "file://", "file://@/root/", "//"))
paths = st.tuples(beginnings, st.lists(segments | odd, max_size=6)).map(lambda parts: parts[0] + "/".join(parts[1]))


def write_something(store: ArtifactStore, path: str, mode: str) -> None:
    """Write, and never what the secret is."""
    if mode == "w":
        with store.open(path, "w") as text:
            text.write("mine")
    else:
        with store.open(path, "xb" if mode == "x" else "ab") as file:
            file.write(b"mine")


DOINGS: dict[str, Callable[[ArtifactStore, str, str], object]] = {
    "read": lambda store, path, _: read(store, path),
    "write": lambda store, path, _: write_something(store, path, "w"),
    "make": lambda store, path, _: write_something(store, path, "x"),
    "append": lambda store, path, _: write_something(store, path, "a"),
    "copyfile": lambda store, path, other: store.copyfile(path, other, overwrite=True),
    "exists": lambda store, path, _: store.exists(path),
    "glob": lambda store, path, _: store.glob(path),
    "isdir": lambda store, path, _: store.isdir(path),
    "listdir": lambda store, path, _: store.listdir(path),
    "makedirs": lambda store, path, _: store.makedirs(path),
    "mkdir": lambda store, path, _: store.mkdir(path),
    "remove": lambda store, path, _: store.remove(path),
    "rename": lambda store, path, other: store.rename(path, other, overwrite=True),
    "rename new": lambda store, path, other: store.rename(path, other),
    "rmtree": lambda store, path, _: store.rmtree(path),
    "stat": lambda store, path, _: store.stat(path),
    "walk": lambda store, path, _: list(store.walk(path)),
}


def contents(folder: Path) -> dict[str, bytes | None]:
    """All that is below a folder, links not followed."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() and not path.is_symlink() else None
        for path in folder.rglob("*")
    }


@given(made=links, calls=st.lists(st.tuples(st.sampled_from(sorted(DOINGS)), paths, paths), min_size=1, max_size=8))
def test_nothing_outside_is_read_or_changed(made: list[tuple[str, str]], calls: list[tuple[str, str, str]]) -> None:
    with TemporaryDirectory() as name:
        top = Path(posixpath.realpath(name))
        (top / "outside/a/b").mkdir(parents=True)
        for path in ("secret", "outside/secret", "outside/a/secret", "outside/a/b/l"):
            (top / path).write_bytes(SECRET)
        outside = contents(top)
        root = top / "root"
        (root / "a/b").mkdir(parents=True)
        (root / "a/file").write_bytes(b"mine")
        for path, text in made:
            with suppress(FileExistsError):
                (root / path).symlink_to(text.replace("@", str(top)))
        store = LocalArtifactStore(name="store", path=str(root))
        for doing, path, other in calls:
            given_paths = (each.replace("@", str(top)) for each in (path, other))
            with suppress(ArtifactError):
                assert_inside(DOINGS[doing](store, *given_paths))
            around = contents(top)
            assert {path: content for path, content in around.items() if path.split("/")[0] != "root"} == outside
            assert all(content != SECRET for path, content in around.items() if path.startswith("root/"))


def assert_inside(told: object) -> None:
    """What a method gives is nothing of the outside."""
    assert told != SECRET
    if is_list(told):
        for path in told:
            assert not isinstance(path, str) or not path.startswith(("/", "../"))


# What changes between the look and the use


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    (folder / "below").mkdir(parents=True)
    for path in ("file", "theirs", "below/file", "below/theirs"):
        (folder / path).write_bytes(SECRET)
    return folder


@contextmanager
def exchanging(change: Callable[[], None]) -> Generator[None, None, None]:
    """Make a change again and again, in a thread beside the block."""
    enough = threading.Event()

    def go_on() -> None:
        while not enough.is_set():
            change()

    thread = threading.Thread(target=go_on)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    thread.start()
    try:
        yield
    finally:
        enough.set()
        thread.join()
        sys.setswitchinterval(interval)


@pytest.mark.parametrize("doing", sorted(DOINGS))
def test_a_folder_that_is_exchanged_for_a_link_meanwhile_leads_nobody_out(tmp_path: Path, outside: Path, doing: str) -> None:
    store = LocalArtifactStore(name="store", path=str(tmp_path / "root"))
    store.provision()
    exchanged = tmp_path / "root/d"

    def exchange() -> None:
        """Make it a folder, then a link to the outside, then nothing."""
        with suppress(OSError):
            (exchanged / "below").mkdir(parents=True)
            (exchanged / "file").write_bytes(b"mine")
            (exchanged / "below/file").write_bytes(b"mine")
        shutil.rmtree(exchanged, ignore_errors=True)
        with suppress(OSError):
            exchanged.symlink_to(outside)
            exchanged.unlink()

    of_folders = {"walk": "d", "glob": "d/**", "listdir": "d", "rmtree": "d/below", "makedirs": "d/new/new", "mkdir": "d/new"}
    with exchanging(exchange):
        for number in range(300):
            with suppress(ArtifactError):
                told = DOINGS[doing](store, of_folders.get(doing, "d/file"), f"copy-{number % 5}")
                assert told != SECRET
                assert "theirs" not in repr(told)
            for copy in (tmp_path / "root").glob("copy-*"):
                assert copy.read_bytes() != SECRET
    expected = {"below": None, **dict.fromkeys(("below/file", "below/theirs", "file", "theirs"), SECRET)}
    assert contents(outside) == expected


@pytest.mark.parametrize("doing", ["read", "append", "copyfile"])
@pytest.mark.parametrize("made", ["link", "pipe", "folder"])
def test_what_takes_the_place_of_a_file_before_it_is_opened_is_refused(
    tmp_path: Path, outside: Path, monkeypatch: pytest.MonkeyPatch, doing: str, made: str
) -> None:
    root = tmp_path / "root"
    store = LocalArtifactStore(name="store", path=str(root))
    write(store, "file")
    makers: dict[str, Callable[[Path], None]] = {
        "link": lambda path: path.symlink_to(outside / "file"),
        "pipe": os.mkfifo,
        "folder": Path.mkdir,
    }
    opened = os.open

    def exchange_and_open(path: str, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        """Stands for another process that comes between."""
        if path == "file":
            (root / "file").unlink()
            makers[made](root / "file")
        return opened(path, flags, mode, dir_fd=dir_fd)

    monkeypatch.setattr(os, "open", exchange_and_open)
    before = set(os.listdir("/dev/fd"))  # noqa: PTH208 - the numbers are what is asked for
    with pytest.raises(ArtifactError):
        DOINGS[doing](store, "file", "copy")
    assert set(os.listdir("/dev/fd")) == before  # noqa: PTH208 - the numbers are what is asked for
    assert [path.name for path in root.iterdir()] == ["file"]
    assert (outside / "file").read_bytes() == SECRET


def test_a_folder_that_is_held_open_is_the_one_that_is_used(tmp_path: Path, outside: Path) -> None:
    (tmp_path / "root/d").mkdir(parents=True)
    with locate(str(tmp_path / "root"), "d/file") as place:
        (tmp_path / "root/d").rename(tmp_path / "root/moved")
        (tmp_path / "root/d").symlink_to(outside)
        os.mkdir(place.name, dir_fd=place.folder)
    assert (tmp_path / "root/moved/file").is_dir()


# Names


def test_the_real_names_of_a_path_are_those_behind_its_links(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "a/b").mkdir(parents=True)
    (root / "l").symlink_to("a/b")
    (root / "a/b/up").symlink_to("../..")
    (root / "out").symlink_to("..")
    assert real_names(str(root), "l/x") == ("a", "b", "x")
    assert real_names(str(root), "l", "up/a") == ("a",)
    assert real_names(str(root), "l/up") == ()
    assert real_names(str(root), "a", str(root / "l")) == ("a", "b")
    assert real_names(str(root), "out/root") == ()
    assert real_names(str(root), "out") is None
    assert real_names("/", "usr/..") == ()


def test_the_root_can_be_the_root_of_everything() -> None:
    store = LocalArtifactStore(name="store", path="/")
    assert store.isdir("")
    assert store.isdir("dev")
    assert store.isdir("/dev")
    assert "dev" in store.listdir("/")
    with pytest.raises(PathOutsideStoreError):
        store.exists("..")


def test_nothing_is_made_where_something_is_only_looked_for(tmp_path: Path) -> None:
    root = tmp_path / "root"
    with pytest.raises(FileNotFoundError), locate(str(root), "a"):
        pass
    assert not root.exists()
    with pytest.raises(FileNotFoundError), locate(str(root), "a/b", creating=True):
        pass
    assert list(root.iterdir()) == []
    with locate(str(root), "a/b/c", creating=True, parents=True) as place:
        assert (place.name, place.names, place.status) == ("c", ("a", "b", "c"), None)
    assert everything(LocalArtifactStore(name="store", path=str(root))) == ["a", "a/b"]
    write(LocalArtifactStore(name="store", path=str(root)), "a/b/c")
