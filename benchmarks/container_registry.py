"""How pushing and pulling images compares with `skopeo copy`, on Debian's docker-registry."""

from __future__ import annotations

import io
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import IO

import attrs

from harness.process import process
from harness.report import Report
from harness.script import Options, run
from harness.timing import Side, duration, take_turns
from stackkit.flavors.container_registry.default import DefaultContainerRegistry
from stackkit.testing.images import layer_of, write_docker_archive, write_layout

MEGABYTE = 1_000_000
ROUNDS = 7
PUSH = (
    "import sys; from stackkit.flavors.container_registry.default import DefaultContainerRegistry as R; "
    "R(name='r', uri=sys.argv[1]).push_image('model:1', sys.argv[2])"
)
PULL = PUSH.replace("push_image", "pull_image")


@attrs.frozen
class Place:
    """Where everything is.

    Args:
        address: The registry's.
        storage: The folder that it keeps everything in; emptied, it has nothing.
        folder: A folder to write to.
    """

    address: str
    storage: Path
    folder: Path

    def forget(self) -> None:
        """Have the registry lose what it has."""
        shutil.rmtree(self.storage / "docker", ignore_errors=True)

    def registry(self) -> DefaultContainerRegistry:
        """A component that has pushed nothing yet."""
        return DefaultContainerRegistry(name="registry", uri=self.address)

    def skopeo(self, *arguments: str) -> Side:
        """A call of skopeo."""
        options = ("--dest-tls-verify=false",) if arguments[1].startswith("docker:") else ("--src-tls-verify=false",)
        return process(("skopeo", "copy", "--quiet", *options, *arguments), self.folder)


@attrs.frozen
class Comparison:
    """The same work done by skopeo, by a program of stackkit's, and by a call within one."""

    work: str
    skopeo: Side
    program: Side
    call: Side


@contextmanager
def running(folder: Path) -> Generator[Place]:
    """A registry while the block runs."""
    storage = f"{{filesystem: {{rootdirectory: {folder / 'storage'}}}, maintenance: {{uploadpurging: {{enabled: false}}}}}}"
    lines = ("version: 0.1", "log: {accesslog: {disabled: true}}", 'http: {addr: "127.0.0.1:0"}', f"storage: {storage}")
    (folder / "registry.yml").write_text("\n".join(lines), encoding="utf-8")
    command = ("docker-registry", "serve", "registry.yml")
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as started:
        said: IO[bytes] = started.stderr or io.BytesIO()
        try:
            found = next(filter(None, (re.search(rb"listening on (127\.0\.0\.1:\d+)", line) for line in said)))
            Thread(target=said.read, daemon=True).start()  # else it would wait for somebody who reads what it says
            yield Place(found[1].decode(), folder / "storage", folder)
        finally:
            started.kill()


def images(folder: Path) -> Iterator[tuple[str, Path]]:
    """What is pushed, each with what it is called; the layers do not compress."""
    noise = random.Random(0)  # noqa: S311 - data
    for title, sizes in (("1 layer of 1 MB", [1]), ("4 layers of 8 MB", [8] * 4), ("1 layer of 64 MB", [64])):
        layout = folder / title.replace(" ", "-")
        write_layout(layout, *(layer_of({"data": noise.randbytes(size * MEGABYTE)}) for size in sizes))
        yield title, layout


def comparisons(place: Place) -> Iterator[Comparison]:
    """What is measured."""
    for title, layout in images(place.folder):
        yield pushing(place, f"push {title}", f"oci:{layout}", layout, anew=True)
        if title.startswith("4"):
            yield pushing(place, f"push {title}, again", f"oci:{layout}", layout, anew=False)
            yield pulling(place, f"pull {title}")
    saved = place.folder / "saved.tar"
    text = " ".join(map(str, range(1_000_000))).encode()
    write_docker_archive(saved, {"model:1": [layer_of({"data": text})]})
    yield pushing(
        place, f"push a docker archive of {len(text) // MEGABYTE} MB of text", f"docker-archive:{saved}", saved, anew=True
    )


def pushing(place: Place, work: str, name: str, source: Path, *, anew: bool) -> Comparison:
    """A push of something that the registry has not, or has."""
    skopeo = place.skopeo(name, f"docker://{place.address}/model:1")
    program = process((sys.executable, "-c", PUSH, place.address, str(source)), place.folder)

    def after_forgetting(side: Side) -> Side:
        def forgetting() -> None:
            place.forget()
            side()

        return forgetting if anew else side

    def call() -> None:
        place.registry().push_image("model:1", source)

    call()
    return Comparison(work, after_forgetting(skopeo), after_forgetting(program), after_forgetting(call))


def pulling(place: Place, work: str) -> Comparison:
    """A pull of what was pushed before."""
    target = place.folder / "pulled"
    skopeo = place.skopeo(f"docker://{place.address}/model:1", f"oci:{target}:1")
    program = process((sys.executable, "-c", PULL, place.address, str(target)), place.folder)

    def fresh(side: Side) -> Side:
        def removing() -> None:
            shutil.rmtree(target, ignore_errors=True)
            side()

        return removing

    return Comparison(work, fresh(skopeo), fresh(program), fresh(lambda: place.registry().pull_image("model:1", target)))


def measure(report: Report, options: Options) -> None:
    """Compare, on a registry of its own."""
    missing = [name for name in ("docker-registry", "skopeo") if not shutil.which(name)]
    if missing:
        raise SystemExit(f"{' and '.join(missing)} not found: apt-get install {' '.join(missing)}")
    version = subprocess.run(("skopeo", "--version"), capture_output=True, text=True, check=True).stdout.strip()  # noqa: S607 - wherever it is
    report.text(
        f"Beside {version}, with Debian's docker-registry on the same machine. Before a push, the registry loses what it has, "
        "which is part of the time. A program of stackkit's starts Python and imports httpx each time; a call is made within "
        "one. What is pushed is checked by its digest by both. stackkit has a pulled layout on the disk (fsync) before it gets "
        "its name."
    )
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    rows: list[tuple[str, ...]] = []
    goals: list[tuple[str, float]] = []
    with TemporaryDirectory(dir=options.folder) as name, running(Path(name)) as place:
        for pair in comparisons(place):
            sides = {"skopeo": pair.skopeo, "program": pair.program, "call": pair.call}
            found = take_turns(sides, rounds=options.rounds or ROUNDS)
            ratios = {side: found.ratio(side, "skopeo") for side in ("program", "call")}
            times = [duration(found.median(side)) for side in sides]
            rows.append((pair.work, *times, *(f"{ratio:.2f}" for ratio in ratios.values())))
            goals.append((pair.work, ratios["call"]))
    header = ("", "skopeo copy", "stackkit, a program", "stackkit, a call", "ratio of the program", "ratio of the call")
    report.table("Pushing and pulling, medians, and ratios to skopeo", header, rows)
    for work, ratio in goals:
        report.goal(f"{work}, a call beside `skopeo copy`", at_most=1.0, found=ratio)


if __name__ == "__main__":
    run("Container registries", __file__, measure, ["httpx"])
