"""Artifact stores with a bug each, and one without."""

from __future__ import annotations

import builtins
import posixpath
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import IO, Any, ClassVar, final
from urllib.parse import unquote

import pytest
from hypothesis import strategies as st
from typing_extensions import override

from stackkit import BaseArtifactStore, FileStat, OpenMode, StrPath
from stackkit.errors import ArtifactExistsError, ArtifactIsADirectoryError, ArtifactNotADirectoryError
from stackkit.flavors.artifact_store.local import LocalArtifactStore
from stackkit.testing.contracts.artifact_store import ArtifactStoreContract, names, read, write


class Wrapped(BaseArtifactStore):
    """Does what the local store does; a mutant does one thing otherwise."""

    FLAVOR: ClassVar[str] = "wrapped"
    SUPPORTED_SCHEMES: ClassVar[frozenset[str]] = frozenset({""})

    @cached_property
    def inner(self) -> LocalArtifactStore:
        """The store that is wrapped."""
        return LocalArtifactStore(name=self.name, path=self.path)

    @override
    def open(self, path: StrPath, mode: OpenMode = "r") -> IO[Any]:
        opened: IO[Any] = self.inner.open(path, mode)
        return opened

    @override
    def copyfile(self, source: StrPath, target: StrPath, *, overwrite: bool = False) -> None:
        self.inner.copyfile(source, target, overwrite=overwrite)

    @override
    def exists(self, path: StrPath) -> bool:
        return self.inner.exists(path)

    @override
    def glob(self, pattern: StrPath) -> list[str]:
        return self.inner.glob(pattern)

    @override
    def isdir(self, path: StrPath) -> bool:
        return self.inner.isdir(path)

    @override
    def listdir(self, path: StrPath) -> list[str]:
        return self.inner.listdir(path)

    @override
    def makedirs(self, path: StrPath) -> None:
        self.inner.makedirs(path)

    @override
    def mkdir(self, path: StrPath) -> None:
        self.inner.mkdir(path)

    @override
    def remove(self, path: StrPath) -> None:
        self.inner.remove(path)

    @override
    def rename(self, source: StrPath, target: StrPath, *, overwrite: bool = False) -> None:
        self.inner.rename(source, target, overwrite=overwrite)

    @override
    def rmtree(self, path: StrPath) -> None:
        self.inner.rmtree(path)

    @override
    def stat(self, path: StrPath) -> FileStat:
        return self.inner.stat(path)

    @override
    def walk(self, top: StrPath = "") -> Iterator[tuple[str, list[str], list[str]]]:
        return self.inner.walk(top)

    def place(self, path: StrPath) -> Path:
        """Where a path is on the disk."""
        return Path(self.path, self.relative(path))


class Suite(ArtifactStoreContract[Wrapped]):
    """The contract, kept or broken by a store that wraps the local one."""

    STORE: ClassVar[type[Wrapped]] = Wrapped

    @pytest.fixture
    @override
    def component(self, tmp_path: Path) -> Wrapped:
        return self.STORE(name="store", path=str(tmp_path / "root"))

    @pytest.fixture
    @override
    def names(self) -> st.SearchStrategy[str]:
        return names.filter(lambda name: not name.lower().startswith(".stackkit-tmp-"))

    @pytest.fixture
    @override
    def link_out(self, component: Wrapped, tmp_path: Path) -> str:
        component.makedirs("")
        (tmp_path / "elsewhere").mkdir()
        (tmp_path / "elsewhere/file").write_text("secret", encoding="utf-8")
        Path(component.path, "link").symlink_to(tmp_path / "elsewhere")
        return "link"


class IntactWrapped(Suite):
    """What is around the mutants' bugs is no bug."""


class IntactLocal(ArtifactStoreContract[LocalArtifactStore]):
    """The local flavor."""

    @pytest.fixture
    @override
    def component(self, tmp_path: Path) -> LocalArtifactStore:
        return LocalArtifactStore(name="store", path=str(tmp_path / "root"))

    @pytest.fixture
    @override
    def failing(self, tmp_path: Path) -> LocalArtifactStore:
        (tmp_path / "file").touch()
        return LocalArtifactStore(name="failing", path=str(tmp_path / "file"))

    @pytest.fixture
    @override
    def names(self) -> st.SearchStrategy[str]:
        return names.filter(lambda name: not name.lower().startswith(".stackkit-tmp-"))

    @pytest.fixture
    @override
    def link_out(self, component: LocalArtifactStore, tmp_path: Path) -> str:
        component.provision()
        (tmp_path / "elsewhere").mkdir()
        (tmp_path / "elsewhere/file").write_text("secret", encoding="utf-8")
        Path(component.path, "link").symlink_to(tmp_path / "elsewhere")
        return "link"


