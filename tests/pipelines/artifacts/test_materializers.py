"""What writes and reads the values of each type."""

from __future__ import annotations

import dataclasses
import io
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import IO, Any

import attrs
import cloudpickle
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from typing_extensions import override

from stackkit.errors import DocumentError, NotSerializableError, PipelineError
from stackkit.pipelines.artifacts.materializers import KIT, Materializer, materializer, materializer_name


@attrs.frozen
class Model:
    weight: float


@dataclasses.dataclass
class Report:
    model: Model


class Upper(Materializer[str]):
    """Texts in capitals."""

    VERSION = 2

    @override
    def save(self, value: str, file: IO[bytes], tp: object) -> None:
        file.write(value.upper().encode())

    @override
    def load(self, file: IO[bytes], tp: object, folder: Path) -> str:
        return file.read().decode()


class Half(Materializer[str]):
    """One that lacks a method."""

    @override
    def save(self, value: str, file: IO[bytes], tp: object) -> None: ...


class Title(str):
    __slots__ = ()


def there_and_back(value: object, tp: object, folder: Path, name: str | None = None) -> Any:
    chosen = materializer(materializer_name(tp, name))
    file = io.BytesIO()
    chosen.save(value, file, tp)
    assert not file.closed
    return chosen.load(io.BytesIO(file.getvalue()), tp, folder)


@pytest.mark.parametrize(
    ("tp", "name"),
    [
        (int, "json"),
        (list[Model], "json"),
        (Report, "json"),
        (dict[str, float] | None, "json"),
        (list[bytes], "json"),
        (bytes, "bytes"),
        (str, "text"),
        (Path, "path"),
        (np.ndarray, "numpy"),
        (NDArray[np.float64], "numpy"),
        (pd.DataFrame, "pandas"),
        (pd.Series, "pandas-series"),
        (pl.DataFrame, "polars"),
        (pl.Series, "polars-series"),
        (pa.Table, "pyarrow"),
    ],
)
def test_the_annotation_says_what_writes_a_value(tp: object, name: str) -> None:
    assert materializer_name(tp) == name


@pytest.mark.parametrize("tp", [object, Any, type, pl.LazyFrame, list[pd.DataFrame], Title, st.SearchStrategy])
def test_what_nothing_writes_is_refused_with_what_to_do(tp: object) -> None:
    with pytest.raises(PipelineError, match=r"no materializer writes .*; name one that does"):
        materializer_name(tp)


def test_cloudpickle_is_taken_when_it_is_named_only(tmp_path: Path) -> None:
    assert materializer_name(object, "cloudpickle") == "cloudpickle"
    increment: Callable[[int], int] = lambda number: number + 1  # noqa: E731 - one without a name
    function = there_and_back(increment, object, tmp_path, "cloudpickle")
    assert function(1) == 2
    assert materializer("cloudpickle").CHECK_FIRST
    assert cloudpickle.__name__ not in {name for name in KIT if name != "cloudpickle"}


def test_a_class_of_ones_own_is_named_by_its_path() -> None:
    assert materializer_name(str, Upper) == f"{__name__}:Upper"
    assert isinstance(materializer(f"{__name__}:Upper"), Upper)
    assert Upper().VERSION == 2


def test_what_is_no_materializer_is_refused() -> None:
    with pytest.raises(PipelineError, match="lacks methods; define save and load"):
        materializer_name(str, Half)
    with pytest.raises(PipelineError, match="is no materializer; name a class that inherits Materializer"):
        materializer_name(str, f"{__name__}:Model")
    with pytest.raises(PipelineError, match="there is no materializer pickle; the kit has json, bytes"):
        materializer_name(str, "pickle")


@given(st.text(st.characters(exclude_categories=())))
def test_texts_come_back(value: str) -> None:
    assert there_and_back(value, str, Path()) == value


@given(st.binary())
def test_bytes_come_back(value: bytes) -> None:
    assert there_and_back(value, bytes, Path()) == value


@given(st.lists(st.floats(allow_nan=False).map(Model)))
def test_objects_come_back(value: list[Model]) -> None:
    assert there_and_back(value, list[Model], Path()) == value


