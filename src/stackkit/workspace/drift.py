"""Drift: a flavor's class has changed the form of its configuration, and its VERSION says that it has not.

The shape of a flavor's configuration is kept with its VERSION, from the moment on when the flavor, or the first component of
it, is registered. A change that older documents survive is taken over as soon as a component is written. Any other is
refused before a document of the new form is written beside those of the old one, and told where a document does not load.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import attrs

from stackkit.core.component import StackComponent, type_of
from stackkit.core.narrow import is_dict
from stackkit.errors import DocumentError, FlavorDriftError, NewerDocumentError, Problem, StackkitError
from stackkit.registry.registry import FlavorRegistry
from stackkit.serialization.document import load_component
from stackkit.serialization.shape import Difference, Shape, differences, shape_of
from stackkit.store.base import Snapshot, Store, Transaction
from stackkit.workspace import records
from stackkit.workspace.records import ComponentRecord


@attrs.frozen
class Drift:
    """How a flavor's class differs from what its components were kept as.

    Args:
        type: The slug of its component type.
        flavor: Its name.
        version: Its VERSION, which is that of the documents.
        changes: What changed, place by place.
        components: How many components are kept in this version.
    """

    type: str
    flavor: str
    version: int
    changes: Sequence[Difference]
    components: int

    @property
    def harms(self) -> bool:
        """Whether documents that are kept may not fit any more."""
        return self.components > 0 and not all(change.fits for change in self.changes)

    def problems(self) -> list[Problem]:
        """The changes that documents do not survive, each with what to do."""
        where = f"{self.type.replace('_', ' ')} {self.flavor}"
        return [
            Problem(
                f"{change.what}, and VERSION is still {self.version}", where=f"{where}.{change.place}", remedy=change.remedy
            )
            for change in self.changes
            if not change.fits
        ]


@attrs.frozen
class _Kept:
    """A shape as it is kept."""

    version: int
    shape: Shape
    revision: int


def remember(transaction: Transaction, flavor: type[StackComponent]) -> None:
    """Keep the shape that components of a flavor have from now on.

    Args:
        transaction: The workspace.
        flavor: The flavor's class.

    Raises:
        FlavorDriftError: Components are kept in another shape of the same version, which it does not read.
    """
    shape, kept = shape_of(flavor), _kept(transaction, flavor)
    if kept is not None and kept.version == flavor.VERSION and kept.shape.fingerprint == shape.fingerprint:
        return
    found = drift_of(transaction, flavor)
    if found is not None and found.harms:
        raise FlavorDriftError(*found.problems())
    body = {"version": flavor.VERSION, "fingerprint": shape.fingerprint, "fields": shape.to_builtins()}
    key = records.key(type_of(flavor).slug, flavor.FLAVOR)
    transaction.put(records.SHAPE, key, records.encode(body), revision=kept.revision if kept else 0)


def forget(transaction: Transaction, slug: str, name: str) -> None:
    """Keep no shape of a flavor any more: no component has it."""
    there = transaction.get(records.SHAPE, records.key(slug, name))
    if there is not None:
        transaction.delete(records.SHAPE, there.key, revision=there.revision)


def drift_of(snapshot: Snapshot, flavor: type[StackComponent]) -> Drift | None:
    """How a flavor's class differs from what its components were kept as; None where it does not, or its VERSION says so.

    Args:
        snapshot: The workspace.
        flavor: The flavor's class.
    """
    kept = _kept(snapshot, flavor)
    if kept is None or kept.version != flavor.VERSION:
        return None
    changes = differences(kept.shape, shape_of(flavor))
    slug, name = type_of(flavor).slug, flavor.FLAVOR
    components = map(records.component_record, snapshot.list(records.COMPONENT, records.key(slug, "")))
    users = sum(component.flavor == name and component.version == kept.version for component in components)
    return Drift(slug, name, kept.version, changes, users) if changes else None


def _kept(snapshot: Snapshot, flavor: type[StackComponent]) -> _Kept | None:
    there = snapshot.get(records.SHAPE, records.key(type_of(flavor).slug, flavor.FLAVOR))
    if there is None:
        return None
    try:
        found: object = json.loads(there.body)
    except ValueError:
        found = None
    version = found.get("version") if is_dict(found) else None
    fields = found.get("fields") if is_dict(found) else None
    return _Kept(version if type(version) is int else 0, Shape.from_builtins(fields), there.revision)


def load_kept(store: Store, record: ComponentRecord, registry: FlavorRegistry) -> StackComponent:
    """A component as it is kept.

    Args:
        store: Where it is kept.
        record: The component.
        registry: The flavors.

    Raises:
        FlavorDriftError: It does not fit its flavor's class, which has changed since; each change is named.
        DocumentError: It does not fit for another reason.
        FlavorNotFoundError: Its flavor cannot be imported.
    """
    try:
        return load_component(record.document, registry.flavor)
    except NewerDocumentError:
        raise
    except DocumentError as error:
        flavor = registry.flavor(record.type, record.flavor)
        with store.read() as snapshot:
            found = drift_of(snapshot, flavor) if record.version == flavor.VERSION else None
        problems = found.problems() if found else []
        if found is None or not problems:
            raise
        raise FlavorDriftError(*problems, *_others(error, found)) from error


def _others(error: StackkitError, found: Drift) -> list[Problem]:
    """The mistakes of a document that no change of its flavor explains."""
    places = [place for change in found.changes for place in (change.place, change.twin) if place]
    names = {place.partition(".")[0].partition("[")[0].partition("{")[0].partition("(")[0] for place in places}
    wheres = (
        (problem, problem.where.removeprefix("config.").partition(".")[0].partition("[")[0]) for problem in error.problems
    )
    return [problem for problem, name in wheres if name not in names]


class WorkspaceDrift:
    """Looks for flavors whose classes have changed the form of their configuration without a new VERSION.

    Args:
        store: The workspace's store.
        registry: The flavors it knows.
    """

    def __init__(self, store: Store, registry: FlavorRegistry) -> None:
        self._store = store
        self._registry = registry

    def of(self, flavor: type[StackComponent]) -> Drift | None:
        """How a flavor's class differs from what its components were kept as; None where it does not.

        Args:
            flavor: The class, registered or about to be.
        """
        with self._store.read() as snapshot:
            return drift_of(snapshot, flavor)

    def all(self) -> list[Drift]:
        """The flavors that differ, of those that components are kept of; one that cannot be imported is passed over."""
        found: list[Drift] = []
        with self._store.read() as snapshot:
            for document in snapshot.list(records.SHAPE):
                slug, _, name = document.key.partition("/")
                try:
                    drift = drift_of(snapshot, self._registry.flavor(slug, name))
                except StackkitError:
                    continue
                found += [drift] if drift is not None else []
        return found