@final
class WantsAFolder(Wrapped):
    FLAVOR: ClassVar[str] = "wants-a-folder"

    @override
    def glob(self, pattern: StrPath) -> list[str]:
        least = self.relative(pattern).split("/").count("**")
        return [path for path in self.inner.glob(pattern) if path.count("/") >= least or str(pattern).endswith("**")]


class MutantGlobWantsAFolder(Suite):
    """`**` matches one folder or more, and not none."""

    STORE: ClassVar[type[Wrapped]] = WantsAFolder
    CAUGHT_BY: ClassVar[str] = "test_patterns_match_names_and_folders"


@final
class QuestionIsStar(Wrapped):
    FLAVOR: ClassVar[str] = "question-is-star"

    @override
    def glob(self, pattern: StrPath) -> list[str]:
        return self.inner.glob(str(pattern).replace("?", "*"))


class MutantGlobQuestionMarkIsAStar(Suite):
    """`?` matches any number of characters."""

    STORE: ClassVar[type[Wrapped]] = QuestionIsStar
    CAUGHT_BY: ClassVar[str] = "test_patterns_match_names_and_folders"


@final
class Overwrites(Wrapped):
    FLAVOR: ClassVar[str] = "overwrites"

    @override
    def rename(self, source: StrPath, target: StrPath, *, overwrite: bool = False) -> None:
        self.inner.rename(source, target, overwrite=True)


class MutantRenameOverwrites(Suite):
    """`rename` replaces a file without being told to."""

    STORE: ClassVar[type[Wrapped]] = Overwrites
    CAUGHT_BY: ClassVar[str] = "test_an_existing_target_is_replaced_only_when_told_so"


@final
class InPlace(Wrapped):
    FLAVOR: ClassVar[str] = "in-place"

    @override
    def open(self, path: StrPath, mode: OpenMode = "r") -> IO[Any]:
        if mode != "wb" or self.isdir(path) or not self.exists(path):
            return super().open(path, mode)
        return builtins.open(self.place(path), "wb")  # noqa: PTH123 - the caller closes it


class MutantWritesInPlace(Suite):
    """Opening a file that is there for writing bytes empties it at once, and what was written is there before it is closed."""

    STORE: ClassVar[type[Wrapped]] = InPlace
    CAUGHT_BY: ClassVar[str] = "test_what_is_left_by_an_exception_is_discarded"


@final
class Truncates(Wrapped):
    FLAVOR: ClassVar[str] = "truncates"

    @override
    def open(self, path: StrPath, mode: OpenMode = "r") -> IO[Any]:
        return super().open(path, "w" if mode == "a" else mode)


class MutantAppendTruncates(Suite):
    """What is appended to a text replaces it; to bytes, it is appended."""

    STORE: ClassVar[type[Wrapped]] = Truncates
    CAUGHT_BY: ClassVar[str] = "test_the_old_content_is_read_until_the_new_one_is_closed"


@final
class LooksOnce(Wrapped):
    FLAVOR: ClassVar[str] = "looks-once"

    @override
    def open(self, path: StrPath, mode: OpenMode = "r") -> IO[Any]:
        if mode not in ("x", "xb"):
            return super().open(path, mode)
        if self.exists(path) and not self.isdir(path):
            raise ArtifactExistsError
        return super().open(path, "w" if mode == "x" else "wb")


class MutantNewFileIsLookedForOnce(Suite):
    """Whether a new file is there already is asked when it is opened, and not when it is closed."""

    STORE: ClassVar[type[Wrapped]] = LooksOnce
    CAUGHT_BY: ClassVar[str] = "test_of_two_who_open_a_new_file_one_makes_it"


@final
class OneBuffer(Wrapped):
    FLAVOR: ClassVar[str] = "one-buffer"

    @override
    def copyfile(self, source: StrPath, target: StrPath, *, overwrite: bool = False) -> None:
        self.inner.copyfile(source, target, overwrite=overwrite)
        content = read(self, self.relative(target))
        write(self, self.relative(target), content[: 64 * 1024])


class MutantCopiesOneBuffer(Suite):
    """`copyfile` copies the first 64 KiB."""

    STORE: ClassVar[type[Wrapped]] = OneBuffer
    CAUGHT_BY: ClassVar[str] = "test_copyfile_copies_a_large_file_whole"


@final
class CountsCharacters(Wrapped):
    FLAVOR: ClassVar[str] = "counts-characters"

    @override
    def stat(self, path: StrPath) -> FileStat:
        told = self.inner.stat(path)
        if told.is_dir:
            return told
        size = len(read(self, self.relative(path)).decode(errors="replace"))
        return FileStat(size=size, modified=told.modified, is_dir=False)


