"""Secrets in an encrypted file on this machine."""

from __future__ import annotations

import os
import reprlib
from pathlib import Path
from typing import ClassVar, final

import attrs
from typing_extensions import override

from stackkit.components.secrets_manager import BaseSecretsManager, SecretGroup
from stackkit.core.names import suggestion
from stackkit.errors import ConfigurationError, Problem, SecretExistsError, SecretNotFoundError
from stackkit.flavors.secrets_manager.vault import Vault


def _user_folder() -> str:
    import platformdirs

    return str(platformdirs.user_data_path("stackkit", appauthor=False) / "secrets")


def _absolute(path: str) -> str:
    if not path:
        return path  # refused later, by name
    # Path.resolve would follow symbolic links, and Path.expanduser raises for a user that is not there
    return os.path.abspath(os.path.expanduser(path))  # noqa: PTH100, PTH111


def _absolute_or_none(path: str | None) -> str | None:
    return None if path is None else _absolute(path)


@final
class LocalSecretsManager(BaseSecretsManager):
    """Secrets of one user on one machine, encrypted at rest.

    Any number of processes and threads may use the same folder at once. A change that has returned is on the disk; one
    that is interrupted, by `kill -9` too, leaves the secrets as they were. Others than the owner must not be able to read
    the key or the secrets: if they can, both are refused.

    Args:
        path: The folder; made at the first secret. By default the user's data folder, the same for every project.
        key_file: The file with the key; made with the folder. By default `key` in that folder: then whoever can read the
            folder can read the secrets, and a backup of it must be kept as safe as they are. Without the key the secrets
            are lost.

    Raises:
        ConfigurationError: The path is empty, or the key file is in the place of another file of the folder.

    >>> from tempfile import mkdtemp
    >>> secrets = LocalSecretsManager(name="mine", path=mkdtemp())
    >>> secrets.register_secret(SecretGroup("database", {"password": "hunter2"}))
    >>> secrets.get_secret("database")["password"]
    'hunter2'
    """

    FLAVOR: ClassVar[str] = "local"

    path: str = attrs.field(
        factory=_user_folder, converter=_absolute, metadata={"help": "the folder that the encrypted secrets are kept in"}
    )
    key_file: str | None = attrs.field(
        default=None, converter=_absolute_or_none, metadata={"help": "the file with the key; by default key in that folder"}
    )

    def __attrs_post_init__(self) -> None:
        problems = [
            Problem("is not a path", where=field, remedy=f"give {field} as the path of a {kind}")
            for field, value, kind in (("path", self.path, "folder"), ("key_file", self.key_file, "file"))
            if value is not None and (not value or "\0" in value)
        ]
        if not problems and self._vault.key_file in self._vault.reserved:
            problems.append(Problem("is the place of the secrets", where="key_file", remedy="name another file"))
        if problems:
            raise ConfigurationError(*problems)

    @property
    def _vault(self) -> Vault:
        folder = Path(self.path)
        return Vault(folder, Path(self.key_file) if self.key_file else folder / "key")

    @property
    @override
    def is_provisioned(self) -> bool:
        """Whether there is a key. A first secret can be registered without: that makes it."""
        return self._vault.has_key

    @override
    def provision(self) -> None:
        """Make the folder and the key, unless they are there.

        Raises:
            SecretAccessError: They cannot be made or used; or there are secrets, whose key is gone.
        """
        self._vault.make()
        self._vault.read()

    @override
    def deprovision(self) -> None:
        """Nothing: without the key the secrets would be lost. To be rid of them, use `delete_all_secrets`."""

    @override
    def register_secret(self, secret: SecretGroup) -> None:
        """Keep a new secret; makes the folder and the key at the first.

        Raises:
            ConfigurationError: Its name, a key or a value is not of the form that `SecretGroup.check` asks for.
            SecretExistsError: There is one of this name.
            SecretAccessError: The secrets or their key cannot be read or written, or others could have.
        """
        secret.check()
        self._vault.make()
        with self._vault.change() as content:
            if secret.name in content.secrets:
                raise SecretExistsError(
                    Problem("there is a secret of this name", where=secret.name, remedy="update it, or choose another name")
                )
            content.secrets[secret.name] = dict(secret.values)

    @override
    def get_secret(self, name: str) -> SecretGroup:
        """A secret by its name.

        Raises:
            SecretNotFoundError: There is none of this name.
            SecretAccessError: The secrets or their key cannot be read, or others could have read them.
        """
        content = self._vault.read()
        _require(name, list(content.secrets))
        return SecretGroup(name, content.secrets[name])

    @override
    def get_all_secret_keys(self) -> list[str]:
        """The names of all secrets, sorted.

        Raises:
            SecretAccessError: The secrets or their key cannot be read, or others could have read them.
        """
        return sorted(self._vault.read().secrets)

    @override
    def update_secret(self, secret: SecretGroup) -> None:
        """Replace a secret, all of its values, by another of the same name.

        Raises:
            ConfigurationError: A key or a value is not of the form that `SecretGroup.check` asks for.
            SecretNotFoundError: There is none of this name.
            SecretAccessError: The secrets or their key cannot be read or written, or others could have.
        """
        secret.check()
        if not self._vault.has_data:
            _require(secret.name, [])
        with self._vault.change() as content:
            _require(secret.name, list(content.secrets))
            content.secrets[secret.name] = dict(secret.values)

    @override
    def delete_secret(self, name: str) -> None:
        """Remove a secret.

        Raises:
            SecretNotFoundError: There is none of this name.
            SecretAccessError: The secrets or their key cannot be read or written, or others could have.
        """
        if not self._vault.has_data:
            _require(name, [])
        with self._vault.change() as content:
            _require(name, list(content.secrets))
            del content.secrets[name]

    @override
    def delete_all_secrets(self) -> None:
        """Remove every secret; the key stays.

        Raises:
            SecretAccessError: The secrets or their key cannot be read or written, or others could have.
        """
        if self._vault.has_data:
            with self._vault.change() as content:
                content.secrets.clear()


def _require(name: str, known: list[str]) -> None:
    if name not in known:
        remedy = suggestion(name, known, "register it first")
        raise SecretNotFoundError(Problem(f"there is no secret {reprlib.repr(name)}", remedy=remedy))
