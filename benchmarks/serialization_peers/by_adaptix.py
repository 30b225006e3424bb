"""The three flavors as adaptix has them: dataclasses, and a Retort that is strict and forbids what it does not know."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import orjson
from adaptix import (
    ExtraForbid,
    Retort,
    name_mapping,  # pyright: ignore[reportUnknownVariableType] - it takes a bare re.Pattern
)

from serialization_peers.library import Form, Library, grouped_mistakes
from serialization_peers.values import Region


@dataclass(kw_only=True, slots=True)
class Small:
    """Four fields."""

    name: str
    uuid: UUID
    channel: str
    retries: int


@dataclass(kw_only=True, slots=True)
class Medium:
    """Seven fields."""

    name: str
    uuid: UUID
    address: str
    mode: Literal["quiet", "loud"]
    size: int
    created: datetime
    parent: UUID | None


@dataclass(kw_only=True, slots=True)
class Limits:
    """A nested class."""

    soft: int
    hard: int
    burst: float | None


@dataclass(kw_only=True, slots=True)
class Replica:
    """A nested class of which there are several."""

    uuid: UUID
    host: str
    port: int
    weight: float


@dataclass(kw_only=True, slots=True)
class Large:
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


@dataclass(kw_only=True, slots=True)
class SmallDocument:
    """The envelope of a small one."""

    type: Literal["alerter"]
    flavor: Literal["small"]
    version: Literal[1]
    config: Small


@dataclass(kw_only=True, slots=True)
class MediumDocument:
    """The envelope of a medium one."""

    type: Literal["alerter"]
    flavor: Literal["medium"]
    version: Literal[1]
    config: Medium


@dataclass(kw_only=True, slots=True)
class LargeDocument:
    """The envelope of a large one."""

    type: Literal["alerter"]
    flavor: Literal["large"]
    version: Literal[1]
    config: Large


AnyDocument = SmallDocument | MediumDocument | LargeDocument

RETORT = Retort(recipe=[name_mapping(extra_in=ExtraForbid())], strict_coercion=True)
LOADERS = {
    "small": RETORT.get_loader(SmallDocument),
    "medium": RETORT.get_loader(MediumDocument),
    "large": RETORT.get_loader(LargeDocument),
}
DUMPERS: dict[type, Callable[[Any], object]] = {
    document: RETORT.get_dumper(document) for document in (SmallDocument, MediumDocument, LargeDocument)
}


def _form(document: type[Any], flavor: str) -> Form:
    load, dump = LOADERS[flavor], DUMPERS[document]
    return Form(
        load=lambda data: load(orjson.loads(data)),
        dump=lambda value: orjson.dumps(dump(value)),
        from_builtins=load,
        to_builtins=dump,
    )


def _read_any(data: dict[str, Any]) -> object:
    return LOADERS[data["flavor"]](data)


def _write_any(document: AnyDocument) -> object:
    return DUMPERS[type(document)](document)


LIBRARY = Library(
    name="adaptix",
    small=_form(SmallDocument, "small"),
    large=_form(LargeDocument, "large"),
    mixed=Form(
        load=lambda data: _read_any(orjson.loads(data)),
        dump=lambda document: orjson.dumps(_write_any(document)),
        from_builtins=_read_any,
        to_builtins=_write_any,
    ),
    mistakes=grouped_mistakes,
)
