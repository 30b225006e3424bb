"""The registry of Debian's package `docker-registry`, on a free loopback port, for as long as a block runs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import attrs
from tests.servers.programs import find_program

PACKAGES = {"docker-registry": "docker-registry", "skopeo": "skopeo", "htpasswd": "apache2-utils"}
"""The programs that these tests need, with the Debian package of each."""

_LISTENING = re.compile(rb"listening on (?:127\.0\.0\.1|\[::1\]):(\d+)")


def program(name: str) -> str:
    """The path of a program.

    Where it is not installed, the test is skipped, and says so; in CI, which installs it, the test fails.
    """
    return find_program(name, package=PACKAGES[name], tests="container registries")


@attrs.frozen
class DockerRegistry:
    """A registry that runs.

    Args:
        address: `127.0.0.1:port`.
        folder: Where it keeps what it has.
        log: What it has logged.
    """

    address: str
    folder: Path
    log: Path


@contextmanager
def docker_registry(folder: Path, *settings: str) -> Generator[DockerRegistry]:
    """A registry while the block runs; it is gone after it, however the block ends.

    Args:
        folder: An empty folder, for what it keeps.
        settings: Further lines of its configuration, in YAML.
    """
    configuration = folder / "registry.yml"
    storage = folder / "storage"
    lines = [
        "version: 0.1",
        "log: {level: info, accesslog: {disabled: true}}",
        f"storage: {{filesystem: {{rootdirectory: {storage}}}, maintenance: {{uploadpurging: {{enabled: false}}}}}}",
        *(settings or ('http: {addr: "127.0.0.1:0", secret: shared}',)),
    ]
    configuration.write_text("\n".join(lines), encoding="utf-8")
    log = folder / "registry.log"
    command = [program("docker-registry"), "serve", str(configuration)]
    # It must not outlive a test run that is killed: setpriv has the kernel end it with its parent.
    killer = shutil.which("setpriv")
    process = subprocess.Popen(
        [*([killer, "--pdeathsig", "KILL"] if killer else []), *command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={"PATH": os.environ["PATH"], "OTEL_TRACES_EXPORTER": "none"},
    )
    assert process.stderr
    try:
        port = _port(process.stderr)
        with log.open("wb") as kept:
            reader = threading.Thread(target=shutil.copyfileobj, args=(process.stderr, kept))
            reader.start()
            try:
                yield DockerRegistry(f"127.0.0.1:{port}", storage, log)
            finally:
                process.kill()
                reader.join()
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def _port(lines: IO[bytes]) -> int:
    said: list[bytes] = []
    for line in lines:
        said.append(line)
        found = _LISTENING.search(line)
        if found:
            return int(found[1])
    raise AssertionError(b"docker-registry did not start: " + b"".join(said))


def skopeo(*arguments: str, folder: Path) -> str:
    """Call skopeo, which knows nothing of us, and give what it prints."""
    done = subprocess.run(
        [program("skopeo"), *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def htpasswd(file: Path, users: Iterable[tuple[str, str]]) -> None:
    """Write a file of users and passwords, as the registry reads it."""
    lines: list[str] = []
    for name, password in users:
        command = [program("htpasswd"), "-inB", "-C", "4", name]
        lines.append(subprocess.run(command, input=password, capture_output=True, text=True, check=True).stdout.strip())
    file.write_text("\n".join(lines), encoding="utf-8")
