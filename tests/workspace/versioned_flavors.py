"""A flavor of two forms, and components of the older one, as another stackkit once wrote them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final, final
from uuid import uuid4

from stackkit.core.component import StackComponent
from stackkit.core.component_type import ComponentType
from stackkit.core.migrations import Migration
from stackkit.workspace import component_records
from stackkit.workspace.records import ComponentRecord
from stackkit.workspace.workspace import Workspace

DEPOT: Final = ComponentType[Any]("depot")


class BaseDepot(StackComponent, abstract=True):
    """The base of the flavors here."""

    TYPE: ClassVar[ComponentType[Any]] = DEPOT


def _split(config: dict[str, Any]) -> dict[str, Any]:
    bucket, slash, folder = config.pop("path").partition("/")
    if not slash:
        raise ValueError("the path has no folder")
    return config | {"bucket": bucket, "folder": folder}


@final
class Depot(BaseDepot):
    """Had a path once; has a bucket and a folder now."""

    FLAVOR: ClassVar[str] = "depot"
    VERSION: ClassVar[int] = 2
    MIGRATIONS: ClassVar[Mapping[int, Migration]] = {1: _split}

    bucket: str
    folder: str
    limit: int = 5


def keep_old(workspace: Workspace, name: str, path: str) -> ComponentRecord:
    """Keep a component in the first form."""
    config: dict[str, object] = {"name": name, "uuid": str(uuid4()), "path": path}
    record = ComponentRecord("depot", name, "depot", 1, config)
    with workspace.store.write() as transaction:
        return component_records.create(transaction, record, workspace.registry)
