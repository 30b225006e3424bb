"""The kit that runs here, as a wheel: so that a step runs with the same, however it was installed."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Final

import attrs

from stackkit.errors import Problem, StepError

_KIT: Final = "stackkit"
_DATE: Final = (1980, 1, 1, 0, 0, 0)
_WHEEL: Final = "Wheel-Version: 1.0\nGenerator: stackkit\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


@attrs.frozen
class Wheel:
    """A wheel.

    Args:
        name: The name of its file.
        content: The file.
    """

    name: str
    content: bytes = attrs.field(repr=False)

    @property
    def digest(self) -> str:
        """What its content is known by."""
        return hashlib.sha256(self.content).hexdigest()[:32]


@cache
def kit() -> Wheel:
    """The kit that runs here.

    Raises:
        StepError: It is not installed.
    """
    try:
        known = metadata.distribution(_KIT)
    except metadata.PackageNotFoundError as error:
        what = "stackkit is imported from a folder, and not installed"
        raise StepError(Problem(what, remedy="pip install -e that folder: steps have to install it, too")) from error
    about = f"{_KIT}-{known.version}.dist-info"
    files = dict(_package(Path(__file__).parents[2]))
    files[f"{about}/METADATA"] = (known.read_text("METADATA") or "").encode()
    files[f"{about}/entry_points.txt"] = (known.read_text("entry_points.txt") or "").encode()
    files[f"{about}/WHEEL"] = _WHEEL.encode()
    lines = [f"{name},sha256={_hash(content)},{len(content)}\n" for name, content in files.items()]
    files[f"{about}/RECORD"] = "".join([*lines, f"{about}/RECORD,,\n"]).encode()
    return Wheel(f"{_KIT}-{known.version}-py3-none-any.whl", archive(files.items()))


def archive(files: Iterable[tuple[str, bytes]]) -> bytes:
    """Files as a zip archive, the same for the same files.

    Args:
        files: Their names and contents.
    """
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in files:
            target.writestr(zipfile.ZipInfo(name, _DATE), content, zipfile.ZIP_DEFLATED)
    return written.getvalue()


def _package(folder: Path) -> Iterator[tuple[str, bytes]]:
    for file in sorted(folder.rglob("*")):
        if file.is_file() and file.suffix != ".pyc":
            yield file.relative_to(folder.parent).as_posix(), file.read_bytes()


def _hash(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
