"""Programs that run for as long as a block does, and PostgreSQL and Dask among them."""

from __future__ import annotations

import os
import pwd
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLateError
from contextlib import contextmanager
from pathlib import Path

from attrs import field, frozen

LONG = 300.0
"""Seconds, which no start takes on any machine."""
ACCOUNT = "postgres"
"""Who PostgreSQL runs as where we are root, which it refuses to be; Debian's package makes the account."""
USER = "stackkit"


class ProgramError(Exception):
    """A program is not installed, or did not start."""


class Program:
    """A program that runs, and its log.

    Args:
        command: What is run; the kernel ends it when this process ends, however that happens.
        log: The file that its standard error goes to.
        ready: What a line of the log has in it when the program does what it is for.
        folder: Where it runs.
        account: Who runs it; whoever runs this by default.
        variables: What its environment has beside our own.

    Raises:
        ProgramError: It ended before it was ready.
    """

    def __init__(
        self,
        command: Sequence[str],
        log: Path,
        ready: str,
        *,
        folder: Path,
        account: str = "",
        variables: Mapping[str, str] | None = None,
    ) -> None:
        self._process = subprocess.Popen(
            [*as_account(account), *command],
            cwd=folder,
            env={**os.environ, **(variables or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        )
        self._log = log
        self._is_ready = Future[re.Match[str]]()
        self._reader = threading.Thread(target=self._read, args=(re.compile(ready),), daemon=True)
        self._reader.start()
        try:
            self.ready = self._is_ready.result(LONG)
        except (ProgramError, TooLateError):
            self.kill()
            raise

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    def kill(self) -> None:
        """End it at once, and wait until it is gone."""
        self._process.kill()
        self._process.wait()
        self._reader.join()

    def _read(self, ready: re.Pattern[str]) -> None:
        with self._log.open("w", encoding="utf-8") as log, self._process:
            for line in self._process.stderr or ():
                log.write(line)
                log.flush()
                if not self._is_ready.done() and (found := ready.search(line)):
                    self._is_ready.set_result(found)
        if not self._is_ready.done():
            self._is_ready.set_exception(ProgramError(f"did not start:\n{self._log.read_text('utf-8')}"))


def as_account(account: str = "") -> list[str]:
    """What stands before a command: who runs it, and that the kernel ends it when this process ends."""
    killer = find("setpriv", "util-linux")
    ended = [killer, "--pdeathsig", "KILL"]
    if not account or os.geteuid() != 0:
        return ended
    try:
        group = pwd.getpwnam(account).pw_gid
    except KeyError:
        raise ProgramError(f"there is no user {account}: apt-get install postgresql") from None
    # another one, and before: who changes the user is not told of its parent's death any more
    return [killer, "--reuid", account, "--regid", str(group), "--clear-groups", *ended]


def find(name: str, package: str, folders: Sequence[Path] = ()) -> str:
    """The path of a program.

    Raises:
        ProgramError: It is not installed; the message names the Debian package that has it.
    """
    path = os.pathsep.join([os.environ.get("PATH", ""), *map(str, folders), "/usr/sbin", "/usr/bin"])
    found = shutil.which(name, path=path)
    if found is None:
        raise ProgramError(f"{name} is not installed: apt-get install {package}")
    return found


@frozen
class Database:
    """A database of PostgreSQL.

    Args:
        port: Where it is, on 127.0.0.1.
        password: Of the user `stackkit`.
    """

    port: int
    password: str = field(repr=False)

    @property
    def url(self) -> str:
        """What STACKKIT_STORE_URL is set to."""
        return f"postgresql+psycopg://{USER}:{self.password}@127.0.0.1:{self.port}/postgres"


@contextmanager
def postgresql(log: Path) -> Generator[Database]:
    """PostgreSQL on loopback with an empty database, while the block runs; nothing of it is left after that.

    Args:
        log: The file that its log goes to.

    Raises:
        ProgramError: It is not installed, or did not start.
    """
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    initdb, server = (find(name, "postgresql", folders) for name in ("initdb", "postgres"))
    with tempfile.TemporaryDirectory(prefix="stackkit-", ignore_cleanup_errors=True) as name:
        folder, password = Path(name), secrets.token_urlsafe()
        (folder / "password").write_text(password, encoding="ascii")
        if os.geteuid() == 0:
            shutil.chown(folder, ACCOUNT)
            shutil.chown(folder / "password", ACCOUNT)
        first = [*("--pgdata", f"{folder}/data", "--username", USER, "--pwfile", f"{folder}/password")]
        first += [*("--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync")]
        made = subprocess.run([*as_account(ACCOUNT), initdb, *first], cwd="/", capture_output=True, text=True, check=False)
        if made.returncode:
            raise ProgramError(f"initdb: {made.stderr}")
        (folder / "password").unlink()
        port = free_port()
        settings = ("listen_addresses=127.0.0.1", "unix_socket_directories=", "lc_messages=C", "fsync=off")
        options = [word for setting in settings for word in ("-c", setting)]
        command = [server, "-D", f"{folder}/data", "-p", str(port), *options]
        program = Program(command, log, "ready to accept connections", folder=Path("/"), account=ACCOUNT)
        try:
            yield Database(port, password)
        finally:
            program.kill()


def free_port() -> int:
    """A port of 127.0.0.1 that nobody has now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


@frozen
class Cluster:
    """A Dask cluster.

    Args:
        address: The scheduler's.
        workers: Each runs one step at a time.
    """

    address: str
    workers: tuple[Program, ...]


@contextmanager
def dask(project: Path, logs: Path, variables: Mapping[str, str]) -> Generator[Cluster]:
    """A scheduler and two workers on loopback, each in a process of its own, while the block runs.

    Args:
        project: The folder that the workers import steps from.
        logs: The folder that their logs go to.
        variables: What the environment of the workers has beside our own.

    Raises:
        ProgramError: They did not start.
    """
    program = (sys.executable, "-m", "dask")
    common = ("--host", "127.0.0.1", "--no-dashboard")
    running: list[Program] = []
    try:
        scheduler = (*program, "scheduler", "--port", "0", *common)
        running.append(Program(scheduler, logs / "scheduler.log", r"Scheduler at: +(tcp://\S+)", folder=project))
        address = running[0].ready.group(1)
        worker = (*program, "worker", address, "--nthreads", "1", "--no-nanny", "--local-directory", str(logs), *common)
        for number in (1, 2):
            log = logs / f"worker{number}.log"
            running.append(Program(worker, log, "Starting established connection", folder=project, variables=variables))
        yield Cluster(address, tuple(running[1:]))
    finally:
        for one in reversed(running):
            one.kill()
