"""Files and folders as artifacts: an archive that is the same for the same content, read and written in pieces."""

from __future__ import annotations

import io
import os
import stat
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO
from uuid import uuid4

from typing_extensions import override

from stackkit.errors import DocumentError, NotSerializableError, Problem
from stackkit.pipelines.artifacts.content import CheckingReader
from stackkit.pipelines.artifacts.digest import PIECE
from stackkit.pipelines.artifacts.materializers import Materializer, require_type


class PathMaterializer(Materializer[Path]):
    """A file or a folder with all that is in it, under its name.

    It is written as a tar archive without times and owners, in the order of names; of the permissions, whether it can be
    executed is kept. Links are kept that stay inside of the folder; what is neither file, folder nor link is refused.
    """

    @override
    def save(self, value: Path, file: IO[bytes], tp: object) -> None:
        require_type(value, Path)
        top = Path(os.path.abspath(value))  # noqa: PTH100 - of a link, its own name
        if not top.exists():
            raise NotSerializableError(
                Problem(f"there is no file or folder {value}", remedy="return the path of what was made")
            )
        name = top.name or "root"
        top = top.resolve()
        for path in _below(top):
            inside = path.relative_to(top).as_posix()
            _add(file, path, name if inside == "." else f"{name}/{inside}", top)
        file.write(bytes(2 * tarfile.BLOCKSIZE))

    @override
    def load(self, file: IO[bytes], tp: object, folder: Path) -> Path:
        target = folder / uuid4().hex
        target.mkdir(parents=True)
        links: list[tarfile.TarInfo] = []
        first: Path | None = None
        with tarfile.open(fileobj=file, mode="r:") as archive:
            while (member := archive.next()) is not None:
                path = target / _inside(member.name)
                first = first or path
                if member.issym():
                    links.append(member)  # made last, so that nothing is written through one
                else:
                    _extract(member, file, path)
        for member in links:
            _link(member, target)
        if first is None:
            raise DocumentError(Problem("is an archive without files"))
        return first


def _below(top: Path) -> Iterator[Path]:
    yield top
    if top.is_dir() and not top.is_symlink():
        for name in sorted(os.listdir(top)):  # noqa: PTH208 - names sort the same on every system
            inner = top / name
            yield from _below(inner) if inner.is_dir() and not inner.is_symlink() else [inner]


def _add(file: IO[bytes], path: Path, name: str, top: Path) -> None:
    status = path.lstat()
    member = tarfile.TarInfo(name)
    member.mode = 0o755 if status.st_mode & 0o111 else 0o644
    if stat.S_ISLNK(status.st_mode):
        if not path.resolve().is_relative_to(top) or path.readlink().is_absolute():
            raise NotSerializableError(Problem("is a link out of its folder", where=str(path), remedy="copy what it leads to"))
        member.type, member.linkname = tarfile.SYMTYPE, str(path.readlink())
    elif stat.S_ISDIR(status.st_mode):
        member.type = tarfile.DIRTYPE
    elif stat.S_ISREG(status.st_mode):
        with path.open("rb", buffering=0) as content:
            member.size = os.fstat(content.fileno()).st_size
            file.write(_header(member))
            _copy(content, file, member.size, path)
        file.write(bytes(-member.size % tarfile.BLOCKSIZE))
        return
    else:
        raise NotSerializableError(Problem("is neither a file nor a folder", where=str(path), remedy="keep it elsewhere"))
    file.write(_header(member))


def _header(member: tarfile.TarInfo) -> bytes:
    return member.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")


def _copy(source: IO[bytes] | io.FileIO, target: IO[bytes] | io.FileIO, size: int, path: object) -> None:
    while size:
        chunk = source.read(min(size, PIECE))
        if not chunk:
            raise DocumentError(Problem("ends before its end", where=str(path), remedy="was it changed meanwhile?"))
        target.write(chunk)
        size -= len(chunk)


def _inside(name: str) -> PurePosixPath:
    """A name in an archive, as a path that stays where it is put."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts or "\0" in name:
        raise DocumentError(Problem(f"the archive holds {name!r}, which leads out of it"))
    return path


def _extract(member: tarfile.TarInfo, file: IO[bytes], path: Path) -> None:
    if member.isdir():
        path.mkdir(parents=True, exist_ok=True)
        return
    if not member.isreg():
        raise DocumentError(Problem(f"the archive holds {member.name!r}, which is no file"))
    path.parent.mkdir(parents=True, exist_ok=True)
    file.seek(member.offset_data)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o755 if member.mode & 0o100 else 0o644)
    with open(descriptor, "wb", buffering=0) as target:  # noqa: PTH123 - of a descriptor
        copied = _copied_in_kernel(file, target, member.size)
        _copy(file, target, member.size - copied, member.name)


def _copied_in_kernel(source: object, target: io.FileIO, size: int) -> int:
    return source.copy_to(target.fileno(), size) if isinstance(source, CheckingReader) else 0


def _link(member: tarfile.TarInfo, target: Path) -> None:
    path = target / _inside(member.name)
    leads = PurePosixPath(os.path.normpath(PurePosixPath(member.name).parent / member.linkname))
    if PurePosixPath(member.linkname).is_absolute() or ".." in leads.parts:
        raise DocumentError(Problem(f"the archive holds {member.name!r}, a link out of it"))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(member.linkname)