@pytest.mark.parametrize(
    "array",
    [
        np.array(5.0),
        np.zeros((0, 3)),
        np.arange(24, dtype=np.int16).reshape(2, 3, 4),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.arange(10)[::2],
        np.array(["a", "bcd"]),
        np.array(["2026-01-01"], dtype="datetime64[ns]"),
        np.array([1 + 2j, np.nan]),
        np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]),
    ],
    ids=str,
)
def test_arrays_come_back(array: NDArray[Any], tmp_path: Path) -> None:
    found = there_and_back(array, np.ndarray, tmp_path)
    assert found.dtype == array.dtype
    np.testing.assert_array_equal(found, array)


def test_frames_and_series_come_back_with_index_and_types(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": [1, None], "b": ["x", "y"], "d": [date(2026, 1, 1), None]}, index=["i", "j"])
    found = there_and_back(frame, pd.DataFrame, tmp_path)
    assert found.equals(frame)
    numbered = pd.DataFrame({1: [1], 2: [2]})
    assert there_and_back(numbered, pd.DataFrame, tmp_path).columns.tolist() == [1, 2]
    with pytest.raises(NotSerializableError, match="names of its columns are of several types"):
        there_and_back(pd.DataFrame({"a": [1], 2: [2]}), pd.DataFrame, tmp_path)
    for name in ("s", None):
        series = pd.Series([1.5, 2.5], index=[3, 4], name=name)
        back = there_and_back(series, pd.Series, tmp_path)
        assert back.equals(series)
        assert back.name == name
        assert back.index.tolist() == [3, 4]


def test_polars_frames_and_series_come_back(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {"a": [1, None], "b": [["x"], []], "c": [date(2026, 1, 1), None]},
        schema_overrides={"a": pl.UInt8},
    ).with_columns(pl.Series("e", ["x", "y"], dtype=pl.Enum(["x", "y"])), pl.Series("f", ["u", "v"], dtype=pl.Categorical))
    assert there_and_back(frame, pl.DataFrame, tmp_path).equals(frame, null_equal=True)
    assert there_and_back(frame, pl.DataFrame, tmp_path).schema == frame.schema
    series = pl.Series("s", [1.5, None])
    assert there_and_back(series, pl.Series, tmp_path).equals(series, check_names=True)


def test_arrow_tables_come_back(tmp_path: Path) -> None:
    table = pa.table({"a": [1, 2], "b": ["x", None]})
    assert there_and_back(table, pa.Table, tmp_path).to_pydict() == table.to_pydict()


@pytest.mark.parametrize(
    ("tp", "name"), [(str, "str"), (bytes, "bytes"), (Path, "Path"), (np.ndarray, "ndarray"), (pd.DataFrame, "DataFrame")]
)
def test_a_value_of_another_class_than_annotated_is_refused(tp: object, name: str, tmp_path: Path) -> None:
    with pytest.raises(NotSerializableError, match=f"expected {name}, got int"):
        there_and_back(5, tp, tmp_path)


# files and folders

names = st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=40).filter(
    lambda name: name not in (".", "..") and len(name.encode()) < 200
)


