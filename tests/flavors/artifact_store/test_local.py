"""What holds for artifacts in a local folder beyond what holds for every artifact store."""

from __future__ import annotations

import os
import pickle
import socket
import stat
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackkit.components.artifact_store import ArtifactStore, BaseArtifactStore
from stackkit.errors import (
    ArtifactError,
    ArtifactExistsError,
    ArtifactIsADirectoryError,
    ArtifactNotADirectoryError,
    ArtifactNotFoundError,
    ConfigurationError,
    PathOutsideStoreError,
)
from stackkit.flavors.artifact_store.local import LocalArtifactStore
from stackkit.testing.contracts.artifact_store import CALLS, everything, read, write


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "root"


@pytest.fixture
def store(root: Path) -> LocalArtifactStore:
    return LocalArtifactStore(name="store", path=str(root))


def as_component(store: LocalArtifactStore) -> ArtifactStore:
    return store


def as_base(store: LocalArtifactStore) -> BaseArtifactStore:
    return store


# Configuration


def test_a_relative_path_does_not_depend_on_where_it_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    store = LocalArtifactStore(name="store", path="artifacts/../kept")
    assert store.path == str(tmp_path / "kept")
    monkeypatch.chdir("/")
    write(store, "file")
    assert (tmp_path / "kept/file").exists()


def test_the_home_folder_is_expanded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert LocalArtifactStore(name="store", path="~/kept").path == str(tmp_path / "kept")
    assert LocalArtifactStore(name="store", path="file:///~/kept").path == "file:///~/kept"


@given(path=st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1))
def test_a_path_that_was_made_absolute_stays_as_it_is(path: str) -> None:
    try:
        store = LocalArtifactStore(name="store", path=path)
    except ConfigurationError:
        assert "://" in path
    else:
        assert store.replace().path == store.path


@pytest.mark.parametrize("path", ["", "file://", "file://folder", "file://~/folder", "a\0b", "s3://bucket", "gs://a/b"])
def test_a_path_that_is_no_folder_of_this_machine_is_refused(path: str) -> None:
    with pytest.raises(ConfigurationError, match="path"):
        LocalArtifactStore(name="store", path=path)


def test_the_message_about_a_scheme_names_those_that_are_supported() -> None:
    with pytest.raises(
        ConfigurationError, match='"s3://bucket" has an unsupported scheme; local supports file://, plain paths'
    ):
        LocalArtifactStore(name="store", path="s3://bucket")


def test_both_forms_of_the_root_take_both_forms_of_a_path(root: Path) -> None:
    for path in (str(root), root.as_uri()):
        store = LocalArtifactStore(name="store", path=path)
        write(store, "file")
        for form in (f"{root}/file", f"file://{root}/file", "file"):
            assert store.exists(form)
        for form in ("file://file", f"file://localhost{root}/file", "file:///file", "/file"):
            with pytest.raises(PathOutsideStoreError):
                store.exists(form)


def test_a_store_travels_to_other_processes(store: LocalArtifactStore) -> None:
    write(store, "file")
    copy = pickle.loads(pickle.dumps(store))  # noqa: S301 - written here
    assert copy == store
    assert read(copy, "file") == b"content"


# Lifecycle


def test_the_folder_is_made_by_provision_and_artifacts_outlive_deprovision(store: LocalArtifactStore, root: Path) -> None:
    assert not store.is_provisioned
    store.deprovision()
    states: list[bool] = []
    for change in (store.provision, store.provision, store.deprovision, store.deprovision):
        change()
        states.append(store.is_provisioned)
    assert states == [True, True, False, False]
    write(store, "file")
    store.deprovision()
    assert (root / "file").read_bytes() == b"content"


def test_looking_at_a_store_makes_nothing(store: LocalArtifactStore, root: Path) -> None:
    store.listdir("")
    assert store.glob("**") == []
    for name in ("open r", "copyfile from", "remove", "rename from", "rmtree", "stat"):
        with pytest.raises(ArtifactNotFoundError):
            CALLS[name](store, "nothing")
    assert not root.exists()


