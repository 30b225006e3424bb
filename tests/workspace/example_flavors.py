"""Flavors that the workspaces of the tests keep components of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, Final, final

import attrs
from typing_extensions import override

from stackkit.components.alerter import BaseAlerter
from stackkit.core.component import StackComponent
from stackkit.core.component_type import ComponentType
from stackkit.core.lookup import Components
from stackkit.core.migrations import Migration
from stackkit.core.reference import Reference
from stackkit.core.secret import Secret
from stackkit.errors import Problem

RELAY: Final = ComponentType[Any]("relay")
INBOX: Final = ComponentType[Any]("inbox")

meanwhile: list[Callable[[], object]] = []
"""What another process does while a component is being loaded: each is done once."""


def _let_others_work() -> None:
    while meanwhile:
        meanwhile.pop()()


@final
class Mailer(BaseAlerter):
    """Writes letters."""

    FLAVOR: ClassVar[str] = "mailer"

    address: str
    retries: int = 3
    ratio: float = 0.5
    token: Secret | None = None
    tags: list[str] = attrs.field(factory=list[str])

    def __attrs_post_init__(self) -> None:
        _let_others_work()

    @override
    def post(self, message: str) -> bool:
        return bool(message)

    @override
    def ask(self, question: str) -> bool:
        return bool(question)


class BaseRelay(StackComponent, abstract=True):
    """The base of a type that only this workspace has."""

    TYPE: ClassVar[ComponentType[Any]] = RELAY


@final
class Relay(BaseRelay):
    """Refers to another component, and says what it needs."""

    FLAVOR: ClassVar[str] = "relay"

    target: Reference | None = None
    needs: tuple[str, ...] = ()

    @override
    def validate(self, components: Components) -> Iterable[Problem]:
        _let_others_work()
        for slug in self.needs:
            if ComponentType[Any](slug) not in components:
                yield Problem(f"needs a component of the type {slug}", where="needs", remedy="add one")


class BaseInbox(StackComponent, abstract=True):
    """The base of another type that only this workspace has."""

    TYPE: ClassVar[ComponentType[Any]] = INBOX


@final
class Inbox(BaseInbox):
    """Has nothing but a name."""

    FLAVOR: ClassVar[str] = "inbox"


def _recoloured(config: dict[str, Any]) -> dict[str, Any]:
    return {**{key: value for key, value in config.items() if key != "colour"}, "color": config.get("colour", "red")}


@final
class Postbox(BaseInbox):
    """One whose configuration had another form before."""

    FLAVOR: ClassVar[str] = "postbox"
    VERSION: ClassVar[int] = 2
    MIGRATIONS: ClassVar[Mapping[int, Migration]] = {1: _recoloured}

    color: str = "red"
    height: int = 1


@final
class Console(BaseAlerter):
    """Calls itself as a flavor of the kit does."""

    FLAVOR: ClassVar[str] = "console"

    volume: int = 11

    @override
    def post(self, message: str) -> bool:
        return bool(message)

    @override
    def ask(self, question: str) -> bool:
        return bool(question)
