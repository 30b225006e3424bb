"""Secrets managers: where passwords, keys and tokens live."""

from __future__ import annotations

import re
import reprlib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Final, NoReturn, Protocol, Self, TypeVar, final, get_type_hints

import attrs
from typing_extensions import dataclass_transform, override

from stackkit.core.component import StackComponent
from stackkit.core.component_type import Component, ComponentType
from stackkit.core.definition import body_problems
from stackkit.core.secret import KEY, NAME, PrettyPrinter
from stackkit.errors import ConfigurationError, NotSerializableError, Problem, SecretNotFoundError, SecretSchemaError

_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")


class _StaysHere:
    """What holds secret values in the clear: it stays in this process."""

    __slots__ = ()

    def _repr_pretty_(self, printer: PrettyPrinter, _: bool) -> None:
        printer.text(repr(self))

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _: object) -> Self:
        return self

    @override
    def __reduce__(self) -> NoReturn:
        raise NotSerializableError(
            Problem(
                "secret values are never pickled",
                where=type(self).__name__,
                remedy="send the secret's name, and get it from the secrets manager there",
            )
        )


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(attrs.field,))
class SecretSchema(_StaysHere):
    """Which keys a secret has: subclass it with one `str` field for each.

    A field with a default is optional; one of type `str | None` that is None is left out. No decorator is needed, and
    the repr shows the keys alone.

    Raises:
        SecretSchemaError: When a subclass is defined with fields that cannot be keys; all of them are named.

    >>> class Database(SecretSchema):
    ...     user: str
    ...     password: str
    ...     port: str = "5432"
    >>> Database(user="ada", password="hunter2")
    Database(user=***, password=***, port=***)
    """

    __attrs_attrs__: ClassVar[tuple[Any, ...]] = ()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        problems = list(body_problems(cls))
        if not problems:
            attrs.define(cls, kw_only=True, frozen=True, slots=False, repr=False, auto_attribs=True)
            problems += _field_problems(cls)
        if problems:
            raise SecretSchemaError(*problems)

    @override
    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{f.name}=***' for f in type(self).__attrs_attrs__)})"


S = TypeVar("S", bound=SecretSchema)


def _field_problems(schema: type[SecretSchema]) -> Iterator[Problem]:
    try:
        hints = get_type_hints(schema)
    except NameError as error:
        yield Problem(str(error), where=schema.__qualname__, remedy="import what its annotations name")
        return
    for field in schema.__attrs_attrs__:
        where = f"{schema.__qualname__}.{field.name}"
        if hints[field.name] not in (str, str | None):
            yield Problem("is not text", where=where, remedy=f"write {field.name}: str; the values of a secret are text")
        if not field.init or field.alias != field.name or not KEY.fullmatch(field.name):
            yield Problem("cannot be a key", where=where, remedy="use a public name of plain letters, digits and _")


def _copied(values: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType(dict(values))


def _is_form(form: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and form.fullmatch(value) is not None


def _value_problem(value: object) -> str | None:
    if not isinstance(value, str):
        return f"the value is of type {type(value).__name__}, not str"
    # searched for, not encoded: a UnicodeEncodeError would carry the value along
    return "the value has a lone surrogate, so it is not text" if _LONE_SURROGATE.search(value) else None


@final
@attrs.frozen(repr=False)
class SecretGroup(_StaysHere):
    """A secret: a name, and values under keys. Its repr shows the keys alone, and it cannot be pickled.

    Args:
        name: The secret's name.
        values: Its values by key.

    >>> SecretGroup("database", {"password": "hunter2"})
    SecretGroup('database', keys=['password'])
    """

    name: str
    values: Mapping[str, str] = attrs.field(converter=_copied, hash=False)

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
        """The secret in its typed form; keys that the schema does not name are passed over.

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

    def check(self) -> None:
        """Refuse what no reference could name, and what is not text: for a secrets manager, before it keeps a secret.

        Raises:
            ConfigurationError: All names and keys that are not of their form, and all values that are not text.

        >>> SecretGroup("my.database", {"pass word": "hunter2"}).check()
        Traceback (most recent call last):
        stackkit.errors.ConfigurationError: 'my.database' is not the name of a secret; use letters, digits, - and _
        'pass word' is not a key; use letters, digits, -, _ and .
        """
        problems = list(self._problems())
        if problems:
            raise ConfigurationError(*problems)

    def _problems(self) -> Iterator[Problem]:
        if not _is_form(NAME, self.name):
            yield Problem(f"{reprlib.repr(self.name)} is not the name of a secret", remedy="use letters, digits, - and _")
        for key, value in self.values.items():
            if not _is_form(KEY, key):
                yield Problem(f"{reprlib.repr(key)} is not a key", remedy="use letters, digits, -, _ and .")
            what = _value_problem(value)
            if what:
                yield Problem(what, where=reprlib.repr(key), remedy="give it as text; bytes can be written in base64")

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def __iter__(self) -> Iterator[str]:
        return iter(self.values)

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

    Laws, which every flavor's contract suite holds:

    - What was registered or updated is what `get_secret` gives, any text under any keys, to the character; an update
      replaces all values of one secret, and changes no other.
    - Names are told apart by case, and `get_all_secret_keys` gives all of them, sorted.
    - `register_secret` refuses a name that exists, and of several who register it at once one succeeds; `update_secret`,
      `get_secret` and `delete_secret` refuse one that does not exist. What `SecretGroup.check` refuses is not kept in part.
    - Objects of the same configuration, copies and pickles lead to the same secrets. Suspending loses none.
    - No value appears in a repr, a log, an output, an environment variable, a document, a pickle or an error, its causes
      and the variables in its traceback included.
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
            ConfigurationError: Its name, a key or a value is not of the form that `SecretGroup.check` asks for.
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
            ConfigurationError: A key or a value is not of the form that `SecretGroup.check` asks for.
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
