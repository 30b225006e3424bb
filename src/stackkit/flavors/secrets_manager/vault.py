"""One encrypted file of secrets, which several processes may read and change at once."""

from __future__ import annotations

import os
import re
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import attrs

from stackkit.errors import Problem, SecretAccessError
from stackkit.flavors.secrets_manager import private_files

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

DATA = "secrets.enc"
LOCK = "lock"
_VERSION: Final = 1
_FERNET_KEY = re.compile(rb"[A-Za-z0-9_-]{43}=")


@attrs.frozen(repr=False)
class Content:
    """What the encrypted file holds. Its repr, and so a traceback that shows local variables, hides it.

    Args:
        version: The version of this form.
        secrets: The values by key, by the name of their secret.
    """

    version: int = _VERSION
    secrets: dict[str, dict[str, str]] = attrs.field(factory=dict[str, dict[str, str]])


@attrs.frozen
class _Head:
    version: int


@attrs.frozen
class Vault:
    """A folder with the encrypted file, and the file with its key.

    All secrets are in one file: names, number and sizes are hidden with the values, a change is one replacement of one
    file, and a reader sees the state of one moment without a lock. Writers take turns by a lock.

    The file is one Fernet token. The key file has one Fernet key in each line: the first encrypts, all decrypt. To change
    the key, put a new one in front; the next change of a secret encrypts with it.

    Args:
        folder: The folder, absolute.
        key_file: The key file, absolute.
    """

    folder: Path
    key_file: Path

    @property
    def data_file(self) -> Path:
        """The encrypted file."""
        return self.folder / DATA

    @property
    def reserved(self) -> tuple[Path, ...]:
        """Where the key file must not be."""
        return (self.data_file, self.data_file.with_name(f"{DATA}.new"), self.folder / LOCK)

    @property
    def has_key(self) -> bool:
        """Whether there is a key."""
        return os.path.exists(self.key_file)  # noqa: PTH110 - Path.exists raises where a folder may not be entered

    @property
    def has_data(self) -> bool:
        """Whether secrets were ever kept here."""
        return os.path.lexists(self.data_file)

    def make(self) -> None:
        """Make the folder and the key, unless they are there.

        Raises:
            SecretAccessError: They cannot be made; or there are secrets, whose key is gone.
        """
        private_files.make_folder(self.folder)
        if self.has_key:
            return
        from cryptography.fernet import Fernet

        private_files.make_folder(self.key_file.parent)
        with self._locked():
            if self.has_data and not self.has_key:
                raise SecretAccessError(self._key_is_gone())
            private_files.create(self.key_file, Fernet.generate_key() + b"\n")

    def read(self) -> Content:
        """The secrets of this moment.

        Raises:
            SecretAccessError: They cannot be read, or others could have read or changed them.
        """
        return self._open()[0]

    @contextmanager
    def change(self) -> Generator[Content]:
        """The secrets, to be changed in place: kept when the block ends, and left as they were when it raises.

        Raises:
            SecretAccessError: They cannot be read or written, or others could have read or changed them.
        """
        with self._locked():
            content, ring = self._open()
            yield content
            if ring is None:
                raise SecretAccessError(self._key_is_gone())
            private_files.write(self.data_file, _sealed(ring, content))

    @contextmanager
    def _locked(self) -> Generator[None]:
        problems = tuple(private_files.folder_problems(self.folder))
        if problems:
            raise SecretAccessError(*problems)
        with private_files.locked(self.folder / LOCK):
            yield

    def _open(self) -> tuple[Content, MultiFernet | None]:
        # the data first: where there is data, its key was there before
        data = private_files.look(self.data_file, follow=False)
        key = private_files.look(self.key_file, follow=True)
        problems = (*private_files.folder_problems(self.folder), *data.problems, *key.problems)
        if problems:
            raise SecretAccessError(*problems)
        ring = None if key.content is None else _ring(key.content)
        if key.content is not None and ring is None:
            raise SecretAccessError(
                Problem(
                    "holds no key", where=str(self.key_file), remedy="put the right key file back, or name another as key_file"
                )
            )
        if data.content is None:
            return Content(), ring
        if ring is None:
            raise SecretAccessError(self._key_is_gone())
        return self._content(ring, data.content), ring

    def _content(self, ring: MultiFernet, sealed: bytes) -> Content:
        content = _unsealed(ring, sealed)
        if content is None:
            raise SecretAccessError(
                Problem(
                    "was encrypted with another key, or has been damaged",
                    where=str(self.data_file),
                    remedy=f"put back the key that belongs to it as {self.key_file}, or the file from a backup",
                )
            )
        if content.version > _VERSION:
            raise SecretAccessError(
                Problem(
                    "was written by a newer stackkit", where=str(self.data_file), remedy="install that version, or a later one"
                )
            )
        return content

    def _key_is_gone(self) -> Problem:
        return Problem(
            "the key of these secrets is gone",
            where=str(self.key_file),
            remedy=f"put it back; to begin anew without the secrets, remove {self.data_file}",
        )


# What follows handles keys and values in the clear, and so raises nothing: a traceback can show the local variables of
# every frame that it goes through.


def _ring(content: bytes) -> MultiFernet | None:
    from cryptography.fernet import Fernet, MultiFernet

    keys = content.split()
    if not keys or not all(map(_FERNET_KEY.fullmatch, keys)):
        return None
    return MultiFernet([Fernet(key) for key in keys])


def _sealed(ring: MultiFernet, content: Content) -> bytes:
    import msgspec

    return ring.encrypt(msgspec.json.encode(content))


def _unsealed(ring: MultiFernet, sealed: bytes) -> Content | None:
    import msgspec
    from cryptography.fernet import InvalidToken

    try:
        plain = ring.decrypt(sealed)
        head = msgspec.json.decode(plain, type=_Head)
        # a newer form is told by its version, whatever else has changed in it
        return msgspec.json.decode(plain, type=Content) if head.version <= _VERSION else Content(head.version)
    except (InvalidToken, msgspec.MsgspecError):
        return None