@given(st.dictionaries(names, st.binary(max_size=2000), max_size=5), names, names)
def test_folders_come_back_with_all_that_is_in_them(files: dict[str, bytes], inner: str, top: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / top
        (folder / "deep" / inner).mkdir(parents=True)
        for file, content in files.items():
            if file != "deep":
                (folder / file).write_bytes(content)
        (folder / "deep" / "same").write_bytes(b"x")
        found = there_and_back(folder, Path, Path(name) / "scratch")
        assert found.name == top
        assert tree(found) == tree(folder)


def tree(top: Path) -> dict[str, bytes | str | None]:
    return {
        path.relative_to(top).as_posix(): f"-> {path.readlink()}"
        if path.is_symlink()
        else None
        if path.is_dir()
        else path.read_bytes() + (b"!" if os.access(path, os.X_OK) else b"")
        for path in top.rglob("*")
    }


def written(path: Path) -> bytes:
    file = io.BytesIO()
    materializer("path").save(path, file, Path)
    return file.getvalue()


def test_a_file_comes_back_under_its_name(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(b"content" * 1000)
    path.chmod(0o755)
    found = there_and_back(path, Path, tmp_path / "scratch")
    assert (found.name, found.read_bytes()) == ("model.onnx", path.read_bytes())
    assert os.access(found, os.X_OK)


def test_the_same_folder_is_written_the_same_whoever_made_it_and_when(tmp_path: Path) -> None:
    for number, order in enumerate(("ab", "ba")):
        folder = tmp_path / str(number) / "data"
        folder.mkdir(parents=True)
        for name in order:
            (folder / name).write_text(name)
            os.utime(folder / name, (number, number))
    assert written(tmp_path / "0" / "data") == written(tmp_path / "1" / "data")


def test_links_inside_are_kept_and_links_out_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    (folder / "deep").mkdir(parents=True)
    (folder / "file").write_text("x")
    (folder / "deep" / "link").symlink_to("../file")
    found = there_and_back(folder, Path, tmp_path / "scratch")
    assert tree(found) == tree(folder)
    (folder / "out").symlink_to("../elsewhere")
    with pytest.raises(NotSerializableError, match="is a link out of its folder; copy what it leads to"):
        written(folder)


def test_what_is_not_there_or_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotSerializableError, match="there is no file or folder"):
        written(tmp_path / "absent")
    (tmp_path / "data").mkdir()
    os.mkfifo(tmp_path / "data" / "pipe")
    with pytest.raises(NotSerializableError, match="is neither a file nor a folder"):
        written(tmp_path / "data")


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.linkname = kind, link
    return made


@pytest.mark.parametrize(
    "members",
    [
        [member("../outside")],
        [member("/tmp/outside")],  # noqa: S108 - is not written
        [member("a/../../outside")],
        [member("link", tarfile.SYMTYPE, "/etc")],
        [member("link", tarfile.SYMTYPE, "../..")],
        [member("deep/link", tarfile.SYMTYPE, "../../outside")],
        [member("device", tarfile.CHRTYPE)],
        [member("hard", tarfile.LNKTYPE, "/etc/passwd")],
        [],
    ],
    ids=lambda members: " ".join(f"{m.name}{m.linkname}" for m in members) or "nothing",
)
def test_an_archive_that_leads_out_is_refused(members: list[tarfile.TarInfo], tmp_path: Path) -> None:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for one in members:
            archive.addfile(one)
    scratch = tmp_path / "a" / "scratch"
    with pytest.raises(DocumentError, match="archive"):
        materializer("path").load(io.BytesIO(file.getvalue()), Path, scratch)
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_nothing_is_written_through_a_link_of_an_archive(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        archive.addfile(member("top", tarfile.DIRTYPE))
        archive.addfile(member("top/link", tarfile.SYMTYPE, "../../../outside"))
        archive.addfile(member("top/link/planted"))
    with pytest.raises((DocumentError, FileExistsError)):
        materializer("path").load(io.BytesIO(file.getvalue()), Path, tmp_path / "scratch")
    assert list(outside.iterdir()) == []


ABSENT = """
import sys, io
for name in ("numpy", "pandas", "polars", "pyarrow", "cloudpickle"):
    sys.modules[name] = None
from stackkit.errors import MissingExtraError
from stackkit.pipelines.artifacts.materializers import KIT, materializer
from pathlib import Path
for name in KIT:
    for use in (lambda m: m.save(5, io.BytesIO(), None), lambda m: m.load(io.BytesIO(), None, Path())):
        try:
            use(materializer(name))
        except MissingExtraError as error:
            print(name, str(error).partition("; ")[2])
        except Exception:
            pass
"""


def test_an_absent_library_is_told_with_the_extra_that_installs_it() -> None:
    done = subprocess.run([sys.executable, "-c", ABSENT], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        f"{name} pip install 'stackkit[{name.partition('-')[0]}]'"
        for name in ("numpy", "pyarrow", "pandas", "pandas-series", "polars", "polars-series", "cloudpickle")
        for _ in ("save", "load")
    ]
