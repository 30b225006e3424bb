"""How the local artifact store compares with `open` and `shutil`, on the disk of the `--folder` that is given."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from harness.report import Report
from harness.script import Options, run
from harness.timing import Side, duration, take_turns
from stackkit.flavors.artifact_store.local import LocalArtifactStore

FILES = 1_000
SMALL = b"x" * 1_000
CHUNK = b"x" * (1 << 20)
CHUNKS = 64
ROUNDS = 7


class Pair(NamedTuple):
    """The same work done by plain Python and by the store."""

    work: str
    plain: Side
    store: Side


def small_files(folder: Path, store: LocalArtifactStore) -> Iterator[Pair]:
    """Many files of 1,000 bytes, in one folder."""
    plain = folder / "plain"
    plain.mkdir()
    store.mkdir("small")
    names = [f"{number}.bin" for number in range(FILES)]

    def write_plain() -> None:
        for name in names:
            with (plain / name).open("wb") as file:
                file.write(SMALL)

    def write_store() -> None:
        for name in names:
            with store.open(f"small/{name}", "wb") as file:
                file.write(SMALL)

    def replace_plain() -> None:
        """What plain code must do to write whole files: the fair comparison."""
        for name in names:
            with (plain / f"{name}.new").open("wb") as file:
                file.write(SMALL)
            (plain / f"{name}.new").replace(plain / name)

    def read_plain() -> None:
        for name in names:
            with (plain / name).open("rb") as file:
                file.read()

    def read_store() -> None:
        for name in names:
            with store.open(f"small/{name}", "rb") as file:
                file.read()

    yield Pair(f"write {FILES} files", write_plain, write_store)
    yield Pair(f"write {FILES} files, by renaming", replace_plain, write_store)
    yield Pair(f"read {FILES} files", read_plain, read_store)
    yield Pair(
        f"exists {FILES} files",
        lambda: [(plain / n).exists() for n in names],
        lambda: [store.exists(f"small/{n}") for n in names],
    )
    yield Pair(f"list {FILES} files", lambda: sorted(path.name for path in plain.iterdir()), lambda: store.listdir("small"))
    yield Pair(f"match {FILES} files", lambda: sorted(folder.glob("plain/*.bin")), lambda: store.glob("small/*.bin"))


def large_file(folder: Path, store: LocalArtifactStore) -> Iterator[Pair]:
    """One file of 64 MiB."""
    plain = folder / "large"

    def write_plain() -> None:
        with plain.open("wb") as file:
            for _ in range(CHUNKS):
                file.write(CHUNK)

    def write_store() -> None:
        with store.open("large", "wb") as file:
            for _ in range(CHUNKS):
                file.write(CHUNK)

    def read_plain() -> None:
        with plain.open("rb") as file:
            while file.read(len(CHUNK)):
                pass

    def read_store() -> None:
        with store.open("large", "rb") as file:
            while file.read(len(CHUNK)):
                pass

    yield Pair("write 64 MiB", write_plain, write_store)
    yield Pair("read 64 MiB", read_plain, read_store)
    yield Pair(
        "copy 64 MiB",
        lambda: shutil.copyfile(plain, folder / "copy"),
        lambda: store.copyfile("large", "copy", overwrite=True),
    )


def measure(report: Report, options: Options) -> None:
    """Compare, in a folder of its own."""
    report.text("One call each; beside it `open`, `os` and `shutil`, which write files in place.")
    rows: list[tuple[str, ...]] = []
    with TemporaryDirectory(dir=options.folder) as name:
        store = LocalArtifactStore(name="benchmark", path=f"{name}/store")
        store.provision()
        for pair in (*small_files(Path(name), store), *large_file(Path(name), store)):
            found = take_turns({"plain": pair.plain, "store": pair.store}, rounds=options.rounds or ROUNDS)
            times = [duration(found.median(side)) for side in ("plain", "store")]
            rows.append((pair.work, *times, f"{found.ratio('store', 'plain'):.2f}"))
    report.table("The local artifact store, medians", ("", "plain", "stackkit", "ratio to plain"), rows)


if __name__ == "__main__":
    run("Local artifact store", __file__, measure)
