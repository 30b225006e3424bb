"""The three flavors as plain attrs classes, with functions written for each of them: strict, and without a wasted step.

orjson reads JSON, and writes UUIDs, times and enumerations by itself. The first mistake ends the reading.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import attrs
import orjson

from serialization_peers.library import Form, Library
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


SMALL = {"name", "uuid", "channel", "retries"}
MEDIUM = {"name", "uuid", "address", "mode", "size", "created", "parent"}
LIMITS = {"soft", "hard", "burst"}
REPLICA = {"uuid", "host", "port", "weight"}
LARGE = {attribute.name for attribute in attrs.fields(Large)}
ENVELOPE = {"type", "flavor", "version", "config"}


def refuse(what: str) -> ValueError:
    """The error for a wrong document."""
    return ValueError(f"{what} is missing, unknown or of the wrong type")


def check_texts(values: Iterable[object]) -> None:
    """Refuse what is no text."""
    for value in values:
        if type(value) is not str:
            raise refuse("a text of a field of config")


def read_small(raw: dict[str, Any]) -> Small:
    """A small configuration."""
    if type(raw) is not dict or raw.keys() != SMALL:
        raise refuse("config")
    name, uuid, channel, retries = raw["name"], raw["uuid"], raw["channel"], raw["retries"]
    if type(name) is not str or type(uuid) is not str or type(channel) is not str or type(retries) is not int:
        raise refuse("a field of config")
    return Small(name=name, uuid=UUID(uuid), channel=channel, retries=retries)


def read_medium(raw: dict[str, Any]) -> Medium:
    """A medium configuration."""
    if type(raw) is not dict or raw.keys() != MEDIUM:
        raise refuse("config")
    name, uuid, address, mode = raw["name"], raw["uuid"], raw["address"], raw["mode"]
    size, created, parent = raw["size"], raw["created"], raw["parent"]
    if type(name) is not str or type(uuid) is not str or type(address) is not str or type(size) is not int:
        raise refuse("a field of config")
    if type(created) is not str or (parent is not None and type(parent) is not str) or mode not in ("quiet", "loud"):
        raise refuse("a field of config")
    return Medium(
        name=name,
        uuid=UUID(uuid),
        address=address,
        mode=mode,
        size=size,
        created=datetime.fromisoformat(created),
        parent=None if parent is None else UUID(parent),
    )


def read_limits(raw: dict[str, Any]) -> Limits:
    """A nested object."""
    if type(raw) is not dict or raw.keys() != LIMITS:
        raise refuse("limits")
    soft, hard, burst = raw["soft"], raw["hard"], raw["burst"]
    if type(soft) is not int or type(hard) is not int or (burst is not None and type(burst) is not float):
        raise refuse("a field of limits")
    return Limits(soft=soft, hard=hard, burst=burst)


def read_replica(raw: dict[str, Any]) -> Replica:
    """An object in a list."""
    if type(raw) is not dict or raw.keys() != REPLICA:
        raise refuse("replicas")
    uuid, host, port, weight = raw["uuid"], raw["host"], raw["port"], raw["weight"]
    if type(uuid) is not str or type(host) is not str or type(port) is not int or type(weight) is not float:
        raise refuse("a field of replicas")
    return Replica(uuid=UUID(uuid), host=host, port=port, weight=weight)


def read_large(raw: dict[str, Any]) -> Large:
    """A large configuration."""
    if type(raw) is not dict or raw.keys() != LARGE:
        raise refuse("config")
    name, uuid, endpoint, created, expires = raw["name"], raw["uuid"], raw["endpoint"], raw["created"], raw["expires"]
    retries, timeout, verify, bucket, proxy = raw["retries"], raw["timeout"], raw["verify"], raw["bucket"], raw["proxy"]
    tags: list[str] = raw["tags"]
    labels: dict[str, str] = raw["labels"]
    replicas: list[dict[str, Any]] = raw["replicas"]
    if type(name) is not str or type(uuid) is not str or type(endpoint) is not str or type(created) is not str:
        raise refuse("a field of config")
    if type(retries) is not int or type(timeout) is not float or type(verify) is not bool:
        raise refuse("a field of config")
    if expires is not None and type(expires) is not str:
        raise refuse("a field of config")
    if (bucket is not None and type(bucket) is not str) or (proxy is not None and type(proxy) is not str):
        raise refuse("a field of config")
    if type(tags) is not list or type(labels) is not dict or type(replicas) is not list:
        raise refuse("a field of config")
    check_texts(tags)
    check_texts(labels.values())
    return Large(
        name=name,
        uuid=UUID(uuid),
        endpoint=endpoint,
        region=Region(raw["region"]),
        created=datetime.fromisoformat(created),
        expires=None if expires is None else datetime.fromisoformat(expires),
        retries=retries,
        timeout=timeout,
        verify=verify,
        bucket=bucket,
        proxy=proxy,
        tags=tags,
        labels=labels,
        limits=read_limits(raw["limits"]),
        replicas=[read_replica(replica) for replica in replicas],
    )


def read_any(raw: dict[str, Any]) -> Small | Medium | Large:
    """A configuration out of its envelope."""
    if type(raw) is not dict or raw.keys() != ENVELOPE or raw["type"] != "alerter":
        raise refuse("the envelope")
    if type(raw["version"]) is not int or raw["version"] != 1:
        raise refuse("the version")
    flavor, config = raw["flavor"], raw["config"]
    if flavor == "small":
        return read_small(config)
    if flavor == "medium":
        return read_medium(config)
    if flavor == "large":
        return read_large(config)
    raise refuse("the flavor")


def write_small(value: Small) -> dict[str, object]:
    """A document with values that orjson writes."""
    config = {"name": value.name, "uuid": value.uuid, "channel": value.channel, "retries": value.retries}
    return {"type": "alerter", "flavor": "small", "version": 1, "config": config}


def write_medium(value: Medium) -> dict[str, object]:
    """A document with values that orjson writes."""
    config = {
        "name": value.name,
        "uuid": value.uuid,
        "address": value.address,
        "mode": value.mode,
        "size": value.size,
        "created": value.created,
        "parent": value.parent,
    }
    return {"type": "alerter", "flavor": "medium", "version": 1, "config": config}


def write_large(value: Large) -> dict[str, object]:
    """A document with values that orjson writes."""
    limits = value.limits
    config = {
        "name": value.name,
        "uuid": value.uuid,
        "endpoint": value.endpoint,
        "region": value.region,
        "created": value.created,
        "expires": value.expires,
        "retries": value.retries,
        "timeout": value.timeout,
        "verify": value.verify,
        "bucket": value.bucket,
        "proxy": value.proxy,
        "tags": value.tags,
        "labels": value.labels,
        "limits": {"soft": limits.soft, "hard": limits.hard, "burst": limits.burst},
        "replicas": [{"uuid": r.uuid, "host": r.host, "port": r.port, "weight": r.weight} for r in value.replicas],
    }
    return {"type": "alerter", "flavor": "large", "version": 1, "config": config}


WRITERS: dict[type, Callable[[Any], dict[str, object]]] = {Small: write_small, Medium: write_medium, Large: write_large}


def to_builtins(value: Any) -> dict[str, Any]:
    """A document of builtins."""
    document: dict[str, Any] = WRITERS[type(value)](value)
    config = document["config"]
    config["uuid"] = str(config["uuid"])
    if type(value) is Medium:
        config["created"] = value.created.isoformat()
        config["parent"] = None if value.parent is None else str(value.parent)
    elif type(value) is Large:
        config["region"] = value.region.value
        config["created"] = value.created.isoformat()
        config["expires"] = None if value.expires is None else value.expires.isoformat()
        for replica in config["replicas"]:
            replica["uuid"] = str(replica["uuid"])
    return document


def _form(flavor: str, write: Callable[[Any], dict[str, object]]) -> Form:
    def read(raw: dict[str, Any]) -> object:
        if type(raw) is dict and raw.get("flavor") != flavor:
            raise refuse("the flavor")
        return read_any(raw)

    return Form(
        load=lambda data: read(orjson.loads(data)),
        dump=lambda value: orjson.dumps(write(value)),
        from_builtins=read,
        to_builtins=to_builtins,
    )


LIBRARY = Library(
    name="by hand",
    small=_form("small", write_small),
    large=_form("large", write_large),
    mixed=Form(
        load=lambda data: read_any(orjson.loads(data)),
        dump=lambda value: orjson.dumps(WRITERS[type(value)](value)),
        from_builtins=read_any,
        to_builtins=to_builtins,
    ),
    load_array=lambda data: [read_any(raw) for raw in orjson.loads(data)],
)
