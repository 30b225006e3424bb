"""What stands between a step operator and its machine, or in its place: a connection that breaks, a server with passwords."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import threading
from collections.abc import Coroutine, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import asyncssh
import attrs
from tests.servers.sshd import SshServer
from typing_extensions import override


@contextmanager
def loop_of_its_own() -> Generator[asyncio.AbstractEventLoop]:
    """An event loop in a thread."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        for task in asyncio.all_tasks(loop):
            task.cancel()
            with suppress(asyncio.CancelledError, Exception):
                loop.run_until_complete(task)
        loop.close()


def wait_for(loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, object]) -> None:
    """Run a coroutine in that thread, to its end."""
    asyncio.run_coroutine_threadsafe(work, loop).result(60)


class Line:
    """A line to a server that can be cut."""

    def __init__(self, server: SshServer, known_hosts: Path) -> None:
        self._server = server
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self.port: int = self._listening.getsockname()[1]
        self.known_hosts = known_hosts
        key = server.known_hosts.read_text("ascii").partition(" ")[2]
        known_hosts.write_text(f"[127.0.0.1]:{self.port} {key}", encoding="ascii")
        self._threads = [threading.Thread(target=self._connect)]
        self._threads[0].start()

    def _connect(self) -> None:
        near, _ = self._listening.accept()
        far = socket.create_connection(("127.0.0.1", self._server.port))
        self._open = [near, far]
        for source, target in ((near, far), (far, near)):
            thread = threading.Thread(target=_carry, args=(source, target))
            self._threads.append(thread)
            thread.start()

    def cut(self) -> None:
        """End it at both sides."""
        for end in self._open:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Be gone."""
        self.cut()
        self._listening.close()
        for thread in self._threads:
            thread.join()
        for end in self._open:
            end.close()


def _carry(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while content := source.recv(1 << 16):
            target.sendall(content)


@attrs.frozen
class PasswordServer:
    """A server that lets people in by a password.

    Args:
        port: Where, on 127.0.0.1.
        known_hosts: The file with its key.
    """

    port: int
    known_hosts: Path


class _Passwords(asyncssh.SSHServer):
    @override
    def begin_auth(self, username: str) -> bool:
        return True

    @override
    def password_auth_supported(self) -> bool:
        return True

    @override
    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == ("ada", "correct horse")


async def _run(process: asyncssh.SSHServerProcess[bytes]) -> None:
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_shell(process.command or "", stdin=pipe, stdout=pipe, stderr=pipe)
    assert child.stdin is not None
    assert child.stdout is not None
    assert child.stderr is not None
    sending = asyncio.create_task(_copy(process.stdin, child.stdin))
    await asyncio.gather(_copy(child.stdout, process.stdout), _copy(child.stderr, process.stderr))
    status = await child.wait()
    sending.cancel()
    process.exit(status)


async def _copy(
    source: asyncssh.SSHReader[bytes] | asyncio.StreamReader, target: asyncssh.SSHWriter[bytes] | asyncio.StreamWriter
) -> None:
    with suppress(OSError):
        while content := await source.read(1 << 16):
            target.write(content)
            await target.drain()


@contextmanager
def password_server(folder: Path) -> Generator[PasswordServer]:
    """A server while the block runs."""
    key = folder / "host"
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)]
    subprocess.run(command, check=True, capture_output=True)
    with loop_of_its_own() as loop:
        listening: list[asyncssh.SSHAcceptor] = []

        async def listen() -> None:
            listening.append(
                await asyncssh.create_server(
                    _Passwords, "127.0.0.1", 0, server_host_keys=[str(key)], process_factory=_run, encoding=None, gss_host=None
                )
            )

        async def close() -> None:
            listening[0].close()
            await listening[0].wait_closed()

        wait_for(loop, listen())
        port = listening[0].get_port()
        known = folder / "known_hosts"
        known.write_text(f"[127.0.0.1]:{port} {key.with_suffix('.pub').read_text('ascii')}", encoding="ascii")
        try:
            yield PasswordServer(port, known)
        finally:
            wait_for(loop, close())
