"""Small components whose states are files, and that fail when they are told to."""

from __future__ import annotations

import json
from abc import ABC
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar, Final, final

import attrs
from typing_extensions import override

from stackkit.components.secrets_manager import BaseSecretsManager, SecretGroup
from stackkit.core.component import StackComponent
from stackkit.core.component_type import ComponentType
from stackkit.core.lookup import Components
from stackkit.core.reference import Reference
from stackkit.core.secret import Secret
from stackkit.errors import Problem, SecretExistsError, SecretNotFoundError

FIRST: Final = ComponentType[Any]("first")
SECOND: Final = ComponentType[Any]("second")
THIRD: Final = ComponentType[Any]("third")


class Service(StackComponent, ABC):
    """A component with a state of its own.

    In its folder are the files `provisioned` and `running`. It fails in a call that a file `before-CALL` or `after-CALL`
    names: before it has done anything, or when all is done. It writes what it is asked to do into `journal` beside it.
    """

    folder: str
    password: Secret | None = None
    others: tuple[Reference, ...] = ()

    def file(self, name: str) -> Path:
        folder = Path(self.folder, self.name)
        folder.mkdir(parents=True, exist_ok=True)
        return folder / name

    def fail_in(self, call: str, when: str = "before", message: str = "told to fail") -> None:
        self.file(f"{when}-{call}").write_text(message, encoding="utf-8")

    def stop_failing(self) -> None:
        for file in self.file("x").parent.glob("*-*"):
            file.unlink()

    def _fail(self, call: str, when: str) -> None:
        if self.file(f"{when}-{call}").exists():
            text = self.file(f"{when}-{call}").read_text(encoding="utf-8")
            raise OSError(text.replace("PASSWORD", self.password.reveal() if self.password else ""))

    def _do(self, call: str, state: str, *, exists: bool) -> None:
        with Path(self.folder, "journal").open("a", encoding="utf-8") as journal:
            journal.write(f"{self.name}.{call}\n")
        self._fail(call, "before")
        if exists:
            self.file(state).touch()
        else:
            self.file(state).unlink(missing_ok=True)
        self._fail(call, "after")

    @property
    @override
    def is_provisioned(self) -> bool:
        self._fail("is_provisioned", "before")
        return self.file("provisioned").exists()

    @property
    @override
    def is_running(self) -> bool:
        self._fail("is_running", "before")
        return self.file("running").exists()

    @override
    def provision(self) -> None:
        self._do("provision", "provisioned", exists=True)

    @override
    def deprovision(self) -> None:
        self._do("deprovision", "provisioned", exists=False)

    @override
    def resume(self) -> None:
        self._do("resume", "running", exists=True)

    @override
    def suspend(self) -> None:
        self._do("suspend", "running", exists=False)


def journal(folder: Path) -> list[str]:
    """What the components of a folder were asked to do, in order; it is forgotten."""
    file = folder / "journal"
    lines = file.read_text(encoding="utf-8").split() if file.exists() else []
    file.unlink(missing_ok=True)
    return lines


@final
class First(Service):
    """A service of the first type."""

    TYPE: ClassVar[ComponentType[Any]] = FIRST
    FLAVOR: ClassVar[str] = "service"


@final
class Second(Service):
    """A service of the second type."""

    TYPE: ClassVar[ComponentType[Any]] = SECOND
    FLAVOR: ClassVar[str] = "service"


@final
class Third(Service):
    """A service that says what it needs."""

    TYPE: ClassVar[ComponentType[Any]] = THIRD
    FLAVOR: ClassVar[str] = "service"

    needs: tuple[str, ...] = ()
    complaint: str = ""

    @override
    def validate(self, components: Components) -> Iterable[Problem]:
        for slug in self.needs:
            if ComponentType[Any](slug) not in components:
                yield Problem(f"needs a {slug}", where="needs", remedy="add one")
        if self.complaint:
            raise ValueError(self.complaint)


class Vault(BaseSecretsManager, Service):
    """A secrets manager that gives secrets while it runs, from `secrets.json` in its folder."""

    FLAVOR: ClassVar[str] = "vault"

    _asked: list[str] = attrs.field(init=False, factory=list[str])

    @property
    def asked(self) -> list[str]:
        return self._asked

    def _all(self) -> dict[str, dict[str, str]]:
        file = self.file("secrets.json")
        found: dict[str, dict[str, str]] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        return found

    def _write(self, secrets: dict[str, dict[str, str]]) -> None:
        self.file("secrets.json").write_text(json.dumps(secrets), encoding="utf-8")

    @override
    def register_secret(self, secret: SecretGroup) -> None:
        if secret.name in self._all():
            raise SecretExistsError(secret.name)
        self._write({**self._all(), secret.name: dict(secret.values)})

    @override
    def get_secret(self, name: str) -> SecretGroup:
        self._asked.append(name)
        if not self.is_running:
            raise ConnectionError("the vault is closed")
        if name not in self._all():
            raise SecretNotFoundError(name)
        return SecretGroup(name, self._all()[name])

    @override
    def get_all_secret_keys(self) -> list[str]:
        return sorted(self._all())

    @override
    def update_secret(self, secret: SecretGroup) -> None:
        self._write({**self._all(), secret.name: dict(secret.values)})

    @override
    def delete_secret(self, name: str) -> None:
        self._write({key: values for key, values in self._all().items() if key != name})

    @override
    def delete_all_secrets(self) -> None:
        self._write({})
