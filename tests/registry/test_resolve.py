"""Importing by path: what a path may look like, and what is said when there is nothing at its end."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackkit.core.secret import Secret
from stackkit.errors import FlavorDefinitionError, ImportPathError, Problem
from stackkit.registry.resolve import make_importable, resolve

from .modules import ModuleFolder, forgetting_modules


def refusal(path: str, root: Path | None) -> Problem:
    """The one problem that resolving a path ends with."""
    with pytest.raises(ImportPathError) as refused:
        resolve(path, root)
    assert len(refused.value.problems) == 1
    assert str(refused.value).isprintable()
    return refused.value.problems[0]


class TestPaths:
    @pytest.mark.parametrize("path", ["stackkit.core.secret.Secret", "stackkit.core.secret:Secret"])
    def test_a_class_is_named_with_a_dot_or_a_colon(self, path: str) -> None:
        assert resolve(path) is Secret

    @pytest.mark.parametrize("path", ["stackkit.core.secret.Secret.plain", "stackkit.core.secret:Secret.plain"])
    def test_what_is_nested_is_named_by_all_its_names(self, path: str) -> None:
        assert resolve(path) == Secret.plain

    def test_a_nested_class_in_a_package_is_found_where_the_modules_end(self, folder: ModuleFolder) -> None:
        folder.write("nesting.inner.deep", "class Outer:\n    class Inner: ...\n")
        for path in ("nesting.inner.deep.Outer.Inner", "nesting.inner.deep:Outer.Inner"):
            assert getattr(resolve(path, folder.path), "__qualname__", "") == "Outer.Inner"

    def test_a_module_is_imported_again_after_it_was_written(self, folder: ModuleFolder) -> None:
        assert refusal("written_later.Store", folder.path).what == "there is no module written_later"
        folder.write("written_later", "class Store: ...")
        assert isinstance(resolve("written_later.Store", folder.path), type)

    @pytest.mark.parametrize(
        ("path", "remedy"),
        [
            ("", "write module.Class"),
            ("my-mod.Store", "write module.Class"),
            ("mod.", "write module.Class"),
            (".mod.Store", "write module.Class"),
            ("mod:Store:Other", "write mod:<Class>"),
            ("mod:", "write mod:<Class>"),
            ("mod.1Store", "write module.Class"),
            ("mod Store", "write module.Class"),
            ("stores/mine.py:Store", "write stores.mine:Store"),
            ("./stores/mine.py", "write stores.mine:<Class>"),
            ("/abs/mine.py:Store", "write module.Class"),
        ],
    )
    def test_what_is_no_path_is_refused_and_how_to_write_it_is_said(self, path: str, remedy: str) -> None:
        assert refusal(path, None) == Problem("is no import path", where=path, remedy=remedy)

    def test_a_module_alone_is_no_class(self, folder: ModuleFolder) -> None:
        folder.write("lonely", "")
        assert refusal("lonely", folder.path) == Problem(
            "names no class of a module", where="lonely", remedy="write lonely.<Class>"
        )
        assert refusal("nowhere_at_all", folder.path).remedy == "write module.Class"

    @given(st.text(max_size=20))
    def test_any_text_gives_something_or_one_line_that_says_why_not(self, path: str) -> None:
        with suppress(ImportPathError):
            resolve(path)
            return
        refusal(path, None)


class TestAbsence:
    def test_a_module_that_is_not_there_is_named_with_a_similar_one_of_the_folder(self, folder: ModuleFolder) -> None:
        folder.write("my_stores", "class Store: ...")
        assert refusal("my_store.Store", folder.path) == Problem(
            "there is no module my_store", where="my_store.Store", remedy="did you mean my_stores?"
        )

    def test_where_no_module_is_similar_it_is_said_where_to_put_it(self, folder: ModuleFolder) -> None:
        remedy = f"put zzzqqq.py into {folder.path}, or install it"
        assert refusal("zzzqqq.Store", folder.path) == Problem("there is no module zzzqqq", where="zzzqqq.Store", remedy=remedy)
        assert refusal("zzzqqq.Store", None).remedy == "install it"

    def test_an_installed_module_is_suggested_too(self, folder: ModuleFolder) -> None:
        assert refusal("stackkitt.core.secret.Secret", folder.path).remedy == "did you mean stackkit?"

    def test_a_submodule_that_is_not_there_is_named_with_a_similar_one(self, folder: ModuleFolder) -> None:
        folder.write("flock.__init__", "")
        folder.write("flock.sheep", "")
        assert refusal("flock.sheeep:Ewe", folder.path) == Problem(
            "there is no module flock.sheeep", where="flock.sheeep:Ewe", remedy="did you mean flock.sheep?"
        )
        assert refusal("flock.zebra:Foal", folder.path).remedy == "look which modules it has"

    def test_a_class_that_is_not_there_is_named_with_a_similar_one(self, folder: ModuleFolder) -> None:
        folder.write("herd", "class CustomStore: ...\n")
        assert refusal("herd.customstore", folder.path) == Problem(
            "herd has no customstore", where="herd.customstore", remedy="did you mean CustomStore?"
        )

    def test_where_no_class_is_similar_those_that_the_module_defines_are_named(self, folder: ModuleFolder) -> None:
        folder.write("herd", "from pathlib import Path\nclass Bull: ...\nclass Cow: ...\nclass _Calf: ...\n")
        assert refusal("herd.Zzz", folder.path).remedy == "it has Bull, Cow"

    def test_a_module_without_classes_is_said_to_have_none(self, folder: ModuleFolder) -> None:
        folder.write("bare", "NUMBER = 5")
        assert refusal("bare.Store", folder.path).remedy == "it defines no class"
        assert refusal("bare:NUMBER.Store", folder.path) == Problem(
            "bare:NUMBER.Store has no Store", where="bare:NUMBER.Store", remedy="it defines no class"
        )

    def test_a_nested_class_that_is_not_there_is_looked_for_in_its_class(self, folder: ModuleFolder) -> None:
        folder.write("nest", "class Outer:\n    class Inner: ...\n")
        problem = refusal("nest.Outer.Iner", folder.path)
        assert (problem.what, problem.remedy) == ("Outer has no Iner", "did you mean Inner?")


class TestModulesThatFail:
    def test_one_that_raises_is_told_with_file_and_line(self, folder: ModuleFolder) -> None:
        file = folder.write("raising", "x = 1\nraise RuntimeError('no\\nway')\n")
        assert refusal("raising.Store", folder.path) == Problem(
            "raising cannot be imported: RuntimeError: no", where="raising.Store", file=str(file), line=2
        )

    def test_one_that_exits_does_not_end_the_program(self, folder: ModuleFolder) -> None:
        file = folder.write("exiting", "import sys\nsys.exit(3)\n")
        assert refusal("exiting.Store", folder.path) == Problem(
            "exiting cannot be imported: SystemExit: 3", where="exiting.Store", file=str(file), line=2
        )

    @pytest.mark.parametrize("path", ["leaving.inner.Store", "leaving.inner.deep.Store", "leaving.inner:Store"])
    def test_nor_does_a_package_that_exits(self, path: str, folder: ModuleFolder) -> None:
        folder.write("leaving.__init__", "raise SystemExit")
        folder.write("leaving.inner", "class Store: ...")
        assert refusal(path, folder.path).what.endswith("cannot be imported: SystemExit")

    def test_one_with_a_syntax_error_is_told_with_file_and_line(self, folder: ModuleFolder) -> None:
        file = folder.write("crooked", "x = 1\n\ndef f(:\n")
        problem = refusal("crooked.Store", folder.path)
        assert (problem.file, problem.line) == (str(file), 3)
        assert problem.what == "crooked cannot be imported: invalid syntax"

    def test_the_line_is_the_one_where_it_was_raised_though_another_module_called(self, folder: ModuleFolder) -> None:
        file = folder.write("raising_deep", "def fail():\n    raise KeyError('k')\n")
        folder.write("calling", "import raising_deep\nraising_deep.fail()\n")
        problem = refusal("calling.Store", folder.path)
        assert (problem.file, problem.line) == (str(file), 2)

    def test_a_missing_dependency_is_named_with_the_line_that_imports_it(self, folder: ModuleFolder) -> None:
        file = folder.write("needing", "import os\nimport not_installed_at_all.sub\n")
        assert refusal("needing.Store", folder.path) == Problem(
            "needing needs not_installed_at_all, which is not installed",
            where="needing.Store",
            remedy="install not_installed_at_all",
            file=str(file),
            line=2,
        )

    def test_a_module_not_found_without_a_name_is_told_as_it_is(self, folder: ModuleFolder) -> None:
        folder.write("odd", "raise ModuleNotFoundError('gone')")
        assert refusal("odd.Store", folder.path).what == "odd cannot be imported: ModuleNotFoundError: gone"

    def test_a_name_that_another_module_lacks_is_told(self, folder: ModuleFolder) -> None:
        file = folder.write("wanting", "from stackkit.errors import Nonsense\n")
        problem = refusal("wanting.Store", folder.path)
        assert problem.what.startswith("wanting cannot be imported: ImportError: cannot import name 'Nonsense'")
        assert (problem.file, problem.line) == (str(file), 1)

    def test_an_error_of_ours_keeps_its_words(self, folder: ModuleFolder) -> None:
        file = folder.write("ours", "from stackkit.core.secret import Secret\nPASSWORD = Secret('nodot')\n")
        problem = refusal("ours.Store", folder.path)
        expected = 'ours cannot be imported: Secret: not a reference to a secret; write Secret("name.key")'
        assert problem.what == expected
        assert (problem.file, problem.line) == (str(file), 2)  # where the author can mend it

    def test_a_class_that_is_refused_where_it_is_defined_says_so_itself(self, folder: ModuleFolder) -> None:
        folder.write("refused", "from stackkit.components.alerter import BaseAlerter\nclass A(BaseAlerter): ...\n")
        with pytest.raises(FlavorDefinitionError) as refused:
            resolve("refused.A", folder.path)
        assert getattr(refused.value.flavor_class, "__name__", "") == "A"

    def test_an_attribute_that_cannot_be_computed_is_told(self, folder: ModuleFolder) -> None:
        file = folder.write("lazy", "def __getattr__(name):\n    raise OSError('no disk')\n")
        assert refusal("lazy:Store", folder.path) == Problem(
            "lazy.Store cannot be imported: OSError: no disk", where="lazy:Store", file=str(file), line=2
        )


class TestFolders:
    def test_a_module_of_the_folder_never_hides_an_installed_one(self, folder: ModuleFolder) -> None:
        for name in ("colorsys", "attrs", "yaml"):  # of Python, loaded; of Python, not loaded; installed
            folder.write(name, "class Store: ...")
        program = f"""