class MutantSizeInCharacters(Suite):
    """`stat` tells how many characters a file has, not how many bytes."""

    STORE: ClassVar[type[Wrapped]] = CountsCharacters
    CAUGHT_BY: ClassVar[str] = "test_what_was_written_is_read_back_to_the_byte"


@final
class UniversalLineEnds(Wrapped):
    FLAVOR: ClassVar[str] = "universal-line-ends"

    @override
    def open(self, path: StrPath, mode: OpenMode = "r") -> IO[Any]:
        opened = super().open(path, mode)
        if mode != "r":
            return opened
        opened.close()
        return self.place(path).open(encoding="utf-8")


class MutantChangesLineEnds(Suite):
    """Text is read with the line ends of any system turned into those of this one."""

    STORE: ClassVar[type[Wrapped]] = UniversalLineEnds
    CAUGHT_BY: ClassVar[str] = "test_text_is_utf_8_and_its_line_ends_are_kept"


@final
class ByPrefix(Wrapped):
    FLAVOR: ClassVar[str] = "by-prefix"

    @override
    def exists(self, path: StrPath) -> bool:
        return Path(path).exists() if str(path).startswith(self.path) and ".." not in str(path) else self.inner.exists(path)


class MutantPathEscapesBesideTheRoot(Suite):
    """`exists` takes a folder whose name begins like the root's for one inside of it."""

    STORE: ClassVar[type[Wrapped]] = ByPrefix
    CAUGHT_BY: ClassVar[str] = "test_a_path_that_leads_out_is_refused"


@final
class FollowsLinks(Wrapped):
    FLAVOR: ClassVar[str] = "follows-links"

    @override
    def stat(self, path: StrPath) -> FileStat:
        place = self.place(path)
        return self.inner.stat("file") if place.exists() and place.resolve().name == "file" else self.inner.stat(path)


class MutantFollowsLinksOut(Suite):
    """`stat` tells of files that a link leads to, wherever they are."""

    STORE: ClassVar[type[Wrapped]] = FollowsLinks
    CAUGHT_BY: ClassVar[str] = "test_a_link_that_leads_out_is_not_followed"


@final
class ListsFiles(Wrapped):
    FLAVOR: ClassVar[str] = "lists-files"

    @override
    def listdir(self, path: StrPath) -> list[str]:
        try:
            return self.inner.listdir(path)
        except ArtifactNotADirectoryError:
            return []


class MutantFileIsAnEmptyFolder(Suite):
    """`listdir` of a file is an empty list."""

    STORE: ClassVar[type[Wrapped]] = ListsFiles
    CAUGHT_BY: ClassVar[str] = "test_a_file_is_no_folder"


@final
class LeavesEmptyOut(Wrapped):
    FLAVOR: ClassVar[str] = "leaves-empty-out"

    @override
    def walk(self, top: StrPath = "") -> Iterator[tuple[str, list[str], list[str]]]:
        start = self.relative(top)
        return (step for step in self.inner.walk(top) if step[0] == start or step[1] or step[2])


class MutantWalkLeavesEmptyFoldersOut(Suite):
    """`walk` passes over folders with nothing in them."""

    STORE: ClassVar[type[Wrapped]] = LeavesEmptyOut
    CAUGHT_BY: ClassVar[str] = "test_it_behaves_like_a_tree_of_files_under_any_calls"


@final
class BreadthFirst(Wrapped):
    FLAVOR: ClassVar[str] = "breadth-first"

    @override
    def walk(self, top: StrPath = "") -> Iterator[tuple[str, list[str], list[str]]]:
        return iter(sorted(self.inner.walk(top), key=lambda step: step[0].count("/") if step[0] else -1))


class MutantWalkGoesLevelByLevel(Suite):
    """`walk` goes through all folders of one depth before those below them."""

    STORE: ClassVar[type[Wrapped]] = BreadthFirst
    CAUGHT_BY: ClassVar[str] = "test_listdir_and_walk_are_sorted_and_walk_goes_from_the_top"


@final
class Objects(Wrapped):
    FLAVOR: ClassVar[str] = "objects"

    @override
    def remove(self, path: StrPath) -> None:
        self.inner.remove(path)
        folder = posixpath.dirname(self.relative(path))
        if folder and not self.listdir(folder):
            self.inner.rmtree(folder)


class MutantFolderGoesWithItsLastFile(Suite):
    """A folder is no more when the last file in it is removed, as in stores of objects."""

    STORE: ClassVar[type[Wrapped]] = Objects
    CAUGHT_BY: ClassVar[str] = "test_a_folder_stays_when_the_last_file_in_it_is_removed"


