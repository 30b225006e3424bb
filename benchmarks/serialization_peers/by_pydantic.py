"""The three flavors as pydantic has them: strict models that forbid what they do not know.

What JSON holds as text, such as a UUID, is text in builtins too, which a strict field refuses unless it comes from JSON. So
those fields are lax, and JSON is read with `strict=True`, which overrides that.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from serialization_peers.library import Form, Library
from serialization_peers.values import Region

LaxUUID = Annotated[UUID, Field(strict=False)]
LaxTime = Annotated[datetime, Field(strict=False)]


class Strict(BaseModel):
    """A class that knows all its fields, and their types."""

    model_config = ConfigDict(strict=True, extra="forbid")


class Small(Strict):
    """Four fields."""

    name: str
    uuid: LaxUUID
    channel: str
    retries: int


class Medium(Strict):
    """Seven fields."""

    name: str
    uuid: LaxUUID
    address: str
    mode: Literal["quiet", "loud"]
    size: int
    created: LaxTime
    parent: LaxUUID | None


class Limits(Strict):
    """A nested class."""

    soft: int
    hard: int
    burst: float | None


class Replica(Strict):
    """A nested class of which there are several."""

    uuid: LaxUUID
    host: str
    port: int
    weight: float


class Large(Strict):
    """Fifteen fields."""

    name: str
    uuid: LaxUUID
    endpoint: str
    region: Annotated[Region, Field(strict=False)]
    created: LaxTime
    expires: LaxTime | None
    retries: int
    timeout: float
    verify: bool
    bucket: str | None
    proxy: str | None
    tags: list[str]
    labels: dict[str, str]
    limits: Limits
    replicas: list[Replica]


class SmallDocument(Strict):
    """The envelope of a small one."""

    type: Literal["alerter"]
    flavor: Literal["small"]
    version: Literal[1]
    config: Small


class MediumDocument(Strict):
    """The envelope of a medium one."""

    type: Literal["alerter"]
    flavor: Literal["medium"]
    version: Literal[1]
    config: Medium


class LargeDocument(Strict):
    """The envelope of a large one."""

    type: Literal["alerter"]
    flavor: Literal["large"]
    version: Literal[1]
    config: Large


AnyDocument = Annotated[SmallDocument | MediumDocument | LargeDocument, Field(discriminator="flavor")]


def _dump(document: BaseModel) -> bytes:
    return document.__pydantic_serializer__.to_json(document)  # model_dump_json would make text of these bytes


def _to_builtins(document: BaseModel) -> object:
    return document.model_dump(mode="json")


def _form(adapter: TypeAdapter[Any]) -> Form:
    return Form(
        load=partial(adapter.validate_json, strict=True),
        dump=_dump,
        from_builtins=adapter.validate_python,
        to_builtins=_to_builtins,
    )


def mistakes(error: ValidationError) -> int:
    """How many mistakes an error names."""
    return error.error_count()


_ARRAY: TypeAdapter[Any] = TypeAdapter(list[AnyDocument])

LIBRARY = Library(
    name="pydantic",
    small=_form(TypeAdapter(SmallDocument)),
    large=_form(TypeAdapter(LargeDocument)),
    mixed=_form(TypeAdapter(AnyDocument)),
    mistakes=mistakes,
    load_array=partial(_ARRAY.validate_json, strict=True),
)