def test_a_file_in_the_place_of_the_root_is_refused(store: LocalArtifactStore, root: Path) -> None:
    root.write_text("mine")
    assert not store.is_provisioned
    assert not store.isdir("")
    for call in (store.provision, lambda: write(store, "file"), lambda: store.mkdir("folder"), lambda: store.listdir("")):
        with pytest.raises(ArtifactError):
            call()
    store.deprovision()
    assert root.read_text() == "mine"


# Links


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "secret").write_text("secret")
    return folder


@pytest.mark.parametrize("call", list(CALLS))
@pytest.mark.parametrize("form", ["absolute", "relative", "through a folder", "through a link"])
@pytest.mark.parametrize("path", ["link", "link/secret", "link/new", "folder/../link", "chain", "chain/secret", "chain/new"])
def test_a_link_that_leads_out_is_refused(
    store: LocalArtifactStore, root: Path, outside: Path, call: str, form: str, path: str
) -> None:
    write(store, "file")
    store.makedirs("folder/inner")
    (root / "folder/up").symlink_to("../..")
    aims = {
        "absolute": str(outside),
        "relative": "../outside",
        "through a folder": "folder/../../outside",
        "through a link": "folder/up/outside",
    }
    (root / "link").symlink_to(aims[form])
    (root / "chain").symlink_to("folder/inner/../../link")
    with pytest.raises(PathOutsideStoreError, match="leads out"):
        CALLS[call](store, path)
    assert everything(store) == ["file", "folder", "folder/inner"]
    assert {file.name: file.read_text() for file in outside.iterdir()} == {"secret": "secret"}
    assert (root / "link").is_symlink()


def test_a_link_to_a_file_outside_is_refused_and_left_out(store: LocalArtifactStore, root: Path, outside: Path) -> None:
    write(store, "file")
    (root / "link").symlink_to(outside / "secret")
    for name, call in CALLS.items():
        with pytest.raises(PathOutsideStoreError):
            call(store, "link")
        assert (outside / "secret").read_text() == "secret", name
    assert everything(store) == store.listdir("") == ["file"]
    assert store.glob("l*") == store.glob("**/link") == []


def test_a_link_to_a_folder_whose_name_begins_like_the_root_leads_out(store: LocalArtifactStore, root: Path) -> None:
    store.provision()
    other = root.with_name("root-other")
    other.mkdir()
    (root / "link").symlink_to(other)
    with pytest.raises(PathOutsideStoreError):
        store.exists("link")


@pytest.mark.parametrize("absolute", [False, True])
def test_links_that_stay_inside_work(store: LocalArtifactStore, root: Path, absolute: bool) -> None:
    write(store, "folder/file", b"content")
    (root / "to_folder").symlink_to(root / "folder" if absolute else "folder")
    (root / "folder/to_file").symlink_to(root / "folder/file" if absolute else "../to_folder/file")
    assert read(store, "to_folder/to_file") == b"content"
    assert store.isdir("to_folder")
    assert store.stat("folder/to_file").size == len(b"content")
    assert store.listdir("to_folder") == ["file", "to_file"]
    assert everything(store) == ["folder", "folder/file", "folder/to_file", "to_folder"]
    assert store.glob("*/file") == ["folder/file", "to_folder/file"]
    assert list(store.walk()) == [("", ["folder", "to_folder"], []), ("folder", [], ["file", "to_file"])]
    write(store, "to_folder/to_file", b"through the link")
    assert read(store, "folder/file") == b"through the link"
    assert (root / "folder/to_file").is_symlink()
    write(store, "to_folder/a/b", b"new")
    assert read(store, "folder/a/b") == b"new"


def test_a_root_that_is_reached_through_a_link_works(root: Path, tmp_path: Path) -> None:
    root.mkdir()
    (tmp_path / "alias").symlink_to(root)
    store = LocalArtifactStore(name="store", path=str(tmp_path / "alias"))
    write(store, "folder/file")
    (root / "by_alias").symlink_to(tmp_path / "alias/folder")
    (root / "by_name").symlink_to(root / "folder")
    assert read(store, "by_alias/file") == read(store, "by_name/file") == b"content"


