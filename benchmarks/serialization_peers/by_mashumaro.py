"""The three flavors as mashumaro has them: dataclasses with its mixin for orjson.

It forbids unknown keys, but it converts values of the wrong type rather than refusing them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import orjson
from mashumaro.config import BaseConfig
from mashumaro.mixins.orjson import DataClassORJSONMixin

from serialization_peers.library import Form, Library
from serialization_peers.values import Region


class Strict(DataClassORJSONMixin):
    """A class that knows all its fields."""

    class Config(BaseConfig):
        """What all of them are told."""

        forbid_extra_keys = True


@dataclass(kw_only=True)
class Small(Strict):
    """Four fields."""

    name: str
    uuid: UUID
    channel: str
    retries: int


@dataclass(kw_only=True)
class Medium(Strict):
    """Seven fields."""

    name: str
    uuid: UUID
    address: str
    mode: Literal["quiet", "loud"]
    size: int
    created: datetime
    parent: UUID | None


@dataclass(kw_only=True)
class Limits(Strict):
    """A nested class."""

    soft: int
    hard: int
    burst: float | None


@dataclass(kw_only=True)
class Replica(Strict):
    """A nested class of which there are several."""

    uuid: UUID
    host: str
    port: int
    weight: float


@dataclass(kw_only=True)
class Large(Strict):
    """Fifteen fields."""

    name: str
    uuid: UUID
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


@dataclass(kw_only=True)
class SmallDocument(Strict):
    """The envelope of a small one."""

    type: Literal["alerter"]
    flavor: Literal["small"]
    version: Literal[1]
    config: Small


@dataclass(kw_only=True)
class MediumDocument(Strict):
    """The envelope of a medium one."""

    type: Literal["alerter"]
    flavor: Literal["medium"]
    version: Literal[1]
    config: Medium


@dataclass(kw_only=True)
class LargeDocument(Strict):
    """The envelope of a large one."""

    type: Literal["alerter"]
    flavor: Literal["large"]
    version: Literal[1]
    config: Large


_DOCUMENTS: dict[str, Any] = {
    "small": SmallDocument,
    "medium": MediumDocument,
    "large": LargeDocument,
}


def _read_any(data: dict[str, Any]) -> object:
    document: object = _DOCUMENTS[data["flavor"]].from_dict(data)
    return document


def _form(document: Any) -> Form:
    return Form(
        load=document.from_json,
        dump=document.to_jsonb,
        from_builtins=document.from_dict,
        to_builtins=document.to_dict,
    )


LIBRARY = Library(
    name="mashumaro",
    small=_form(SmallDocument),
    large=_form(LargeDocument),
    mixed=Form(
        load=lambda data: _read_any(orjson.loads(data)),
        dump=lambda document: document.to_jsonb(),
        from_builtins=_read_any,
        to_builtins=lambda document: document.to_dict(),
    ),
)
