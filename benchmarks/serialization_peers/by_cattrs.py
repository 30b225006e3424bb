"""The three flavors as plain attrs classes, with the converter for orjson as cattrs ships it, detailed and without extra keys.

It converts values of the wrong type rather than refusing them. A hook for UUIDs has to be registered to read them.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any, Literal
from uuid import UUID

import attrs
import orjson
from cattrs.preconf.orjson import make_converter

from serialization_peers.library import Form, Library, grouped_mistakes
from serialization_peers.values import Region


@attrs.define(kw_only=True)
class Small:
    """Four fields."""

    name: str
    uuid: UUID
    channel: str
    retries: int


@attrs.define(kw_only=True)
class Medium:
    """Seven fields."""

    name: str
    uuid: UUID
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


@attrs.define(kw_only=True)
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


@attrs.define(kw_only=True)
class SmallDocument:
    """The envelope of a small one."""

    type: Literal["alerter"]
    flavor: Literal["small"]
    version: Literal[1]
    config: Small


@attrs.define(kw_only=True)
class MediumDocument:
    """The envelope of a medium one."""

    type: Literal["alerter"]
    flavor: Literal["medium"]
    version: Literal[1]
    config: Medium


@attrs.define(kw_only=True)
class LargeDocument:
    """The envelope of a large one."""

    type: Literal["alerter"]
    flavor: Literal["large"]
    version: Literal[1]
    config: Large


_DOCUMENTS: dict[str, type[Any]] = {"small": SmallDocument, "medium": MediumDocument, "large": LargeDocument}
_CONVERTER = make_converter(detailed_validation=True, forbid_extra_keys=True)
_CONVERTER.register_structure_hook(UUID, lambda value, _: UUID(value))


def _read_any(data: dict[str, Any]) -> object:
    return _CONVERTER.structure(data, _DOCUMENTS[data["flavor"]])


def _form(document: type[Any]) -> Form:
    return Form(
        load=partial(_CONVERTER.loads, cl=document),
        dump=_CONVERTER.dumps,
        from_builtins=partial(_CONVERTER.structure, cl=document),
        to_builtins=_CONVERTER.unstructure,
    )


LIBRARY = Library(
    name="cattrs",
    small=_form(SmallDocument),
    large=_form(LargeDocument),
    mixed=Form(
        load=lambda data: _read_any(orjson.loads(data)),
        dump=_CONVERTER.dumps,
        from_builtins=_read_any,
        to_builtins=_CONVERTER.unstructure,
    ),
    mistakes=grouped_mistakes,
)