def test_links_in_a_circle_end(store: LocalArtifactStore, root: Path) -> None:
    write(store, "folder/file")
    (root / "folder/back").symlink_to("..")
    (root / "self").symlink_to("self")
    (root / "a").symlink_to("b/x")
    (root / "b").symlink_to("a/y")
    assert everything(store) == ["folder", "folder/back", "folder/file"]
    assert len(list(store.walk())) == 2
    assert read(store, "folder/back/folder/back/folder/file") == b"content"
    for path in ("self", "a", "b/below"):
        assert not store.exists(path)
        with pytest.raises(ArtifactNotFoundError):
            store.open(path)
        with pytest.raises(ArtifactError):
            store.open(path, "w")


def test_a_link_to_nothing_is_nothing_until_it_is_written_to(store: LocalArtifactStore, root: Path) -> None:
    store.provision()
    for name in ("first", "second"):
        (root / name).symlink_to(f"made/{name}")
    assert not store.exists("first")
    assert store.listdir("") == []
    with pytest.raises(ArtifactNotFoundError):
        store.rename("first", "other")
    write(store, "first")
    assert everything(store) == ["first", "made", "made/first"]
    store.remove("second")
    assert not (root / "second").is_symlink()


def test_links_are_removed_and_not_followed(store: LocalArtifactStore, root: Path, outside: Path) -> None:
    write(store, "kept/file")
    write(store, "folder/file")
    os.mkfifo(root / "folder/pipe")
    for name, target in (("file_link", "../kept/file"), ("folder_link", "../kept"), ("out", outside), ("nothing", "nowhere")):
        (root / "folder" / name).symlink_to(target)
    (root / "to_file").symlink_to("kept/file")
    (root / "to_folder").symlink_to("kept")
    store.remove("to_file")
    with pytest.raises(ArtifactIsADirectoryError):
        store.remove("to_folder")
    with pytest.raises(ArtifactNotADirectoryError):
        store.rmtree("folder/file_link")
    store.rmtree("to_folder")
    store.rmtree("folder")
    assert everything(store) == ["kept", "kept/file"]
    assert (outside / "secret").exists()


# Things that are no artifacts


def test_pipes_sockets_and_devices_are_refused_at_once(store: LocalArtifactStore, root: Path) -> None:
    write(store, "file")
    os.mkfifo(root / "pipe")
    (root / "to_pipe").symlink_to("pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.relpath(root / "socket"))
        for path in ("pipe", "socket", "to_pipe"):
            for name in ("open r", "open w", "open a", "copyfile from", "copyfile to", "rename to", "rename from", "stat"):
                with pytest.raises(ArtifactError, match="neither a file nor a folder"):
                    CALLS[name](store, path)
            for name in ("listdir", "rmtree", "walk", "open x", "mkdir", "makedirs"):
                with pytest.raises(ArtifactError):
                    CALLS[name](store, path)
            assert not store.exists(path)
            assert not store.isdir(path)
        assert everything(store) == ["file"]
        with pytest.raises(ArtifactError):
            store.remove("pipe")
    assert stat.S_ISFIFO((root / "pipe").stat().st_mode)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no such device")
def test_a_device_is_outside(root: Path) -> None:
    root.mkdir()
    (root / "device").symlink_to("/dev/full")
    with pytest.raises(PathOutsideStoreError):
        LocalArtifactStore(name="store", path=str(root)).open("device", "w")
    with pytest.raises(ArtifactError, match="neither a file nor a folder"):
        LocalArtifactStore(name="store", path="/dev").open("full", "w")


@pytest.mark.parametrize("call", list(CALLS))
@pytest.mark.parametrize("name", [".stackkit-tmp-0123abcd-0123456789abcdef", ".stackkit-tmp-", ".STACKKIT-TMP-x/file"])
def test_reserved_names_are_nobody_s(store: LocalArtifactStore, root: Path, call: str, name: str) -> None:
    write(store, "file")
    path = root / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"unfinished")
    try:
        assert not CALLS[call](store, name)
    except ArtifactError as refused:
        assert str(refused).isprintable()  # noqa: PT017 - only some calls refuse
    assert path.read_bytes() == b"unfinished"
    assert everything(store) == ["file"]


# Limits


