"""Artifacts in one SQLite file."""

from __future__ import annotations

from stackkit_sqlite_store.store import SqliteArtifactStore

__all__ = ["SqliteArtifactStore"]
