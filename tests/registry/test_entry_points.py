"""What installed packages bring: the same answer as importlib.metadata gives, in a fraction of its time."""

from __future__ import annotations

import importlib.metadata
import string
import sys
import sysconfig
import tempfile
import zipfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackkit.registry import entry_points as scanning
from stackkit.registry.entry_points import COMPONENT_TYPES_GROUP, FLAVORS_GROUP, EntryPoint, entry_points

GROUPS = (COMPONENT_TYPES_GROUP, FLAVORS_GROUP)
Found = list[tuple[str, str, str]]


def install(folder: Path, package: str, text: str | None) -> None:
    metadata = folder / package
    metadata.mkdir(parents=True)
    if text is not None:
        (metadata / "entry_points.txt").write_text(text, encoding="utf-8")


@contextmanager
def path_of(*folders: Path) -> Generator[None]:
    before = list(sys.path)
    sys.path[:] = [*map(str, folders), sysconfig.get_path("stdlib")]  # which Python may have yet to import from
    try:
        yield
    finally:
        sys.path[:] = before


def told_by_importlib(*folders: Path, groups: Sequence[str] = GROUPS) -> Found:
    with path_of(*folders):
        found = [point for group in groups for point in importlib.metadata.entry_points(group=group)]
    return sorted((point.group, point.name, f"{point.module}:{point.attr}") for point in found)


def told_by_us(*folders: Path) -> Found:
    with path_of(*folders):
        return sorted((point.group, point.name, point.path) for point in entry_points())


def test_an_installed_package_brings_its_flavors_and_component_types(tmp_path: Path) -> None:
    text = """
[console_scripts]
tool = package.cli:main

[stackkit.flavors]
artifact_store.s3 = package.s3:S3Store
alerter.pager = package.pager : Pager [sms, calls]
# a remark = with an equals sign

[stackkit.component_types]
annotator = package.annotator:BaseAnnotator
"""
    install(tmp_path, "My_Package-1.0.dist-info", text)
    assert entry_points([str(tmp_path)]) == [
        EntryPoint(FLAVORS_GROUP, "artifact_store.s3", "package.s3:S3Store", "my-package"),
        EntryPoint(FLAVORS_GROUP, "alerter.pager", "package.pager:Pager", "my-package"),
        EntryPoint(COMPONENT_TYPES_GROUP, "annotator", "package.annotator:BaseAnnotator", "my-package"),
    ]


def test_of_a_package_that_is_installed_twice_the_first_on_the_path_is_meant(tmp_path: Path) -> None:
    for number in (1, 2):
        install(tmp_path / str(number), f"a.b-{number}.dist-info", f"[stackkit.flavors]\nalerter.x = m{number}:X")
    install(tmp_path / "2", "other-1.egg-info", "[stackkit.flavors]\nalerter.y = m:Y")
    both = (tmp_path / "1", tmp_path / "2")
    assert told_by_us(*both) == told_by_importlib(*both)
    assert ("stackkit.flavors", "alerter.x", "m1:X") in told_by_us(*both)
    assert ("stackkit.flavors", "alerter.x", "m2:X") in told_by_us(*reversed(both))


def test_a_package_without_entry_points_hides_another_version_of_it_that_has_some(tmp_path: Path) -> None:
    install(tmp_path / "new", "a_b-2.dist-info", None)
    install(tmp_path / "old", "A.B-1.dist-info", "[stackkit.flavors]\nalerter.x = m:X")
    folders = (tmp_path / "new", tmp_path / "old")
    assert told_by_us(*folders) == told_by_importlib(*folders) == []
    assert told_by_us(tmp_path / "old") != []


def test_a_wheel_on_the_path_is_read_as_it_is(tmp_path: Path) -> None:
    wheel = tmp_path / "package-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("package/__init__.py", "class Store: ...")
        archive.writestr("package-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: package\nVersion: 1.0\n")
        archive.writestr("package-1.0.dist-info/entry_points.txt", "[stackkit.flavors]\nartifact_store.p = package:Store\n")
        archive.writestr("bare-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: bare\nVersion: 1.0\n")
    assert told_by_us(wheel) == told_by_importlib(wheel) == [(FLAVORS_GROUP, "artifact_store.p", "package:Store")]