def test_a_name_is_as_long_as_the_file_system_takes(store: LocalArtifactStore) -> None:
    write(store, "x" * 255)
    assert store.listdir("") == ["x" * 255]
    for call in ("open w", "mkdir", "makedirs", "copyfile to", "rename to"):
        write(store, "file")
        with pytest.raises(ArtifactError, match="too long; choose a shorter name"):
            CALLS[call](store, "x" * 256)


def test_folders_are_made_only_as_deep_as_they_can_be_removed(store: LocalArtifactStore) -> None:
    deepest = "/".join("d" * 256)
    store.makedirs(deepest)
    with pytest.raises(ArtifactError, match="256 folders deep"):
        write(store, f"{deepest}/file")
    assert len(list(store.walk())) == 257
    store.rmtree("d")
    assert everything(store) == []


def test_deeper_folders_that_others_made_are_read_and_removed_whole_or_not_at_all(
    store: LocalArtifactStore, root: Path
) -> None:
    deepest = root.joinpath(*"d" * 400)
    deepest.mkdir(parents=True)
    assert len(list(store.walk())) == 401
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(400)  # of which rmtree takes one a folder, before Python 3.13
    try:
        store.rmtree("d")
    except ArtifactError as error:
        assert str(error) == "d: folders are nested too deeply in it"  # noqa: PT017 - some Pythons do not refuse
        assert deepest.is_dir()
    else:
        assert list(root.iterdir()) == []
    finally:
        sys.setrecursionlimit(limit)


def test_names_that_are_no_utf_8_are_listed_and_read(store: LocalArtifactStore, root: Path) -> None:
    store.provision()
    Path(os.fsdecode(os.fsencode(root) + b"/\xff")).write_bytes(b"old")
    (name,) = everything(store)
    assert read(store, name) == b"old"
    with pytest.raises(ArtifactExistsError) as refused:
        store.open(name, "x")
    assert str(refused.value).isprintable()


def test_10_000_files_are_listed_matched_and_walked(store: LocalArtifactStore, root: Path) -> None:
    expected = sorted(f"{number}.txt" for number in range(10_000))
    store.provision()
    for name in expected:
        (root / name).touch()
    assert store.listdir("") == expected
    assert store.glob("*.txt") == store.glob("**/*.txt") == store.glob("**") == expected
    assert list(store.walk()) == [("", [], expected)]


