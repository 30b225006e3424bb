"""Secrets have types of their own, and a typed form that is the author's."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, assert_type

from typing_extensions import override

from stackkit import BaseAlerter, Secret, SecretGroup, SecretSchema


class Database(SecretSchema):
    """The keys of a database's secret."""

    user: str
    password: str
    port: str = "5432"
    options: str | None = None


class MailAlerter(BaseAlerter):
    """A flavor that has secrets in several places."""

    FLAVOR: ClassVar[str] = "mail"

    password: Secret
    spare: Secret | None = None

    @override
    def post(self, message: str) -> bool:
        return bool(self.password.reveal())

    @override
    def ask(self, question: str) -> bool:
        return False


def use_secret(secret: Secret) -> None:
    assert_type(secret.reference, str | None)
    assert_type(secret.is_resolved, bool)
    assert_type(secret.reveal(), str)
    assert_type(secret.require_reference(), str)
    assert_type(secret.resolved("hunter2"), Secret)


def use_group(group: SecretGroup) -> None:
    found = group.read(Database)
    assert_type(found, Database)
    assert_type(found.user, str)
    assert_type(found.options, str | None)
    assert_type(SecretGroup.of("database", found), SecretGroup)
    assert_type(group["user"], str)
    assert_type(next(iter(group)), str)
    assert_type(group.name, str)


def run(_: Path) -> None:
    use_secret(Secret("database.password").resolved("hunter2"))
    use_group(SecretGroup.of("database", Database(user="ada", password="hunter2")))
    alerter = MailAlerter(name="mail", password=Secret.plain("hunter2"))
    assert_type(alerter.password, Secret)
    assert_type(alerter.spare, Secret | None)
    assert_type(alerter.post("done"), bool)
