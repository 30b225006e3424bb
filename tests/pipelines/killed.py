"""A pipeline that is killed, and what it should give; its steps write down when they begin and end, outside of all stores.

Run as a program it runs the pipeline, or goes on with a run, in a process that others kill.
"""

from __future__ import annotations

import hashlib
import os
import random
import sys
import tempfile
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from uuid import UUID

import attrs

from stackkit import Stack
from stackkit.errors import StackkitError
from stackkit.flavors.artifact_store.local import LocalArtifactStore
from stackkit.flavors.metadata_store.postgresql import PostgresqlMetadataStore
from stackkit.flavors.metadata_store.sqlite import SqliteMetadataStore
from stackkit.flavors.orchestrator.local import LocalOrchestrator
from stackkit.pipelines import Retry, pipeline, resume, run, step
from stackkit.testing.steps import Event, Journal

BRANCHES: Final = 4
STEPS: Final = 2 * BRANCHES + 3
SMALL: Final = 50_000
"""Bytes of an artifact that is kept in memory until it is whole."""
LARGE: Final = (2 << 20) + 123
"""Bytes of one that is not."""
REFUSED: Final = 3
"""What the program ends with when the kit says what was wrong."""


@contextmanager
def _written(journal: str, number: int) -> Generator[None]:
    """Write down that a step begins, and that it ends; it takes long enough to be killed in the middle."""
    Journal(journal).write(Event("begin", number, os.getpid()))
    time.sleep(0.01)
    yield
    Journal(journal).write(Event("end", number, os.getpid()))


def content(number: int, salt: int) -> bytes:
    """What a branch of the pipeline makes."""
    return random.Random(number * salt).randbytes(LARGE if number % 2 else SMALL)  # noqa: S311 - no secret


@step
def begin(journal: str, number: int, salt: int) -> int:
    """The first of all."""
    with _written(journal, number):
        return salt


@step
def grow(journal: str, number: int, salt: int) -> bytes:
    """Make what is large."""
    with _written(journal, number):
        return content(number, salt)


@step
def measure(journal: str, number: int, data: bytes) -> tuple[int, str]:
    """Two outputs."""
    with _written(journal, number):
        return len(data), hashlib.md5(data, usedforsecurity=False).hexdigest()


@step
def keep(journal: str, number: int, sizes: list[int], sums: list[str]) -> Path:
    """Make a folder."""
    with _written(journal, number):
        folder = Path(tempfile.mkdtemp(prefix="kept-", dir=Path(journal).parent))
        for size, text in zip(sizes, sums, strict=True):
            (folder / text).write_text(str(size), "utf-8")
        return folder


@step
def total(journal: str, number: int, folder: Path) -> int:
    """Read the folder."""
    with _written(journal, number):
        return sum(int(path.read_text("utf-8")) for path in folder.iterdir())


@pipeline
def killed(journal: str, salt: int) -> None:
    """Chains side by side, and what comes of them together.

    Args:
        journal: The file that steps write to.
        salt: What their values depend on.
    """
    first = begin.with_options(name="step_0")(journal, 0, salt)
    measured: list[tuple[int, str]] = []
    for number in range(1, BRANCHES + 1):
        grown = grow.with_options(name=f"step_{number}", retries=Retry(times=1, delay=0.01))(journal, number, first)
        measured.append(measure.with_options(name=f"step_{number + BRANCHES}")(journal, number + BRANCHES, grown))
    folder = keep.with_options(name=f"step_{STEPS - 2}")(
        journal, STEPS - 2, [size for size, _ in measured], [text for _, text in measured]
    )
    total.with_options(name=f"step_{STEPS - 1}")(journal, STEPS - 1, folder)


def expected(salt: int) -> Mapping[str, tuple[object, ...]]:
    """What each step gives; of a folder, its files."""
    grown = {number: content(number, salt) for number in range(1, BRANCHES + 1)}
    sums = {number: hashlib.md5(data, usedforsecurity=False).hexdigest() for number, data in grown.items()}
    files = {sums[number]: str(len(data)) for number, data in grown.items()}
    return {
        "step_0": (salt,),
        **{f"step_{number}": (data,) for number, data in grown.items()},
        **{f"step_{number + BRANCHES}": (len(data), sums[number]) for number, data in grown.items()},
        f"step_{STEPS - 2}": (files,),
        f"step_{STEPS - 1}": (sum(map(len, grown.values())),),
    }


@attrs.frozen
class Place:
    """Where a pipeline runs.

    Args:
        folder: Its files.
        port: Of PostgreSQL on this machine, whose password is PGPASSWORD; 0 for SQLite.
        user: Of PostgreSQL.
        database: Of PostgreSQL.
        patience: Seconds to wait for a database that is not there.
    """

    folder: Path
    port: int = 0
    user: str = ""
    database: str = ""
    patience: int = 60

    @property
    def journal(self) -> Journal:
        """What the steps write down."""
        return Journal(str(self.folder / "journal"))

    @property
    def stack(self) -> Stack:
        """Two processes for steps, and records that survive them."""
        store = LocalArtifactStore(name="artifacts", path=str(self.folder / "artifacts"))
        return Stack(LocalOrchestrator(name="beside", workers=2), store, self._records(), name="killed")

    def _records(self) -> SqliteMetadataStore | PostgresqlMetadataStore:
        if not self.port:
            return SqliteMetadataStore(name="records", path=str(self.folder / "records.db"))
        return PostgresqlMetadataStore(
            name="records",
            host="127.0.0.1",
            port=self.port,
            database=self.database,
            username=self.user,
            reconnect_timeout=self.patience,
        )

    def command(self, name: str, salt: int, run_id: UUID | None) -> list[str]:
        """A program that runs the pipeline, or goes on with a run."""
        program = f"from {__name__} import main; main()"
        place = [str(self.folder), str(self.port), self.user, self.database, str(self.patience)]
        return [sys.executable, "-c", program, *place, name, str(salt), str(run_id or "")]


def main() -> None:
    """Run the pipeline as the command line says."""
    folder, port, user, database, patience, name, salt, run_id = sys.argv[1:]
    place = Place(Path(folder), int(port), user, database, int(patience))
    try:
        if run_id:
            resume(UUID(run_id), place.stack, use_cache=False)
        else:
            run(killed.compile(place.journal.path, int(salt)), place.stack, name=name, use_cache=False)
    except StackkitError as error:
        print(f"{type(error).__name__}: {error}")
        sys.exit(REFUSED)
