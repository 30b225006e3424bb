"""A database server of this machine, on a free loopback port, which tests may kill and start again."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import IO, Final

import attrs
from tests.servers.certificates import write_certificates

USER: Final = "stackkit"
PASSWORD: Final = "correct horse/:@%+?#"  # a URL has to escape it

_ATTEMPTS: Final = 5  # somebody else may take a port that was free a moment ago
_numbers: Final = count(1)


@attrs.frozen(kw_only=True)
class Server:
    """A server that runs, and a database of it.

    Args:
        host: Always 127.0.0.1.
        port: Where it listens.
        user: Who may do everything.
        password: Of that user.
        database: One that is there.
        folder: What the server's files are in, and its `log`.
        authority: The certificate of who vouches for the server, as 127.0.0.1 only.
        tls: What its command ends with to have it speak TLS.
        process: The process of the server.
        executing: What runs statements.
    """

    host: str
    port: int
    user: str
    password: str = attrs.field(repr=False)
    database: str
    folder: Path
    authority: Path
    tls: Sequence[str]
    process: Process = attrs.field(repr=False)
    executing: Callable[[Server, Sequence[str]], None] = attrs.field(repr=False)

    def url(self, driver: str) -> str:
        """The URL of the database, with the password.

        Args:
            driver: What stands before `://`, such as `postgresql+psycopg`.
        """
        from sqlalchemy import URL

        url = URL.create(driver, self.user, self.password, self.host, self.port, self.database)
        return url.render_as_string(hide_password=False)

    def execute(self, *statements: str) -> None:
        """Run statements in the database, one after the other and outside of any transaction."""
        self.executing(self, statements)

    def fresh_database(self) -> Server:
        """The same server with a new, empty database."""
        name = f"fresh_{os.getpid()}_{next(_numbers)}"
        self.execute(f"CREATE DATABASE {name}")
        return attrs.evolve(self, database=name)

    def kill(self) -> None:
        """End the server at once, as `kill -9` does, and wait until it is gone."""
        self.process.kill()

    def start(self, *, tls: bool = False) -> None:
        """Start the server again after it was killed, at the same port, and wait until it takes connections.

        It ends with the thread that calls this: the kernel sees to it.

        Args:
            tls: Whether it encrypts them, where the client asks for that or lets it choose.
        """
        self.process.start(self.tls if tls else ())


class Process:
    """The process of a server.

    Args:
        command: How it is started; it writes its log to its standard error, and stays in the foreground.
        ready: What a line of the log has in it when it takes connections.
        log: Where its log goes.
    """

    def __init__(self, command: Sequence[str], ready: bytes, log: Path) -> None:
        self._command = command
        self._ready = ready
        self._log = log
        self._running: subprocess.Popen[bytes] | None = None
        self._reader: threading.Thread | None = None

    def start(self, options: Sequence[str] = ()) -> None:
        """Start it, and wait until it takes connections.

        Args:
            options: What the command ends with this time.

        Raises:
            ServerStartError: It ended before that.
        """
        running = subprocess.Popen(
            [*self._command, *options], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd="/"
        )
        assert running.stderr
        self._running = running
        with self._log.open("ab") as log:
            if not _copy_until(self._ready, running.stderr, log):
                self.kill()
                raise ServerStartError(self._log.read_text("utf-8", "replace"))
        self._reader = threading.Thread(target=_copy, args=(running.stderr, self._log), daemon=True)
        self._reader.start()

    def kill(self) -> None:
        """End it at once, and wait until it is gone with all that it started: then nobody writes to its log any more."""
        if self._running is None:
            return
        self._running.kill()
        self._running.wait()
        if self._reader:
            self._reader.join()
        if self._running.stderr:
            self._running.stderr.close()
        self._running = self._reader = None


class ServerStartError(Exception):
    """A server did not start; its log says why."""


def _copy_until(ready: bytes, lines: IO[bytes], log: IO[bytes]) -> bool:
    for line in lines:
        log.write(line)
        if ready in line:
            return True
    return False


def _copy(lines: IO[bytes], log: Path) -> None:
    with log.open("ab") as kept:
        shutil.copyfileobj(lines, kept)


def unprivileged(account: str) -> list[str]:
    """What stands before a server's command: it gives up root, and the kernel ends it with the test run, however that ends.

    Args:
        account: Who it runs as where we are root, which servers refuse to be.
    """
    killed = ["setpriv", "--pdeathsig", "KILL"]
    if os.geteuid() != 0:
        return killed
    # another setpriv, and before: who changes the user is not told of its parent's death any more
    return ["setpriv", "--reuid", account, "--regid", str(pwd.getpwnam(account).pw_gid), "--clear-groups", *killed]


@contextmanager
def folder_of(account: str) -> Generator[Path]:
    """A folder for a server's files, with its certificates; it is removed at the end.

    Args:
        account: Who owns it where we are root.
    """
    # not pytest's folders: those are root's alone, and their names are too long for sockets
    folder = Path(tempfile.mkdtemp(prefix="stackkit-"))
    try:
        files = write_certificates(folder)
        if os.geteuid() == 0:
            for path in (folder, files.certificate, files.key):
                shutil.chown(path, account)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running(
    commands: Callable[[int], Sequence[str]],
    ready: bytes,
    folder: Path,
    execute: Callable[[Server, Sequence[str]], None],
    database: str,
    tls: Sequence[str],
) -> Generator[Server]:
    """A server while the block runs; it is gone after it, however the block ends.

    Args:
        commands: The command for a port.
        ready: What a line of its log has in it when it takes connections.
        folder: What its files are in.
        execute: Runs statements.
        database: One that is there from the start.
        tls: What the command ends with to have it speak TLS.
    """
    port, process = _started(commands, ready, folder / "log")
    try:
        yield Server(
            host="127.0.0.1",
            port=port,
            user=USER,
            password=PASSWORD,
            database=database,
            folder=folder,
            authority=folder / "authority.pem",
            tls=tls,
            process=process,
            executing=execute,
        )
    finally:
        process.kill()


def _started(commands: Callable[[int], Sequence[str]], ready: bytes, log: Path) -> tuple[int, Process]:
    for attempt in count(1):
        port = _free_port()
        process = Process(commands(port), ready, log)
        try:
            process.start()
        except ServerStartError:
            if attempt == _ATTEMPTS:
                raise
        else:
            return port, process
    raise AssertionError("there is always a next attempt")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def run(command: Sequence[str], *, given: str = "", variables: Mapping[str, str] | None = None) -> None:
    """Run a program to its end.

    Args:
        command: The program and its arguments.
        given: What it reads.
        variables: What its environment has beside PATH.
    """
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", **(variables or {})}
    done = subprocess.run(command, input=given.encode(), capture_output=True, check=False, cwd="/", env=environment)
    if done.returncode:
        raise ServerStartError((done.stdout + done.stderr).decode("utf-8", "replace"))
