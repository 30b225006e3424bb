"""Secrets: values that a configuration refers to and never contains."""

from __future__ import annotations

import re
from typing import Protocol, final

from typing_extensions import override

from stackkit.errors import ConfigurationError, NotSerializableError, Problem, SecretNotResolvedError

NAME = re.compile(r"[A-Za-z0-9_-]+")
"""The name of a secret. It has no dot, so the first dot of a reference ends the name."""

KEY = re.compile(r"[A-Za-z0-9_.-]+")
"""The key of a value within a secret."""

REFERENCE = re.compile(rf"{NAME.pattern}\.{KEY.pattern}")
"""`name.key`."""


def split_reference(reference: str) -> tuple[str, str]:
    """The name and the key that a reference consists of.

    Args:
        reference: `name.key`; the key may have dots, the name has none.

    Raises:
        ConfigurationError: It is not of that form.

    >>> split_reference("database.primary.password")
    ('database', 'primary.password')
    """
    if not REFERENCE.fullmatch(reference):
        raise ConfigurationError(Problem("not a reference to a secret", where="Secret", remedy='write Secret("name.key")'))
    name, _, key = reference.partition(".")
    return name, key


class PrettyPrinter(Protocol):
    """What prints values in IPython and Hypothesis; it shows how a value was made, unless the value has a word of its own."""

    def text(self, obj: str, /) -> object:
        """Print a text."""
        ...


@final
class Secret:
    """A secret value, by reference: the key of a secret in the stack's secrets manager.

    A document and a repr hold the reference, never the value. The value is there once the component is taken from a
    stack (`stack[ARTIFACT_STORE]`), which asks its secrets manager for it.

    Args:
        reference: `name.key`: which key of which secret.

    Raises:
        ConfigurationError: The reference is not of the form `name.key`.

    >>> password = Secret("database.password")
    >>> password
    Secret('database.password')
    >>> Secret.plain("hunter2")
    Secret.plain('***')
    >>> Secret.plain("hunter2").reveal()
    'hunter2'
    """

    __slots__ = ("_reference", "_value")

    _reference: str | None
    _value: str | None

    def __init__(self, reference: str) -> None:
        split_reference(reference)
        self._reference = reference
        self._value = None

    @classmethod
    def plain(cls, value: str) -> Secret:
        """A secret that holds its value itself, for code that has it already; it cannot be written to a document.

        Args:
            value: The secret value.
        """
        return cls._make(None, value)

    @classmethod
    def _make(cls, reference: str | None, value: str | None) -> Secret:
        secret = cls.__new__(cls)
        secret._reference, secret._value = reference, value  # noqa: SLF001 - its own class
        return secret

    @property
    def reference(self) -> str | None:
        """`name.key`, or None for a plain value."""
        return self._reference

    @property
    def is_resolved(self) -> bool:
        """Whether `reveal` has a value to give."""
        return self._value is not None

    def resolved(self, value: str) -> Secret:
        """The same reference together with its value; equal to this one, and written the same.

        Args:
            value: What the secrets manager keeps under this reference.

        Raises:
            ConfigurationError: This is a plain value, which refers to nothing.
        """
        if self._reference is None:
            raise ConfigurationError(
                Problem("a plain secret has its value already", remedy='refer to a secret: Secret("name.key")')
            )
        return self._make(self._reference, value)

    def reveal(self) -> str:
        """The secret value, for the one call that needs it.

        Raises:
            SecretNotResolvedError: This is a reference whose component was not taken from a stack.
        """
        if self._value is None:
            raise SecretNotResolvedError(
                Problem(
                    f"the secret {self._reference} has no value here",
                    remedy="take the component from a stack that has a secrets manager",
                )
            )
        return self._value

    def require_reference(self) -> str:
        """The reference, for writing it down.

        Raises:
            NotSerializableError: This is a plain value, which is never written.
        """
        if self._reference is None:
            raise NotSerializableError(
                Problem(
                    "a plain secret is never written",
                    remedy='keep it in a secrets manager and write Secret("name.key")',
                )
            )
        return self._reference

    @override
    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        if self._reference is None and other._reference is None:
            return self._value == other._value
        return self._reference == other._reference

    @override
    def __hash__(self) -> int:
        return hash((Secret, self._reference))

    @override
    def __repr__(self) -> str:
        return f"Secret({self._reference!r})" if self._reference else "Secret.plain('***')"

    def _repr_pretty_(self, printer: PrettyPrinter, _: bool) -> None:
        printer.text(repr(self))

    @override
    def __reduce__(self) -> tuple[type[Secret], tuple[str]]:
        """Pickles carry the reference alone; a plain value does not travel."""
        return (Secret, (self.require_reference(),))

    def __copy__(self) -> Secret:
        """A copy stays in this process, and keeps the value."""
        return self

    def __deepcopy__(self, _: object) -> Secret:
        return self

    @override
    def __format__(self, spec: str) -> str:
        return format(repr(self), spec)
