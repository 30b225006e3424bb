"""Registries that are told a user name and a password."""

from __future__ import annotations

from abc import ABC
from collections.abc import Iterable

import attrs
from typing_extensions import override

from stackkit.core.secret import Secret
from stackkit.errors import Problem
from stackkit.flavors.container_registry.oci import OciRegistry
from stackkit.flavors.container_registry.protocol.authentication import Credentials


class PasswordRegistry(OciRegistry, ABC, abstract=True):
    """A registry that is told a user name and a password, or asked by everybody.

    Args:
        username: Who asks; with a password.
        password: The password, or a token in its place.

    Raises:
        ConfigurationError: There is a user name without a password, or the other way round.
    """

    username: str | None = attrs.field(default=None, kw_only=True, metadata={"help": "who asks; with a password"})
    password: Secret | None = attrs.field(
        default=None, kw_only=True, metadata={"help": "the password, or a token in its place"}
    )

    @override
    def _credential_problems(self) -> Iterable[Problem]:
        if (self.username is None) != (self.password is None):
            missing = "username" if self.username is None else "password"
            yield Problem("is missing", where=missing, remedy="give both, or neither")
        elif self.username is not None and (not self.username or ":" in self.username):
            yield Problem("is no user name", where="username", remedy="give one without :")

    @override
    def _credentials(self) -> Credentials | None:
        return None if self.username is None or self.password is None else Credentials(self.username, self.password)
