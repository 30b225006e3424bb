"""Hypothesis strategies, derived from any flavor's fields: its components, its documents, stacks.

>>> from hypothesis import given
>>> from stackkit import dumps, loads
>>> from stackkit.flavors.artifact_store.local import LocalArtifactStore
>>> @given(components(LocalArtifactStore))
... def test_it_is_read_as_it_was_written(store: LocalArtifactStore) -> None:
...     assert loads(dumps(store), LocalArtifactStore) == store
>>> test_it_is_read_as_it_was_written()
"""

from __future__ import annotations

from stackkit.testing.strategies.components import components
from stackkit.testing.strategies.documents import Document, documents
from stackkit.testing.strategies.stacks import stacks

__all__ = ["Document", "components", "documents", "stacks"]