def test_the_packages_of_this_very_environment_are_read_as_importlib_reads_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanning, "COMPONENT_TYPES_GROUP", "console_scripts")
    monkeypatch.setattr(scanning, "FLAVORS_GROUP", "pytest11")
    here = [Path(entry) for entry in sys.path]
    expected = {
        (name, path.removesuffix(":None")) for _, name, path in told_by_importlib(*here, groups=("console_scripts", "pytest11"))
    }
    assert {(name, path) for _, name, path in told_by_us(*here)} == expected
    assert len(expected) > 3


@pytest.mark.parametrize("broken", ["missing", "a\0b", "file.txt", ""])
def test_what_is_no_folder_of_packages_is_passed_over(broken: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file.txt").write_text("neither a folder nor a zip file", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    install(tmp_path / "good", "good-1.dist-info", "[stackkit.flavors]\nalerter.x = m:X")
    assert [point.name for point in entry_points([broken, str(tmp_path / "good")])] == ["alerter.x"]


def test_the_empty_entry_of_the_path_is_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, "here-1.dist-info", "[stackkit.flavors]\nalerter.x = m:X")
    monkeypatch.chdir(tmp_path)
    assert [point.distribution for point in entry_points([""])] == ["here"]


def test_entry_points_that_are_not_text_are_passed_over(tmp_path: Path) -> None:
    install(tmp_path, "bad-1.dist-info", None)
    (tmp_path / "bad-1.dist-info" / "entry_points.txt").write_bytes(b"[stackkit.flavors]\nalerter.\xff = m:X")
    (tmp_path / "file-1.egg-info").write_text("Name: file", encoding="utf-8")  # what old installers leave: a file
    install(tmp_path, "good-1.dist-info", "[stackkit.flavors]\nalerter.x = m:X")
    assert [point.name for point in entry_points([str(tmp_path)])] == ["alerter.x"]


SPACE = st.text(" \t", max_size=2)
WORD = st.text(string.ascii_letters + string.digits + "_ä", min_size=1, max_size=4)
PATH = st.lists(WORD, min_size=1, max_size=3).map(".".join)
PRINTABLE = st.characters(exclude_categories=["C", "Z"], exclude_characters="=")
NAME = st.text(PRINTABLE | st.just(" "), min_size=1, max_size=8).filter(
    lambda name: name == name.strip() and not name.startswith(("[", "#", ";"))
)
GROUP = st.sampled_from([*GROUPS, "stackkit", "stackkit.flavors.more", "console_scripts"])
EXTRAS = st.sampled_from(["", "[extra]", "[one, two]", " [one,two] "])


@st.composite
def lines(draw: st.DrawFn) -> str:
    """A line of an `entry_points.txt` that the specification allows."""
    kind = draw(st.sampled_from(["group", "entry", "entry", "entry", "remark", "blank"]))
    if kind == "group":
        inside = draw(st.sampled_from(["", "", "", " "]))  # a space makes it another group
        return f"{draw(SPACE)}[{inside}{draw(GROUP)}]{draw(SPACE)}"
    if kind == "remark":
        return f"{draw(SPACE)}#{draw(NAME)} = {draw(PATH)}:{draw(PATH)}"
    if kind == "blank":
        return draw(SPACE)
    colon = f"{draw(SPACE)}:{draw(SPACE)}"
    return f"{draw(SPACE)}{draw(NAME)}{draw(SPACE)}={draw(SPACE)}{draw(PATH)}{colon}{draw(PATH)}{draw(EXTRAS)}"


FILES = st.lists(lines(), max_size=8).map("\n".join)
PACKAGES = st.dictionaries(
    st.sampled_from(["a-1.dist-info", "A_B-1.0.post1.dist-info", "c.d-2.egg-info", "é-1.dist-info"]),
    FILES | st.none(),
    max_size=4,
)


@given(st.lists(PACKAGES, min_size=1, max_size=3), st.sampled_from(["\n", "\r\n"]))
def test_it_tells_what_importlib_metadata_tells(trees: list[dict[str, str | None]], newline: str) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folders = [Path(temporary, str(number)) for number in range(len(trees))]
        for folder, packages in zip(folders, trees, strict=True):
            for package, text in packages.items():
                install(folder, package, None if text is None else f"[{FLAVORS_GROUP}]\n{text}".replace("\n", newline))
        assert told_by_us(*folders) == told_by_importlib(*folders)
