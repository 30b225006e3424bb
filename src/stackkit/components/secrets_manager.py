"""Secrets managers: where passwords, keys and tokens live."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Final, Protocol, TypeVar, final

import attrs
from typing_extensions import dataclass_transform, override

from stackkit.core.component import StackComponent
from stackkit.core.component_type import Component, ComponentType
from stackkit.errors import Problem, SecretNotFoundError


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(attrs.field,))
class SecretSchema:
    """Which keys a secret has: subclass it with one `str` field for each; one with a default is optional.

    No decorator is needed, and the repr shows the keys alone.

    >>> class Database(SecretSchema):
    ...     user: str
    ...     password: str
    ...     port: str = "5432"
    >>> Database(user="ada", password="hunter2")
    Database(user=***, password=***, port=***)
    """

    __attrs_attrs__: ClassVar[tuple[attrs.Attribute[Any], ...]] = ()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        attrs.define(cls, kw_only=True, frozen=True, slots=False, repr=False, auto_attribs=True)

    @override
    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{f.name}=***' for f in type(self).__attrs_attrs__)})"


S = TypeVar("S", bound=SecretSchema)


def _copied(values: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType(dict(values))


@final
@attrs.frozen(repr=False)
class SecretGroup:
    """A secret: a name, and values under keys. Its repr shows the keys alone.

    Args:
        name: The secret's name.
        values: Its values by key.

    >>> SecretGroup("database", {"password": "hunter2"})
    SecretGroup('database', keys=['password'])
    """

    name: str
    values: Mapping[str, str] = attrs.field(converter=_copied)

    @classmethod
    def of(cls, name: str, content: SecretSchema) -> SecretGroup:
        """A secret from its typed form.

        Args:
            name: The secret's name.
            content: The values, as the schema names them; those that are None are left out.
        """
        pairs = {f.name: getattr(content, f.name) for f in type(content).__attrs_attrs__}
        return cls(name, {key: value for key, value in pairs.items() if value is not None})

    def read(self, schema: type[S]) -> S:
        """The secret in its typed form.

        Args:
            schema: Which keys it must have, and which it may.

        Returns:
            An instance of the schema.

        Raises:
            SecretNotFoundError: Keys that the schema requires are missing; all of them are named.
        """
        fields = schema.__attrs_attrs__
        missing = [f.name for f in fields if f.default is attrs.NOTHING and f.name not in self.values]
        if missing:
            raise SecretNotFoundError(
                Problem(
                    f"has no {', '.join(missing)}",
                    where=self.name,
                    remedy=f"{schema.__name__} requires {', '.join(missing)}: update the secret",
                )
            )
        return schema(**{f.name: self.values[f.name] for f in fields if f.name in self.values})

    def __getitem__(self, key: str) -> str:
        """One value.

        Raises:
            SecretNotFoundError: The secret has no such key; those it has are named.
        """
        if key not in self.values:
            raise SecretNotFoundError(
                Problem(f"has no key {key}", where=self.name, remedy=f"it has {', '.join(sorted(self.values)) or 'none'}")
            )
        return self.values[key]

    @override
    def __repr__(self) -> str:
        return f"SecretGroup({self.name!r}, keys={sorted(self.values)})"


class SecretsManager(Component, Protocol):
    """Named groups of secret values.

    Laws: what was registered or updated is what `get_secret` gives; `register_secret` refuses a name that exists,
    `update_secret`, `get_secret` and `delete_secret` one that does not; no value appears in a repr, a log or a traceback.
    """

    TYPE: ClassVar[ComponentType[SecretsManager]]

    def register_secret(self, secret: SecretGroup) -> None: ...
    def get_secret(self, name: str) -> SecretGroup: ...
    def get_all_secret_keys(self) -> list[str]: ...
    def update_secret(self, secret: SecretGroup) -> None: ...
    def delete_secret(self, name: str) -> None: ...
    def delete_all_secrets(self) -> None: ...


SECRETS_MANAGER: Final = ComponentType[SecretsManager]("secrets_manager")


class BaseSecretsManager(StackComponent, ABC):
    """The base of every secrets manager."""

    TYPE: ClassVar[ComponentType[SecretsManager]] = SECRETS_MANAGER

    @abstractmethod
    def register_secret(self, secret: SecretGroup) -> None:
        """Keep a new secret.

        Raises:
            SecretExistsError: There is one of this name.
        """

    @abstractmethod
    def get_secret(self, name: str) -> SecretGroup:
        """A secret by its name.

        Raises:
            SecretNotFoundError: There is none of this name.
        """

    @abstractmethod
    def get_all_secret_keys(self) -> list[str]:
        """The names of all secrets, sorted."""

    @abstractmethod
    def update_secret(self, secret: SecretGroup) -> None:
        """Replace a secret, all of its values, by another of the same name.

        Raises:
            SecretNotFoundError: There is none of this name.
        """

    @abstractmethod
    def delete_secret(self, name: str) -> None:
        """Remove a secret.

        Raises:
            SecretNotFoundError: There is none of this name.
        """

    @abstractmethod
    def delete_all_secrets(self) -> None:
        """Remove every secret."""