@final
class TreeByPrefix(Wrapped):
    FLAVOR: ClassVar[str] = "tree-by-prefix"

    @override
    def rmtree(self, path: StrPath) -> None:
        self.inner.rmtree(path)
        for beside in self.inner.glob(f"{self.relative(path)}*"):
            (self.inner.rmtree if self.inner.isdir(beside) else self.inner.remove)(beside)


class MutantRmtreeGoesByPrefix(Suite):
    """`rmtree` removes everything whose path begins like the folder's."""

    STORE: ClassVar[type[Wrapped]] = TreeByPrefix
    CAUGHT_BY: ClassVar[str] = "test_rmtree_removes_a_folder_and_nothing_beside_it"


@final
class MovesFiles(Wrapped):
    FLAVOR: ClassVar[str] = "moves-files"

    @override
    def rename(self, source: StrPath, target: StrPath, *, overwrite: bool = False) -> None:
        self.inner.rename(source, target, overwrite=overwrite)
        for folder, below, files in list(self.inner.walk(target)) if self.inner.isdir(target) else []:
            if not below and not files:
                self.inner.rmtree(folder)


class MutantRenameLosesEmptyFolders(Suite):
    """`rename` of a folder moves the files in it, and so no empty folders."""

    STORE: ClassVar[type[Wrapped]] = MovesFiles
    CAUGHT_BY: ClassVar[str] = "test_rename_moves_a_folder_with_all_in_it"


@final
class Unquotes(Wrapped):
    FLAVOR: ClassVar[str] = "unquotes"

    @override
    def listdir(self, path: StrPath) -> list[str]:
        return sorted(map(unquote, self.inner.listdir(path)))


class MutantUnquotesNames(Suite):
    """`listdir` tells names with their percent signs resolved, though nobody has quoted them."""

    STORE: ClassVar[type[Wrapped]] = Unquotes
    CAUGHT_BY: ClassVar[str] = "test_a_name_is_kept_as_it_is"


@final
class Remembers(Wrapped):
    FLAVOR: ClassVar[str] = "remembers"

    @cached_property
    def seen(self) -> dict[str, list[str]]:
        """What was listed, until something is removed or made in the folder itself."""
        return {}

    @override
    def listdir(self, path: StrPath) -> list[str]:
        return self.seen.setdefault(self.relative(path), self.inner.listdir(path))

    @override
    def open(self, path: StrPath, mode: OpenMode = "r") -> IO[Any]:
        if mode not in ("r", "rb"):
            self.seen.clear()
        return super().open(path, mode)

    @override
    def rmtree(self, path: StrPath) -> None:
        self.inner.rmtree(path)
        self.seen.clear()

    @override
    def remove(self, path: StrPath) -> None:
        self.inner.remove(path)
        self.seen.clear()

    @override
    def rename(self, source: StrPath, target: StrPath, *, overwrite: bool = False) -> None:
        self.inner.rename(source, target, overwrite=overwrite)
        self.seen.clear()

    @override
    def mkdir(self, path: StrPath) -> None:
        self.inner.mkdir(path)
        self.seen.pop(posixpath.dirname(self.relative(path)), None)


class MutantListingIsRemembered(Suite):
    """`listdir` remembers what was in a folder, and `makedirs` and `copyfile` do not make it forget."""

    STORE: ClassVar[type[Wrapped]] = Remembers
    CAUGHT_BY: ClassVar[str] = "test_it_behaves_like_a_tree_of_files_under_any_calls"


@final
class CopiesIntoFolders(Wrapped):
    FLAVOR: ClassVar[str] = "copies-into-folders"

    @override
    def rename(self, source: StrPath, target: StrPath, *, overwrite: bool = False) -> None:
        into = posixpath.join(self.relative(target), posixpath.basename(self.relative(source)))
        self.inner.rename(source, into if overwrite and self.isdir(target) else target, overwrite=overwrite)


class MutantRenameMovesIntoFolders(Suite):
    """`rename` to a folder that is there moves into it, as the shell's `mv` does."""

    STORE: ClassVar[type[Wrapped]] = CopiesIntoFolders
    CAUGHT_BY: ClassVar[str] = "test_a_folder_is_never_replaced"


@final
class ForeignErrors(Wrapped):
    FLAVOR: ClassVar[str] = "foreign-errors"

    @override
    def remove(self, path: StrPath) -> None:
        if self.isdir(path):
            raise ArtifactIsADirectoryError
        self.place(path).unlink()


class MutantRaisesTheSystemsError(Suite):
    """`remove` of what is not there raises the system's error and not one of artifact stores."""

    STORE: ClassVar[type[Wrapped]] = ForeignErrors
    CAUGHT_BY: ClassVar[str] = "test_what_is_not_there_is_not_found"
