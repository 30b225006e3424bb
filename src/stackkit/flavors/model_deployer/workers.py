"""The processes of models, as their supervisor sees them."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import time
from contextlib import suppress

from stackkit.components.model_deployer import ModelDeployment
from stackkit.errors import Problem
from stackkit.flavors.model_deployer.specs import Report, WorkerSpec, dump, load
from stackkit.flavors.model_deployer.worker import KILLED


class StartError(Exception):
    """A model did not come up.

    Args:
        problems: Why.
    """

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)
        self.problems = problems


class Worker:
    """The process of a model.

    Args:
        process: Its guard, which is the leader of its process group.
    """

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._begun = time.monotonic()
        self._ended = asyncio.create_task(self._end())

    @property
    def is_alive(self) -> bool:
        """Whether it has not ended yet."""
        return not self._ended.done()

    def age(self) -> float:
        """How long ago it was started, in seconds."""
        return time.monotonic() - self._begun

    async def _end(self) -> str:
        code = await self._process.wait()
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)  # what the model has started and left
        if code < 0 or code > KILLED:
            number = -code if code < 0 else code - KILLED
            return f"was killed by {signal.Signals(number).name}"
        return f"ended with the exit status {code}"

    async def ended(self) -> str:
        """Wait until it has ended.

        Returns:
            How it ended, in words.
        """
        return await asyncio.shield(self._ended)

    async def leave(self, timeout: float) -> None:  # noqa: ASYNC109 - after it, the worker goes on to leave
        """Have it answer whoever is connected, and end; wait for that, but no longer than `timeout` seconds."""
        self._signal(signal.SIGUSR1)
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(self._ended), timeout)

    def terminate(self) -> None:
        """Have it end when the requests under way are answered."""
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it, and whatever it has started, at once."""
        if self.is_alive:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        if self.is_alive:
            with suppress(ProcessLookupError):
                self._process.send_signal(number)


class WorkerStarter:
    """Starts processes of models, and knows those that have not ended.

    Args:
        root: The folder that models are imported from.
        threads: How many requests a model answers at once.
        listening: The socket that they take connections from.
    """

    def __init__(self, root: str, threads: int, listening: socket.socket) -> None:
        self._root = root
        self._threads = threads
        self._socket = listening
        self._lifeline, self._mine = os.pipe()  # nobody writes: it ends when this process does
        self._workers: set[Worker] = set()
        self._is_ending = False

    async def start(self, deployment: ModelDeployment, timeout: float) -> Worker:  # noqa: ASYNC109 - it is told in words
        """Start a model, and wait until it answers requests.

        Raises:
            StartError: It did not; its process has ended.
        """
        if self._is_ending:
            raise StartError(Problem("is being stopped"))
        read, write = os.pipe()
        try:
            worker = await self._spawn(deployment, write)
        except OSError as error:
            os.close(read)
            raise StartError(Problem(f"no process can be started: {error.strerror}", where=self._root)) from error
        finally:
            os.close(write)
        try:
            report = await asyncio.wait_for(_all(read), timeout)
        except TimeoutError:
            worker.kill()
            raise StartError(Problem(f"did not come up within {timeout:.3g} s")) from None
        except BaseException:  # nobody waits for it any more
            worker.kill()
            raise
        if not report:
            worker.kill()
            raise StartError(Problem(f"did not come up: it {await worker.ended()}"))
        problems = load(report, Report).problems
        if problems:
            await worker.ended()
            raise StartError(*problems)
        return worker

    async def _spawn(self, deployment: ModelDeployment, report: int) -> Worker:
        listening = self._socket.fileno()
        spec = WorkerSpec(
            deployment=deployment,
            root=self._root,
            threads=self._threads,
            socket=listening,
            lifeline=self._lifeline,
            report=report,
        )
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-u", "-m", "stackkit.flavors.model_deployer.worker", dump(spec).decode()),
            stdin=asyncio.subprocess.DEVNULL,
            cwd=self._root,
            pass_fds=(listening, self._lifeline, report),
            start_new_session=True,
        )
        worker = Worker(process)
        self._workers = {other for other in self._workers if other.is_alive} | {worker}
        if self._is_ending:
            worker.kill()
        return worker

    async def end_all(self) -> None:
        """End all of them when the requests under way are answered; none is started any more."""
        self._is_ending = True
        for worker in self._workers:
            worker.terminate()
        await asyncio.gather(*(worker.ended() for worker in self._workers))

    def kill_all(self) -> None:
        """End all of them at once."""
        for worker in self._workers:
            worker.kill()


async def _all(descriptor: int) -> bytes:
    """What is written into a pipe before it is closed; the descriptor is closed."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(descriptor, "rb"))
    try:
        return await reader.read()
    finally:
        transport.close()
