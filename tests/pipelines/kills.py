"""Kills pipelines with -9 at random moments: the parent, a worker, all of them, and the database; and looks at what is left.

`python -m tests.pipelines.kills --times 50 --seed 1` says what came of it. What it kills and when follows from the seed, as
far as that goes: what the machine does at that moment does not.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final, Literal, TypeAlias

import attrs
from tests.pipelines.kill_checks import State, problems, state_of
from tests.pipelines.killed import STEPS, Place
from tests.servers.postgresql import postgresql
from tests.servers.server import PASSWORD, Server

Victim: TypeAlias = Literal["parent", "worker", "all", "database", "database for long", "connection"]

LONG: Final = 180.0
"""Seconds, which nothing here takes on any machine."""
VICTIMS: Final[tuple[Victim, ...]] = ("parent", "worker", "all", "database", "connection", "database for long")
OF_SQLITE: Final = 3
"""How many of them there are where the database has no process."""


@attrs.define
class Report:
    """What came of some rounds.

    Args:
        kills: What was killed, and how often.
        found: How runs were found after a kill: how they are recorded, and how many of their steps are done.
        late: How many kills came too late, for the pipeline was over.
        wrong: What did not hold.
    """

    kills: Counter[str] = attrs.field(factory=Counter[str])
    found: Counter[str] = attrs.field(factory=Counter[str])
    late: int = 0
    wrong: list[str] = attrs.field(factory=list[str])

    def add(self, other: Report) -> None:
        """Add what came of other rounds."""
        self.kills += other.kills
        self.found += other.found
        self.late += other.late
        self.wrong += other.wrong


class Round:
    """A pipeline that is killed, once or more often, and then goes on to its end.

    Args:
        place: Where it runs.
        server: The database; None where it is a file.
        chance: What decides.
        victim: What is killed first.
        report: What came of it.
    """

    def __init__(self, place: Place, server: Server | None, chance: random.Random, victim: Victim, report: Report) -> None:
        self._place = place
        self._server = server
        self._chance = chance
        self._report = report
        self._victims: list[Victim | None] = [victim]
        while chance.random() < 0.3:
            self._victims.append(chance.choice(VICTIMS if server else VICTIMS[:OF_SQLITE]))
        self._victims.append(None)
        self.name = f"{place.folder.name}: {', '.join(filter(None, self._victims))}"

    def play(self) -> None:
        """Run, kill and look, until nothing is left to kill and the run has to end well."""
        salt = self._chance.randrange(1, 1_000_000)
        state = state_of(self._place, self.name)
        for victim in self._victims:
            if state.run and state.run.status == "completed":  # the kill was of no harm
                break
            before = state
            code = self._run(victim, before, salt)
            state = state_of(self._place, self.name)
            wrong = [*problems(self._place, before, state, code, salt)]
            if victim is None and code:
                wrong.append(f"what goes on ended with {code}")
            if victim is not None:
                self._report.found[f"{state.run.status if state.run else 'nothing'}, {len(state.done):2} done"] += 1
            self._report.wrong += [f"{self.name} ({victim}): {one}; {self._said()}" for one in wrong]

    def _said(self) -> str:
        return (self._place.folder / "said").read_text("utf-8", "replace")[-600:]

    def _run(self, victim: Victim | None, before: State, salt: int) -> int:
        """Run or go on, and kill somebody meanwhile."""
        place = attrs.evolve(self._place, patience=1) if victim == "database for long" else self._place
        command = place.command(self.name, salt, before.run.id if before.run else None)
        variables = {**os.environ, "PYTHONPATH": _path(), "PGPASSWORD": PASSWORD}
        with (place.folder / "said").open("wb") as said:
            parent = subprocess.Popen(
                command, env=variables, stdout=said, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True
            )
        try:
            if victim is not None:
                self._wait_for_the_moment(parent, sum(before.begun.values()) + sum(before.ended.values()))
                self._kill(victim, parent)
            return parent.wait(LONG)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(parent.pid, signal.SIGKILL)
            parent.wait()

    def _wait_for_the_moment(self, parent: subprocess.Popen[bytes], lines: int) -> None:
        """Until the steps have written so many lines, and a little longer; or a while after the start."""
        more = self._chance.randrange(-1, max(2 * STEPS - lines, 1))
        journal, until = Path(self._place.journal.path), time.monotonic() + LONG
        while more >= 0 and parent.poll() is None and time.monotonic() < until:
            if journal.exists() and journal.read_bytes().count(b"\n") >= lines + more:
                break
            time.sleep(0.001)
        time.sleep(self._chance.uniform(0, 0.04 if more >= 0 else 1.5))

    def _kill(self, victim: Victim, parent: subprocess.Popen[bytes]) -> None:
        late = parent.poll() is not None
        if victim == "parent":
            parent.kill()
        elif victim == "worker":
            late = not self._kill_one_of(lambda: [*_workers(parent.pid)], parent)
        elif victim == "all":
            with suppress(ProcessLookupError):
                os.killpg(parent.pid, signal.SIGKILL)
        elif victim == "connection":
            late = not self._kill_one_of(self._connections, parent)
        else:
            self._kill_database(parent, for_long=victim == "database for long")
        self._report.late += late
        self._report.kills[f"{victim}, {'postgresql' if self._server else 'sqlite'}"] += 1

    def _kill_one_of(self, find: Callable[[], list[int]], parent: subprocess.Popen[bytes]) -> bool:
        """Kill some process as soon as there is one, and say whether one was there before the parent was gone."""
        while parent.poll() is None:
            found = find()
            with suppress(ProcessLookupError):
                if found:
                    os.kill(self._chance.choice(found), signal.SIGKILL)
                    return True
            time.sleep(0.001)
        return False

    def _connections(self) -> list[int]:
        """The server's processes for one client each; the server begins anew when it loses one."""
        assert self._server
        try:
            master = int((self._server.folder / "data" / "postmaster.pid").read_text("utf-8").split()[0])
        except (FileNotFoundError, IndexError):
            return []
        return [child for child in _children(master) if b"127.0.0.1" in _command(child)]

    def _kill_database(self, parent: subprocess.Popen[bytes], *, for_long: bool) -> None:
        assert self._server
        self._server.kill()
        if for_long:  # nobody waits so long for it
            parent.wait(LONG)
        else:
            time.sleep(self._chance.uniform(0, 0.3))
        self._server.start()


