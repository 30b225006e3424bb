"""The laws of every component, kept by the flavors of the kit and by one with all kinds of fields, states and secrets."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import attrs
import pytest
from hypothesis import find
from tests.testing.strategies.sample import Addressed, Everything
from typing_extensions import override

from stackkit import Component, ComponentType, Problem, Secret, StackComponent, StackkitError
from stackkit.testing.contracts.component import ComponentContract
from stackkit.testing.strategies import components


class Served(StackComponent):
    """A component whose states are two files, as a server's are its data and its process."""

    TYPE: ClassVar[ComponentType[Component]] = ComponentType("served")
    FLAVOR: ClassVar[str] = "files"

    folder: str
    password: Secret
    others: dict[str, list[Secret]] = attrs.field(factory=dict[str, list[Secret]])

    @property
    @override
    def is_provisioned(self) -> bool:
        """Whether the folder is there."""
        return Path(self.folder).is_dir()

    @property
    @override
    def is_running(self) -> bool:
        """Whether the file is there."""
        return (Path(self.folder) / "running").exists()

    @override
    def provision(self) -> None:
        """Make the folder."""
        try:
            Path(self.folder).mkdir(exist_ok=True)
        except OSError as error:
            raise StackkitError(Problem("cannot be made", where=self.folder)) from error

    @override
    def deprovision(self) -> None:
        """Remove the folder."""
        if self.is_provisioned:
            Path(self.folder).rmdir()

    @override
    def resume(self) -> None:
        """Make the file."""
        assert self.password.is_resolved
        (Path(self.folder) / "running").touch()

    @override
    def suspend(self) -> None:
        """Remove the file."""
        (Path(self.folder) / "running").unlink(missing_ok=True)


class TestServed(ComponentContract[Served]):
    @pytest.fixture
    @override
    def component(self, tmp_path: Path) -> Served:
        secret = Secret("server.password").resolved("hunter2")
        return Served(name="served", folder=str(tmp_path / "served"), password=secret)

    @pytest.fixture
    @override
    def failing(self, tmp_path: Path, component: Served) -> Served:
        (tmp_path / "file").touch()
        return component.replace(folder=str(tmp_path / "file/below"))


class TestEverything(ComponentContract[Everything]):
    @pytest.fixture
    @override
    def component(self) -> Everything:
        return find(components(Everything), lambda _: True)


class TestAddressed(ComponentContract[Addressed]):
    @pytest.fixture
    @override
    def component(self) -> Addressed:
        return Addressed(name="store", path="s3://bucket")
