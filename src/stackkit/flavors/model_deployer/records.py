"""What is kept of each server: a folder of its own, with what it serves, its lock and its log."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import attrs

from stackkit.components.model_deployer import ModelDeployment
from stackkit.errors import LifecycleError, Problem


@attrs.frozen(kw_only=True)
class ServerRecord:
    """What is known of a server while nothing of it runs.

    Args:
        uuid: What identifies it.
        deployment: What it serves.
        created: When it was first deployed, in UTC; servers are listed in this order.
        port: Where it listened last; 0 before the first time.
        wanted: Whether it is to run, as far as its deployer is up.
        starting: Whether somebody is starting it, or was killed while they did.
        failure: Why it did not come up the last time that it was started.
    """

    uuid: UUID = attrs.field(factory=uuid4)
    deployment: ModelDeployment
    created: str = attrs.field(factory=lambda: datetime.now(UTC).isoformat())
    port: int = 0
    wanted: bool = True
    starting: bool = False
    failure: str = ""


@attrs.frozen
class ServerFolder:
    """The folder of a server.

    Args:
        path: Where it is; its name is the server's identifier.
    """

    path: Path

    @property
    def lock(self) -> Path:
        """What is locked by whoever starts, stops, replaces or deletes the server."""
        return self.path / "lock"

    @property
    def alive(self) -> Path:
        """What is locked by the server's supervisor as long as it lives."""
        return self.path / "alive"

    @property
    def control(self) -> Path:
        """The socket that the supervisor takes orders on."""
        return self.path / "control"

    @property
    def log(self) -> Path:
        """What the server and its supervisor have written."""
        return self.path / "server.log"

    @property
    def is_there(self) -> bool:
        """Whether there is a record, as far as can be seen."""
        try:
            return self._record.exists()
        except OSError:
            return True

    @property
    def _record(self) -> Path:
        return self.path / "record.json"

    def read(self) -> ServerRecord | None:
        """The record, or None where the server was deleted.

        Raises:
            LifecycleError: The record is damaged or cannot be read.
        """
        import msgspec

        try:
            return msgspec.json.decode(self._record.read_bytes(), type=ServerRecord)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, msgspec.MsgspecError) as error:
            problem = Problem(f"cannot be read: {error}", where=str(self._record), remedy=f"remove the folder {self.path}")
            raise LifecycleError(problem) from error

    def write(self, record: ServerRecord) -> None:
        """Keep a record, whole or not at all. One writer at a time: the supervisor while it lives, or who has the lock."""
        import msgspec

        write_whole(self._record, msgspec.json.encode(record))

    def lines(self, tail: int | None = None) -> list[str]:
        """The lines of the log, or the last of them; none where nothing was written.

        Args:
            tail: How many at most.
        """
        try:
            found = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return []
        return found if tail is None else found[max(0, len(found) - tail) :]

    def remove(self) -> None:
        """Remove the folder; the record first, so that no half of a server is seen."""
        self._record.unlink(missing_ok=True)
        shutil.rmtree(self.path, ignore_errors=True)


def write_whole(file: Path, content: bytes) -> None:
    """Put a file in the place of another, whole or not at all.

    Args:
        file: The file.
        content: Its bytes from now on.
    """
    new = file.with_name(f"{file.name}.{os.getpid()}")
    with new.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    new.replace(file)


def folders(root: Path) -> Iterator[ServerFolder]:
    """The folders of all servers, deleted ones too while they are being removed.

    Args:
        root: The deployer's folder.
    """
    try:
        entries = sorted(root.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return
    for entry in entries:
        if _is_uuid(entry.name):
            yield ServerFolder(entry)


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