def run(script: str, *arguments: str) -> str:
    """What a script prints that has a process of its own."""
    command = [sys.executable, "-c", dedent(script), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_large_file_is_written_copied_and_read_in_little_memory(root: Path) -> None:
    script = """
        import resource, sys
        from stackkit.flavors.artifact_store.local import LocalArtifactStore

        store = LocalArtifactStore(name="store", path=sys.argv[1])
        chunk = bytes(range(256)) * 4096
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with store.open("large", "wb") as file:
            for _ in range(64):
                file.write(chunk)
        store.copyfile("large", "copy")
        with store.open("copy", "ab") as file:
            file.write(b"!")
        with store.open("copy", "rb") as file:
            assert all(file.read(len(chunk)) == chunk for _ in range(64))
            assert file.read() == b"!"
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    """
    kibibytes = int(run(script, str(root))) if sys.platform == "linux" else int(run(script, str(root))) // 1024
    assert kibibytes < 16 * 1024


def test_a_full_disk_is_told_in_one_line_and_the_old_content_stays(root: Path) -> None:
    script = """
        import resource, sys
        from stackkit.errors import ArtifactError
        from stackkit.flavors.artifact_store.local import LocalArtifactStore

        store = LocalArtifactStore(name="store", path=sys.argv[1])
        with store.open("file", "wb") as file:
            file.write(b"old")
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        for mode, content in (("wb", b"x" * 200_000), ("w", "x" * 200_000), ("ab", b"x" * 99_999)):
            for at_once in (True, False):
                try:
                    with store.open("file", mode) as file:
                        if at_once:
                            file.write(content)
                        else:
                            for start in range(0, len(content), 1000):
                                file.write(content[start : start + 1000])
                except ArtifactError as error:
                    assert isinstance(error.__cause__, OSError)
                    print(error)
                else:
                    raise AssertionError(mode)
        assert store.open("file").read() == "old"
        assert store.listdir("") == ["file"]
    """
    printed = run(script, str(root)).splitlines()
    assert printed == ["file: file too large"] * 6
    assert list(root.iterdir()) == [root / "file"]


UNPRIVILEGED = """
    import os, sys
    from pathlib import Path
    from stackkit.errors import ArtifactError
    from stackkit.flavors.artifact_store.local import LocalArtifactStore

    root = Path(sys.argv[1])
    store = LocalArtifactStore(name="store", path=str(root))
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(65534, 65534, 65534)
        os.setresuid(65534, 65534, 65534)
"""


@pytest.fixture
def open_root(tmp_path: Path) -> Path:
    """A root that everybody may write to."""
    ours = (folder for folder in (tmp_path, *tmp_path.parents) if folder.owner() == tmp_path.owner() and folder != Path("/"))
    for folder in ours:
        folder.chmod(folder.stat().st_mode | 0o055)
    root = tmp_path / "root"
    root.mkdir()
    root.chmod(0o777)
    return root


def test_what_is_not_permitted_is_told_in_one_line(open_root: Path) -> None:
    (open_root / "unreadable").mkdir(mode=0o000)
    (open_root / "closed").mkdir(mode=0o555)
    (open_root / "closed/file").write_text("content")
    (open_root / "read_only").write_text("content")
    (open_root / "read_only").chmod(0o444)
    (open_root / "secret").write_text("content")
    (open_root / "secret").chmod(0o000)
    (open_root / "closed").chmod(0o555)
    script = f"""
        {UNPRIVILEGED}
        for name, call in {{
            "list": lambda: store.listdir("unreadable"),
            "look": lambda: store.exists("unreadable/x"),
            "make": lambda: store.open("closed/new", "w"),
            "remove": lambda: store.remove("closed/file"),
            "rmtree": lambda: store.rmtree("closed"),
            "rename": lambda: store.rename("closed/file", "moved"),
            "mkdir": lambda: store.mkdir("closed/new"),
            "read": lambda: store.open("secret"),
            "copy": lambda: store.copyfile("secret", "copy"),
            "write": lambda: store.open("read_only", "w"),
            "append": lambda: store.open("read_only", "a"),
        }}.items():
            try:
                call()
            except ArtifactError as error:
                assert isinstance(error.__cause__, PermissionError), name
                print(error)
            else:
                raise AssertionError(name)
        assert store.open("closed/file").read() == "content"
    """
    try:
        printed = run(script, str(open_root)).splitlines()
    finally:
        (open_root / "unreadable").chmod(0o755)
    assert len(printed) == 11
    assert all(line.endswith("permission denied; check who may read and write it") for line in printed), printed
    assert sorted(path.name for path in open_root.iterdir()) == ["closed", "read_only", "secret", "unreadable"]


def test_the_permissions_of_a_file_are_kept_when_it_is_replaced(store: LocalArtifactStore, root: Path) -> None:
    before = os.umask(0o027)
    try:
        write(store, "file")
        assert stat.S_IMODE((root / "file").stat().st_mode) == 0o640
        (root / "file").chmod(0o604)
        write(store, "file")
        with store.open("file", "a") as file:
            file.write("more")
        store.copyfile("file", "copy")
    finally:
        os.umask(before)
    assert stat.S_IMODE((root / "file").stat().st_mode) == 0o604
    assert stat.S_IMODE((root / "copy").stat().st_mode) == 0o640


def test_refused_calls_leave_no_descriptor_open(store: LocalArtifactStore, root: Path) -> None:
    write(store, "file")
    write(store, "folder/file")
    (root / "out").symlink_to("/")
    os.mkfifo(root / "pipe")
    before = set(os.listdir("/dev/fd"))  # noqa: PTH208 - the numbers are what is asked for
    for path in ("file", "file/below", "folder", "nothing", "out", "pipe", "pipe/below", "x" * 300, ""):
        for name, call in CALLS.items():
            if not (name.startswith("open") and path in ("file", "nothing")):
                with suppress(ArtifactError):
                    call(store, path)
            write(store, "file")
            store.makedirs("folder")
    assert set(os.listdir("/dev/fd")) == before  # noqa: PTH208 - the numbers are what is asked for
