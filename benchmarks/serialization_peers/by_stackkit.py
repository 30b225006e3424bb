"""The three flavors as stackkit has them."""

from __future__ import annotations

from abc import ABC
from datetime import datetime
from functools import cache, partial
from typing import ClassVar, Literal
from uuid import UUID

import attrs
from typing_extensions import override

from serialization_peers.library import Form, Library
from serialization_peers.values import Region
from stackkit import ALERTER, BaseAlerter, FlavorRegistry, StackkitError, dumps, from_builtins, loads, to_builtins


class Silent(BaseAlerter, ABC):
    """Tells nobody."""

    @override
    def post(self, message: str) -> bool:
        return False

    @override
    def ask(self, question: str) -> bool:
        return False


class Small(Silent):
    """Four fields."""

    FLAVOR: ClassVar[str] = "small"

    channel: str
    retries: int


class Medium(Silent):
    """Seven fields."""

    FLAVOR: ClassVar[str] = "medium"

    address: str
    mode: Literal["quiet", "loud"]
    size: int
    created: datetime
    parent: UUID | None


@attrs.define(kw_only=True)
class Limits:
    """A nested class."""

    soft: int
    hard: int
    burst: float | None


@attrs.define(kw_only=True)
class Replica:
    """A nested class of which there are several."""

    uuid: UUID
    host: str
    port: int
    weight: float


class Large(Silent):
    """Fifteen fields."""

    FLAVOR: ClassVar[str] = "large"

    endpoint: str
    region: Region
    created: datetime
    expires: datetime | None
    retries: int
    timeout: float
    verify: bool
    bucket: str | None
    proxy: str | None
    tags: list[str]
    labels: dict[str, str]
    limits: Limits
    replicas: list[Replica]


def mistakes(error: StackkitError) -> int:
    """How many mistakes an error names."""
    return len(error.problems)


@cache
def _registry() -> FlavorRegistry:
    """The registry that knows the flavors; they are checked when they are put into it, which a single one is not."""
    made = FlavorRegistry()
    for flavor in (Small, Medium, Large):
        made.register(flavor)
    return made


def _form(flavor: type[Silent]) -> Form:
    return Form(
        load=partial(loads, expect=flavor),
        dump=dumps,
        from_builtins=partial(from_builtins, expect=flavor),
        to_builtins=to_builtins,
    )


LIBRARY = Library(
    name="stackkit",
    small=_form(Small),
    large=_form(Large),
    mixed=Form(
        load=lambda data: loads(data, ALERTER, registry=_registry()),
        dump=dumps,
        from_builtins=lambda data: from_builtins(data, ALERTER, registry=_registry()),
        to_builtins=to_builtins,
    ),
    mistakes=mistakes,
)
