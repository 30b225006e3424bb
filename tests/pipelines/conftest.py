"""A stack on which pipelines run here, one step after the other, and modules that are written by tests."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Generator
from pathlib import Path
from textwrap import dedent
from types import ModuleType
from typing import Protocol

import pytest
from tests.pipelines.loop import LoopOrchestrator

from stackkit import Stack
from stackkit.flavors.artifact_store.local import LocalArtifactStore
from stackkit.flavors.metadata_store.sqlite import SqliteMetadataStore


class WriteModule(Protocol):
    """Writes a module and imports it, anew where it was imported before."""

    def __call__(self, text: str, name: str = "written_module") -> ModuleType: ...


@pytest.fixture
def store(tmp_path: Path) -> LocalArtifactStore:
    return LocalArtifactStore(name="files", path=str(tmp_path / "artifacts"))


@pytest.fixture
def metadata(tmp_path: Path) -> SqliteMetadataStore:
    return SqliteMetadataStore(name="records", path=str(tmp_path / "records.db"))


@pytest.fixture
def stack(store: LocalArtifactStore, metadata: SqliteMetadataStore) -> Stack:
    return Stack(LoopOrchestrator(name="loop"), store, metadata, name="here")


@pytest.fixture
def write_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[WriteModule]:
    folder = tmp_path / "modules"
    folder.mkdir()
    monkeypatch.setattr(sys, "path", [str(folder), *sys.path])
    names: set[str] = set()

    def write(text: str, name: str = "written_module") -> ModuleType:
        (folder / f"{name}.py").write_text(dedent(text), encoding="utf-8")
        sys.modules.pop(name, None)
        names.add(name)
        importlib.invalidate_caches()
        for compiled in folder.glob("__pycache__/*"):
            compiled.unlink()
        return importlib.import_module(name)

    yield write
    for name in names:
        sys.modules.pop(name, None)
