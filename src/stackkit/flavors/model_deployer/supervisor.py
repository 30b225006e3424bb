"""What keeps a model served: `python -m stackkit.flavors.model_deployer.supervisor SPEC`, one process for each server.

It holds the listening socket, so that the port and the connections that wait stay while models come and go: a new version is
started beside the old one, and takes over when it answers. What ends unasked is started again, later each time. The
processes that it starts end with it, however it ends.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

import attrs

from stackkit.components.model_deployer import ModelDeployment, ServerStatus
from stackkit.errors import Problem
from stackkit.flavors.model_deployer.locks import hold_for_life
from stackkit.flavors.model_deployer.orders import LONGEST_LINE, Answer, Order, order_of, reachable
from stackkit.flavors.model_deployer.records import ServerFolder, ServerRecord
from stackkit.flavors.model_deployer.specs import SupervisorSpec, load
from stackkit.flavors.model_deployer.workers import StartError, Worker, WorkerStarter

LOOPBACK: Final = "127.0.0.1"
LEAST_LIMIT: Final = 60.0
"""How long a model may take to come back at least, in seconds; longer, where it was given longer to come up."""
FIRST_PAUSE: Final = 0.1
LONGEST_PAUSE: Final = 30.0
STEADY: Final = 60.0
"""After how many seconds without an accident those before do not count any more."""
LOOKING: Final = 2.0
"""How often a supervisor looks whether its folder is there still, in seconds."""


class Supervisor:
    """Keeps one server.

    Args:
        spec: What it was started with.
    """

    def __init__(self, spec: SupervisorSpec) -> None:
        self._folder = ServerFolder(Path(spec.folder))
        self._deployment = spec.deployment
        self._socket = self._listening()
        self._port: int = self._socket.getsockname()[1]
        self._starter = WorkerStarter(spec.root, spec.threads, self._socket)
        self._current: Worker | None = None
        self._changing = asyncio.Lock()
        self._limit = LEAST_LIMIT
        self._accidents = 0
        self._message = ""
        self._stopping = asyncio.Event()
        self._stopped: asyncio.Task[None] | None = None
        self._watching: set[asyncio.Task[None]] = set()

    def _listening(self) -> socket.socket:
        """A socket at the port that the server had before, if that is free, or at any other."""
        record = self._folder.read()
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((LOOPBACK, record.port if record else 0))
        except OSError:
            listening.bind((LOOPBACK, 0))
        listening.listen(socket.SOMAXCONN)
        return listening

    async def run(self, timeout: float, report: int) -> None:  # noqa: ASYNC109 - it is told to others
        """Serve until told to stop.

        Args:
            timeout: How long coming up may take, in seconds.
            report: The descriptor that says how that went.
        """
        self._folder.control.unlink(missing_ok=True)
        with reachable(self._folder.control) as address:
            orders = await asyncio.start_unix_server(self._take_order, address, limit=LONGEST_LINE)
        if not await self._come_up(timeout, report):
            self._end()
        while not self._stopping.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), LOOKING)
            if not self._folder.is_there:  # somebody has removed the project
                self._end()
        await self._end()
        orders.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*others, return_exceptions=True)
        self._folder.control.unlink(missing_ok=True)

    async def _come_up(self, timeout: float, report: int) -> bool:  # noqa: ASYNC109 - the same
        """Start the first model, and report how that went; give up when nobody is left who would hear of it.

        Returns:
            Whether it is served.
        """
        loop = asyncio.get_running_loop()
        starting = asyncio.create_task(self._serve(self._deployment, timeout))
        loop.add_reader(report, starting.cancel)  # a pipe that is written to tells nothing but its reader's end
        problems: tuple[Problem, ...] = ()
        try:
            await starting
        except StartError as error:
            problems = error.problems
        except asyncio.CancelledError:
            problems = (Problem("whoever started it is gone"),)
        loop.remove_reader(report)
        try:
            os.write(report, self._answer(problems).to_bytes())
        except BrokenPipeError:
            problems = (Problem("whoever started it is gone"),)
        os.close(report)
        if problems:
            _log(f"did not come up: {problems[0]}")
        return not problems

    async def _serve(self, deployment: ModelDeployment, timeout: float) -> Worker | None:  # noqa: ASYNC109 - the same
        """Start a model in the place of the one that is served; that one goes on if it fails.

        Returns:
            The one that was served, which goes on until it is told to leave.
        """
        new = await self._starter.start(deployment, timeout)
        self._limit = max(LEAST_LIMIT, timeout)
        old, self._current, self._deployment = self._current, new, deployment
        self._note(deployment)
        watching = asyncio.create_task(self._watch(new))
        self._watching.add(watching)
        watching.add_done_callback(self._watching.discard)
        return old

    def _write(self, record: ServerRecord) -> None:
        try:
            self._folder.write(record)
        except OSError as error:  # a full disk ends no server
            _log(f"its record cannot be written: {error}")

    def _note(self, deployment: ModelDeployment) -> None:
        record = self._folder.read()
        if record is not None:
            self._write(attrs.evolve(record, deployment=deployment, port=self._port, wanted=True, starting=False, failure=""))

    async def _watch(self, worker: Worker) -> None:
        """Wait for a model to end; if nobody has told it to, start it again, later each time."""
        what = await worker.ended()
        if worker.age() > STEADY:
            self._accidents = 0
        while self._current is worker and not self._stopping.is_set():
            self._accidents += 1
            pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (self._accidents - 1))
            self._message = f"{what}; {self._times()}, starts again in {pause:.1f} s"
            _log(self._message)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)
            async with self._changing:
                if self._current is worker and not self._stopping.is_set():
                    try:
                        await self._serve(self._deployment, self._limit)
                        self._message = f"{what}; {self._times()}, and was started again"
                        _log(self._message)
                    except StartError as error:
                        what = str(error.problems[0])

    def _times(self) -> str:
        return "for the first time" if self._accidents == 1 else f"{self._accidents} accidents in a row"

    async def _take_order(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            order = order_of(await reader.readline())
            problems = await self._carry_out(order) if order else (Problem("is no order"),)
            writer.write(self._answer(problems).to_bytes())
            await writer.drain()
        except (ConnectionError, ValueError):  # whoever gave the order does not wait for it, or it is no line
            pass
        finally:
            writer.close()

    @property
    def _status(self) -> ServerStatus:
        if self._stopping.is_set():
            return "stopped"
        if self._current is None:
            return "starting"
        return "running" if self._current.is_alive else "failed"

    def _answer(self, problems: tuple[Problem, ...]) -> Answer:
        return Answer(
            status=self._status, deployment=self._deployment, port=self._port, message=self._message, problems=problems
        )

    async def _carry_out(self, order: Order) -> tuple[Problem, ...]:
        if order.do == "replace" and order.deployment is not None:
            return await self._replace(order.deployment, order.timeout)
        if order.do == "stop":
            return await self._stop(order)
        return ()

    async def _replace(self, deployment: ModelDeployment, timeout: float) -> tuple[Problem, ...]:  # noqa: ASYNC109 - the same
        until = time.monotonic() + timeout
        try:
            async with asyncio.timeout(timeout), self._changing:
                if self._stopping.is_set():
                    return (Problem("is being stopped"),)
                old = await self._serve(deployment, timeout)
                self._accidents, self._message = 0, ""
        except StartError as error:
            return error.problems
        except TimeoutError:
            return (Problem(f"did not come up within {timeout:.3g} s"),)
        if old is not None:
            await old.leave(max(0.0, until - time.monotonic()))
        return ()

    async def _stop(self, order: Order) -> tuple[Problem, ...]:
        if self._stopped is None:
            self._forget(wanted=order.wanted)
        stopped = self._end()
        try:
            await asyncio.wait_for(asyncio.shield(stopped), order.timeout)
        except TimeoutError:
            if not order.force:
                what = f"requests are under way after {order.timeout:.3g} s; it takes no more, and stops when they are done"
                return (Problem(what, remedy="wait, or stop it with force"),)
            self._starter.kill_all()
            await stopped
        return ()

    def _forget(self, *, wanted: bool) -> None:
        record = self._folder.read()
        if record is not None:
            self._write(attrs.evolve(record, wanted=wanted))

    def _end(self) -> asyncio.Task[None]:
        """Take no more requests, and let the models end."""
        if self._stopped is None:
            self._stopped = asyncio.create_task(self._starter.end_all())
            self._stopping.set()
            self._message = "answers the requests under way"
            self._socket.close()
        return self._stopped


def _log(text: str) -> None:
    sys.stderr.write(f"supervisor: {text}\n")
    sys.stderr.flush()


def main() -> None:
    """Supervise one server until told to stop."""
    spec = load(sys.argv[1], SupervisorSpec)
    os.setsid()
    os.closerange(spec.report + 1, 1 << 16)  # what whoever started it had open without reason
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGUSR1):  # which may have been ignored where it comes from
        signal.signal(number, signal.SIG_DFL)
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    hold_for_life(ServerFolder(Path(spec.folder)).alive)
    asyncio.run(Supervisor(spec).run(spec.timeout, spec.report))


if __name__ == "__main__":
    main()
