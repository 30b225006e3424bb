"""OpenSSH's server of Debian's package `openssh-server`, on a free loopback port, for as long as a block runs."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import attrs
from tests.servers.programs import find_program


def _program(name: str) -> str:
    return find_program(name, package="openssh-server", tests="the step operator ssh")


@attrs.frozen
class SshServer:
    """A server that runs.

    Args:
        port: Where, on 127.0.0.1.
        user: Who may log in.
        key_file: The user's private key.
        known_hosts: The file with the server's key.
        process: The server.
    """

    port: int
    user: str
    key_file: Path
    known_hosts: Path
    process: subprocess.Popen[bytes]


@contextmanager
def ssh_server(folder: Path) -> Generator[SshServer]:
    """A server while the block runs; it is gone after it, however the block ends.

    Args:
        folder: An empty folder.
    """
    sshd = _program("sshd")
    for name in ("host", "user"):
        command = [_program("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
        subprocess.run(command, check=True, capture_output=True)
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # it asks for this folder where it runs as root
    killer = shutil.which("setpriv")
    for _ in range(5):  # somebody else may take the port that was free
        port = _free_port()
        configuration = _configuration(folder, port)
        forgiving = _forgiving(sshd, configuration)
        command = [*([killer, "--pdeathsig", "KILL"] if killer else []), sshd, "-D", "-e", "-f", str(configuration), *forgiving]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            if _answers(process, port, folder):
                known = folder / "known_hosts"
                known.write_text(f"[127.0.0.1]:{port} {(folder / 'host.pub').read_text('ascii')}", encoding="ascii")
                yield SshServer(port, getpass.getuser(), folder / "user", known, process)
                return
        finally:
            process.terminate()
            process.wait()
    raise AssertionError((folder / "log").read_text("utf-8", "replace"))


def _configuration(folder: Path, port: int) -> Path:
    lines = [
        "ListenAddress 127.0.0.1",
        f"Port {port}",
        f"HostKey {folder / 'host'}",
        f"AuthorizedKeysFile {folder / 'user.pub'}",
        "PidFile none",
        "StrictModes no",
        "UsePAM no",
        "PasswordAuthentication no",
        "KbdInteractiveAuthentication no",
        "PermitRootLogin yes",
        "MaxStartups 100",
        "PrintMotd no",
    ]
    file = folder / "sshd_config"
    file.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return file


def _forgiving(sshd: str, configuration: Path) -> list[str]:
    """The option that lets those go on who were refused before; older servers never mind, and know no such option."""
    option = ["-o", "PerSourcePenalties=no"]
    known = subprocess.run([sshd, "-t", "-f", str(configuration), *option], capture_output=True, check=False)
    return [] if known.returncode else option


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _answers(process: subprocess.Popen[bytes], port: int, folder: Path) -> bool:
    """Wait until it listens, or has ended."""
    while process.poll() is None:
        if f"listening on 127.0.0.1 port {port}" in (folder / "log").read_text("utf-8", "replace"):
            return True
        try:
            process.wait(0.02)
        except subprocess.TimeoutExpired:
            continue
    return False
