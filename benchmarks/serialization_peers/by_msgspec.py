"""The three flavors as msgspec has them: Structs, which C code fills. Nothing written in Python for attrs can be faster."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from serialization_peers.library import Form, Library
from serialization_peers.values import Region


class Strict(Struct, forbid_unknown_fields=True, kw_only=True, gc=False):
    """A class that knows all its fields, and is no part of a cycle."""


class Small(Strict):
    """Four fields."""

    name: str
    uuid: UUID
    channel: str
    retries: int


class Medium(Strict):
    """Seven fields."""

    name: str
    uuid: UUID
    address: str
    mode: Literal["quiet", "loud"]
    size: int
    created: datetime
    parent: UUID | None


class Limits(Strict):
    """A nested class."""

    soft: int
    hard: int
    burst: float | None


class Replica(Strict):
    """A nested class of which there are several."""

    uuid: UUID
    host: str
    port: int
    weight: float


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


class SmallDocument(Strict, tag_field="flavor", tag="small"):
    """The envelope of a small one."""

    type: Literal["alerter"]
    version: Literal[1]
    config: Small


class MediumDocument(Strict, tag_field="flavor", tag="medium"):
    """The envelope of a medium one."""

    type: Literal["alerter"]
    version: Literal[1]
    config: Medium


class LargeDocument(Strict, tag_field="flavor", tag="large"):
    """The envelope of a large one."""

    type: Literal["alerter"]
    version: Literal[1]
    config: Large


AnyDocument = SmallDocument | MediumDocument | LargeDocument


def _form(expected: object) -> Form:
    return Form(
        load=msgspec.json.Decoder(expected).decode,
        dump=msgspec.json.Encoder().encode,
        from_builtins=partial(msgspec.convert, type=expected),
        to_builtins=msgspec.to_builtins,
    )


LIBRARY = Library(
    name="msgspec Struct",
    small=_form(SmallDocument),
    large=_form(LargeDocument),
    mixed=_form(AnyDocument),
    load_array=msgspec.json.Decoder(list[AnyDocument]).decode,
)
