"""A conversation with a process of another machine, over SSH."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

import attrs

from stackkit.core.extras import Extra
from stackkit.errors import Problem, StepError
from stackkit.flavors.step_operator.parcel import HEARTBEAT, begin
from stackkit.flavors.step_operator.printing import Printed

if TYPE_CHECKING:
    import asyncssh

EVERY: Final = 5.0
"""Seconds between two words to the other side."""
SILENCE: Final = 60.0
"""Seconds without a word after which the other side ends what it runs."""
_GRACE: Final = 10.0
_CONNECT: Final = 30.0
_CHUNK: Final = 1 << 16


@attrs.frozen(kw_only=True)
class Address:
    """A machine, and how to be let in.

    Args:
        host: Its name or address.
        port: Its port.
        user: Who logs in; the user of this process when empty.
        key_file: The file of a private key; empty for the user's own keys, or a password.
        passphrase: What the key is encrypted with.
        password: The user's password.
        known_hosts: The file of the keys of known machines.
    """

    host: str
    port: int
    user: str
    key_file: str
    passphrase: str | None = attrs.field(repr=False)
    password: str | None = attrs.field(repr=False)
    known_hosts: str

    def __str__(self) -> str:
        """As people write it."""
        return f"{self.user}@{self.host}:{self.port}" if self.user else f"{self.host}:{self.port}"

    def options(self, known: asyncssh.SSHKnownHosts, key: asyncssh.SSHKey | None) -> dict[str, Any]:
        """As asyncssh takes it. The machine's key is always one of the known; no file of configuration has a say.

        Args:
            known: The keys of known machines, read; None and the like would stand for any key.
            key: The user's private key, read; None for the password, or the user's own keys and agent.
        """
        given: dict[str, Any] = {
            "host": self.host,
            "port": self.port,
            "known_hosts": known,
            "config": None,
            "gss_kex": False,
            "gss_auth": False,
            "x509_trusted_certs": None,
            "disable_trivial_auth": True,
            "connect_timeout": _CONNECT,
            "login_timeout": _CONNECT,
            "keepalive_interval": 2 * EVERY,
        }
        if self.user:
            given["username"] = self.user
        if self.password is not None:
            given |= {"password": self.password, "client_keys": None, "agent_path": None}
        if key is not None:
            given |= {"client_keys": [key], "agent_path": None}
        return given


async def converse(address: Address, python: str, sent: bytes, printed: Printed) -> None:
    """Send another machine's Python what it waits for, and take what it prints until it has ended.

    Args:
        address: The machine.
        python: Its Python.
        sent: What it waits for.
        printed: What is told of all that comes.

    Raises:
        StepError: The machine cannot be reached, is not the known one, lets nobody in, or was lost.
    """
    with Extra("ssh"):
        import asyncssh
    with _told(address, asyncssh):
        options = address.options(_known(address, asyncssh), _key(address, asyncssh))
        async with asyncssh.connect(**options) as connection:
            command = f"{shlex.quote(python)} -I -c {shlex.quote(begin())}"
            process = await connection.create_process(command, encoding=None)
            try:
                await _exchange(process, sent, printed)
            finally:
                with suppress(asyncssh.Error, OSError):
                    await _end(process)
            if printed.outcome is None and process.exit_status is None and process.exit_signal is None:
                raise asyncssh.ConnectionLost("it was closed")


def _known(address: Address, library: Any) -> asyncssh.SSHKnownHosts:
    try:
        known: asyncssh.SSHKnownHosts = library.read_known_hosts(address.known_hosts)
    except (OSError, ValueError) as error:
        what = f"the keys of known machines cannot be read: {error}"
        raise StepError(Problem(what, where=address.known_hosts, remedy=_scan(address))) from error
    return known


def _key(address: Address, library: Any) -> asyncssh.SSHKey | None:
    if not address.key_file:
        return None
    try:
        key: asyncssh.SSHKey = library.read_private_key(address.key_file, address.passphrase)
    except (OSError, library.KeyImportError, library.KeyEncryptionError) as error:
        what = f"the private key cannot be read: {error}"
        raise StepError(Problem(what, where=address.key_file, remedy="see key_file and passphrase")) from error
    return key


def _scan(address: Address) -> str:
    command = f"ssh-keyscan -p {address.port} {address.host} >> {address.known_hosts}"
    return f"see that it is the right machine, then: {command}"


async def _exchange(process: asyncssh.SSHClientProcess[bytes], sent: bytes, printed: Printed) -> None:
    tasks = [asyncio.create_task(_take_output(process, printed)), asyncio.create_task(_feed(process, sent))]
    try:
        while content := await process.stderr.read(_CHUNK):
            printed.told(content)
            if printed.outcome is not None:
                break
        await asyncio.wait(tasks[:1], timeout=_GRACE)  # what goes on to print then was left behind by a command
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _take_output(process: asyncssh.SSHClientProcess[bytes], printed: Printed) -> None:
    while content := await process.stdout.read(_CHUNK):
        printed.printed(content)
    printed.printed(b"", is_last=True)


async def _feed(process: asyncssh.SSHClientProcess[bytes], sent: bytes) -> None:
    with suppress(OSError):  # it has ended already, and has said why
        process.stdin.write(sent)
        while True:
            await process.stdin.drain()
            await asyncio.sleep(EVERY)
            process.stdin.write(HEARTBEAT)


async def _end(process: asyncssh.SSHClientProcess[bytes]) -> None:
    """Have it end what it runs, and itself; it does so when nobody speaks to it any more."""
    with suppress(OSError):
        process.stdin.write_eof()
    with suppress(TimeoutError):
        await asyncio.wait_for(process.wait_closed(), _GRACE)


@contextmanager
def _told(address: Address, library: Any) -> Generator[None]:
    """Tell what goes wrong in our own words."""
    try:
        yield
    except library.HostKeyNotVerifiable as error:
        what = f"the key of {address} is not among those of {address.known_hosts}"
        raise StepError(Problem(what, remedy=_scan(address))) from error
    except library.PermissionDenied as error:
        raise StepError(Problem(f"{address} lets nobody in: {error}", remedy="see user, key_file and password")) from error
    except library.ConnectionLost as error:
        raise StepError(
            Problem(f"the connection to {address} was lost: {error}", remedy="the command was ended there")
        ) from error
    except (library.Error, OSError, TimeoutError) as error:
        raise StepError(Problem(f"{address} cannot be talked to: {error}", remedy="is it up, and its port right?")) from error
