"""What a workspace writes into its store: flavors, components, stacks and settings, as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import attrs

from stackkit.core.names import titled
from stackkit.core.narrow import is_dict
from stackkit.errors import ConfigurationError, ConflictError, Problem, StackkitError, StoreError
from stackkit.registry.registry import FlavorRecord
from stackkit.store.base import Document, Transaction

if TYPE_CHECKING:  # a listing makes no components of its records
    from stackkit.serialization.document import FlavorLookup

FLAVOR: Final = "flavor"
COMPONENT: Final = "component"
STACK: Final = "stack"
SETTING: Final = "setting"
UUID: Final = "uuid"
"""The keys of components by their uuids, which makes a uuid belong to one component."""
SHAPE: Final = "shape"
"""The keys are those of flavors: the shape that the configuration of their components has in the version they were kept in."""
ACTIVE_STACK: Final = "active_stack"

NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")


def check_name(name: str, slug: str) -> None:
    """Refuse a name that cannot be typed on a command line or written as a key.

    Args:
        name: The name.
        slug: What is called so: the slug of a component type, or `stack`.

    Raises:
        ConfigurationError: It is no such name.
    """
    if not NAME.fullmatch(name):
        shown = name if name.isprintable() and len(name) <= 128 else ascii(name[:40])[1:-1]  # noqa: PLR2004 - as NAME says
        raise ConfigurationError(
            Problem(f'"{shown}" is no name for {titled(slug)}', remedy="use up to 128 letters, digits, - _ and . (not first)")
        )


def key(kind: str, name: str) -> str:
    """The key of a flavor or component: the slug of its type and its name."""
    return f"{kind}/{name}"


def active_key(place: str) -> str:
    """The key of the setting that says which stack is the active one.

    Args:
        place: The checkout whose it is, where several share the store; empty where the store is one checkout's.
    """
    return key(ACTIVE_STACK, place) if place else ACTIVE_STACK


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

    @property
    def key(self) -> str:
        """What the component is kept under."""
        return key(self.type, self.name)

    def is_same(self, other: ComponentRecord) -> bool:
        """Whether two records are written the same: 1, 1.0 and true are equal, and are not."""
        return encode(self.document) == encode(other.document)

    @classmethod
    def of(cls, document: Mapping[str, object], revision: int = 0) -> ComponentRecord:
        """The record of a component's document, as it is dumped.

        Raises:
            LookupError: It is no such document.
        """
        config, version = document["config"], document["version"]
        if not is_dict(config) or not isinstance(version, int):
            raise LookupError("config")
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


def following(body: str, slug: str, name: str, new_name: str) -> str:
    """The text of a record whose references to a component follow its new name.

    In a text of `encode` these characters stand for a reference and nothing else: within a string, quotes are escaped.

    Args:
        body: The text.
        slug: The component's type.
        name: What it was called.
        new_name: What it is called now.
    """
    return body.replace(_reference(slug, name), _reference(slug, new_name))


def _reference(slug: str, name: str) -> str:
    return encode({"$component": key(slug, name)})


def put(transaction: Transaction, kind: str, key: str, body: str, *, revision: int) -> Document:
    """Write a record.

    Raises:
        ConflictError: Somebody else changed it since that revision.
    """
    try:
        return transaction.put(kind, key, body, revision=revision)
    except ConflictError as error:
        raise changed_meanwhile(kind, key) from error


def changed_meanwhile(kind: str, key: str) -> ConflictError:
    """The error for a record that somebody else changed."""
    what = f"the {kind} {key} was changed by somebody else meanwhile; nothing was written"
    return ConflictError(Problem(what, remedy="look at it, and repeat the change"))


def _decoded(document: Document) -> dict[str, object]:
    try:
        found: object = json.loads(document.body)
    except (ValueError, RecursionError) as error:
        raise _damaged(document) from error
    if not is_dict(found):
        raise _damaged(document)
    return {str(name): value for name, value in found.items()}


def _damaged(document: Document) -> StoreError:
    return StoreError(Problem("is damaged", where=f"{document.kind} {document.key}", remedy="restore it from a backup"))


def component_record(document: Document) -> ComponentRecord:
    """The component of a document of the store.

    Raises:
        StoreError: It is damaged.
    """
    try:
        record = ComponentRecord.of(_decoded(document), document.revision)
    except LookupError as error:
        raise _damaged(document) from error
    if record.key != document.key:
        raise _damaged(document)
    return record


def normal(record: ComponentRecord, lookup: FlavorLookup) -> ComponentRecord:
    """A component's record as it would be written today: with the fields that its flavor got since; itself if it cannot.

    Args:
        record: As it was written.
        lookup: Gives the flavors that are known.
    """
    from stackkit.serialization.document import dump_component, load_component

    try:
        document = dump_component(load_component(record.document, lookup))
    except StackkitError:
        return record
    return ComponentRecord.of(document, record.revision)


def stack_record(document: Document) -> StackRecord:
    """The stack of a document of the store.

    Raises:
        StoreError: It is damaged.
    """
    components = _decoded(document).get("components")
    if not is_dict(components):
        raise _damaged(document)
    return StackRecord(document.key, {str(slug): str(name) for slug, name in components.items()}, document.revision)


def stack_body(components: Mapping[str, str]) -> str:
    """The text of a stack: the names of its components by the slugs of their types."""
    return encode({"components": dict(components)})


def flavor_record(document: Document) -> FlavorRecord:
    """The flavor of a document of the store.

    Raises:
        StoreError: It is damaged.
    """
    slug, _, name = document.key.partition("/")
    found = _decoded(document)
    path, summary = found.get("path"), found.get("summary")
    if not isinstance(path, str) or not isinstance(summary, str):
        raise _damaged(document)
    return FlavorRecord(slug, name, path, "workspace", summary)
