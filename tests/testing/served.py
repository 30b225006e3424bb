"""A flavor with all that the laws of every component are about: fields, secrets, states, and what goes wrong."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import attrs
from typing_extensions import override

from stackkit import Component, ComponentType, Problem, Secret, StackComponent, StackkitError


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
