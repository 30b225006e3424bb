"""What a workspace writes into its store: flavors, components, stacks and settings, as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Final

import attrs

from stackkit.core.narrow import is_dict
from stackkit.errors import ConfigurationError, Problem, StoreError
from stackkit.registry.registry import FlavorRecord
from stackkit.store.base import Document

FLAVOR: Final = "flavor"
COMPONENT: Final = "component"
STACK: Final = "stack"
SETTING: Final = "setting"
ACTIVE_STACK: Final = "active_stack"

NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")


def check_name(name: str, what: str) -> None:
    """Refuse a name that cannot be typed on a command line or written as a key.

    Args:
        name: The name.
        what: What is called so, for the message.

    Raises:
        ConfigurationError: It is no such name.
    """
    if not NAME.fullmatch(name):
        shown = name if name.isprintable() and len(name) <= 128 else ascii(name[:40])  # noqa: PLR2004 - as NAME says
        raise ConfigurationError(
            Problem(f'"{shown}" is no name for a {what}', remedy="use up to 128 letters, digits, - _ and . (not first)")
        )


def key(kind: str, name: str) -> str:
    """The key of a flavor or component: the slug of its type and its name."""
    return f"{kind}/{name}"


@attrs.frozen
class ComponentRecord:
    """A component as a workspace keeps it: its document, and its revision.

    Args:
        type: The slug of its type.
        name: Its name.
        flavor: The name of its flavor.
        version: The version of its configuration's form.
        config: Its configuration, as builtins.
        revision: How often it was written.
    """

    type: str
    name: str
    flavor: str
    version: int
    config: Mapping[str, object]
    revision: int = attrs.field(default=0, eq=False)

    @property
    def uuid(self) -> str:
        """What identifies the component for ever."""
        return str(self.config.get("uuid", ""))

    @property
    def document(self) -> dict[str, object]:
        """The component's document, as builtins."""
        return {"type": self.type, "flavor": self.flavor, "version": self.version, "config": dict(self.config)}

    @classmethod
    def of(cls, document: Mapping[str, object], revision: int = 0) -> ComponentRecord:
        """A record of a component's document that was dumped by us."""
        config, version = document["config"], document["version"]
        if not is_dict(config) or not isinstance(version, int):
            raise StoreError(Problem("a component's document is damaged"))
        builtins = {str(field): value for field, value in config.items()}
        return cls(str(document["type"]), str(builtins["name"]), str(document["flavor"]), version, builtins, revision)


@attrs.frozen
class StackRecord:
    """A stack as a workspace keeps it: the names of its components by the slugs of their types.

    Args:
        name: Its name.
        components: Names of components, by the slugs of their types.
        revision: How often it was written.
    """

    name: str
    components: Mapping[str, str]
    revision: int = attrs.field(default=0, eq=False)


def encode(value: object) -> str:
    """The text of a record."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _decoded(document: Document) -> dict[str, object]:
    try:
        found: object = json.loads(document.body)
    except ValueError as error:
        raise _damaged(document) from error
    if not is_dict(found):
        raise _damaged(document)
    return {str(name): value for name, value in found.items()}


def _damaged(document: Document) -> StoreError:
    return StoreError(Problem("is damaged", where=f"{document.kind} {document.key}", remedy="restore it from a backup"))


def component_record(document: Document) -> ComponentRecord:
    """The component of a document of the store."""
    try:
        return ComponentRecord.of(_decoded(document), document.revision)
    except KeyError as error:
        raise _damaged(document) from error


def stack_record(document: Document) -> StackRecord:
    """The stack of a document of the store."""
    components = _decoded(document).get("components")
    if not is_dict(components):
        raise _damaged(document)
    return StackRecord(document.key, {str(slug): str(name) for slug, name in components.items()}, document.revision)


def flavor_record(document: Document) -> FlavorRecord:
    """The flavor of a document of the store."""
    slug, _, name = document.key.partition("/")
    found = _decoded(document)
    return FlavorRecord(slug, name, str(found.get("path", "")), "workspace", str(found.get("summary", "")))