from pathlib import Path
from stackkit.errors import ImportPathError
from stackkit.registry.resolve import resolve
for name in ("colorsys", "attrs", "yaml"):
    try:
        resolve(name + ".Store", Path({str(folder.path)!r}))
    except ImportPathError as error:
        print(error.problems[0].what)
"""
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=folder.path.parent
        )
        assert done.stdout.splitlines() == ["colorsys has no Store", "attrs has no Store", "yaml has no Store"]

    def test_a_folder_is_put_at_the_end_of_the_path_once(self, folder: ModuleFolder) -> None:
        before = list(sys.path)
        make_importable(folder.path)
        make_importable(folder.path)
        assert sys.path == [*before, str(folder.path)]

    def test_a_folder_that_is_on_the_path_stays_where_it_is(self, folder: ModuleFolder) -> None:
        sys.path.insert(0, str(folder.path))
        before = list(sys.path)
        make_importable(folder.path)
        assert sys.path == before

    def test_a_folder_that_was_taken_off_the_path_stays_off(self, folder: ModuleFolder, tmp_path: Path) -> None:
        before = list(sys.path)
        make_importable(folder.path)
        sys.path.remove(str(folder.path))
        make_importable(tmp_path / "other")
        assert sys.path == [*before, str(tmp_path / "other")]

    @pytest.fixture
    def two(self, tmp_path: Path) -> Generator[tuple[ModuleFolder, ModuleFolder]]:
        with forgetting_modules(tmp_path):
            yield ModuleFolder(tmp_path / "one"), ModuleFolder(tmp_path / "two")

    def test_of_two_folders_each_has_its_own_modules(self, two: tuple[ModuleFolder, ModuleFolder]) -> None:
        for module_folder, name in zip(two, ("first", "second"), strict=True):
            module_folder.write("same_name", f"class Store:\n    NAME = '{name}'\n")
        make_importable(two[1].path)
        assert getattr(resolve("same_name.Store", two[0].path), "NAME", "") == "first"
        problem = refusal("same_name.Store", two[1].path)
        assert problem == Problem(
            f"same_name is imported already, from {two[0].path}",
            where="same_name.Store",
            remedy="rename one of the two, or use a process for each workspace",
        )

    def test_a_module_of_one_folder_is_not_found_from_another(self, two: tuple[ModuleFolder, ModuleFolder]) -> None:
        two[0].write("only_here.__init__", "class Store: ...")
        make_importable(two[0].path)
        assert refusal("only_here.Store", two[1].path).what == f"only_here is imported already, from {two[0].path}"
        assert refusal("only_here.Store", None).what == f"only_here is imported already, from {two[0].path}"
        assert isinstance(resolve("only_here.Store", two[0].path), type)

    def test_a_package_installed_inside_a_folder_can_be_named_from_another(
        self, two: tuple[ModuleFolder, ModuleFolder]
    ) -> None:
        ModuleFolder(two[0].path / ".venv").write("in_the_environment", "class Store: ...")
        sys.path.insert(0, str(two[0].path / ".venv"))
        make_importable(two[0].path)
        assert isinstance(resolve("in_the_environment.Store", two[1].path), type)