def _path() -> str:
    return os.pathsep.join(filter(None, (os.environ.get("PYTHONPATH"), str(Path(__file__).parents[2]))))


def _children(process: int) -> list[int]:
    try:
        return [int(word) for word in Path(f"/proc/{process}/task/{process}/children").read_text("ascii").split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def _command(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def _workers(parent: int) -> Iterator[int]:
    """The processes that run steps: children of the server that forks, which is a child of the parent."""
    for child in _children(parent):
        yield from _children(child)


def rounds(times: int, seed: int, folder: Path, server: Server | None, begin: int = 0) -> Report:
    """Play some rounds, in which all victims have their turns.

    Args:
        times: How many.
        seed: What is killed when follows from it.
        folder: Where files are kept.
        server: PostgreSQL; None for SQLite.
        begin: The number of the first.
    """
    report, victims = Report(), VICTIMS if server else VICTIMS[:OF_SQLITE]
    for number in range(begin, begin + times):
        own = folder / f"{'postgresql' if server else 'sqlite'} {number}"
        own.mkdir()
        place = Place(own, server.port, server.user, server.database) if server else Place(own)
        chance = random.Random(f"{seed} {own.name}")  # noqa: S311 - no secret
        Round(place, server, chance, victims[number % len(victims)], report).play()
    return report


def main() -> int:
    """Play rounds as the command line says, half of them on each database."""
    parser = argparse.ArgumentParser(description="Kill pipelines at random moments, and look at what is left.")
    parser.add_argument("--times", type=int, default=50, help="how many pipelines are killed")
    parser.add_argument("--seed", type=int, default=1, help="what is killed when follows from it")
    given = parser.parse_args()
    os.environ["PGPASSWORD"] = PASSWORD
    total = Report()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, postgresql() as server:
        for number in range(given.times):
            found = rounds(1, given.seed, Path(folder), server if number % 2 else None, number // 2)
            total.add(found)
            print(f"{number + 1}: {dict(found.kills)}, {dict(found.found)}", *found.wrong, sep="\n  ", flush=True)
    print(f"{given.times} pipelines in {time.monotonic() - began:.0f} s, {total.kills.total()} kills, {total.late} too late:")
    print(*(f"  {name}: {times}" for name, times in sorted((total.kills + total.found).items())), sep="\n")
    print(f"{len(total.wrong)} problems")
    return bool(total.wrong)


if __name__ == "__main__":
    sys.exit(main())
