"""What the tests do in other processes: `python worker.py COMMAND FOLDER …`."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING
from unittest.mock import patch

from stackkit.components.secrets_manager import SecretGroup
from stackkit.flavors.secrets_manager.local import LocalSecretsManager

if TYPE_CHECKING:
    from _typeshed import FileDescriptorLike

FILE_EVENTS = {"open", "os.chmod", "os.link", "os.mkdir", "os.remove", "os.rename", "fcntl.flock"}


def group(name: str, version: int) -> SecretGroup:
    """A secret that is big enough to take some writes, and whose values belong together."""
    return SecretGroup(name, {"version": str(version), "padding": f"{version}-" * 2000})


def say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - how the tests hear of it


def register(folder: str, prefix: str, number: str) -> None:
    """Register secrets as soon as a line is on standard input."""
    secrets = LocalSecretsManager(name=prefix, path=folder)
    say("ready")
    sys.stdin.readline()
    for index in range(int(number)):
        secrets.register_secret(group(f"{prefix}-{index}", index))


def update(folder: str, start: str) -> None:
    """Change secrets for ever, and say each change once it is acknowledged."""
    secrets = LocalSecretsManager(name="updating", path=folder)
    for version in count(int(start)):
        name = f"secret-{version % 5}"
        if name in secrets.get_all_secret_keys():
            secrets.update_secret(group(name, version))
        else:
            secrets.register_secret(group(name, version))
        say(f"{name} {version}")


def fill(folder: str) -> None:
    """Register a secret where no file can grow over 1 KiB."""
    import resource

    from stackkit.errors import SecretAccessError

    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024))
    try:
        LocalSecretsManager(name="full", path=folder).register_secret(group("big", 1))
    except SecretAccessError as error:
        say(str(error))


def die_everywhere(folder: str) -> None:
    """Change a secret, killed at the first step on files, then at the second, and so on, until it is done.

    After each death say what the secret was before, and that another process reads a whole one and can go on.
    """
    secrets = LocalSecretsManager(name="mortal", path=folder)
    for step in count(1):
        before = _version(secrets)
        status = _in_a_child(lambda: _killed_at(step, secrets, before + 1))  # noqa: B023 - called in this turn
        after = _version(secrets)
        assert after in (before, before + 1), (step, before, after)
        if os.WIFEXITED(status):
            assert os.WEXITSTATUS(status) == 0, step
            assert after == before + 1
            say(f"{step - 1}")
            return
        assert os.WTERMSIG(status) == signal.SIGKILL, step


def _version(secrets: LocalSecretsManager) -> int:
    if "secret" not in secrets.get_all_secret_keys():
        return 0
    found = secrets.get_secret("secret")
    assert found == group("secret", int(found["version"]))
    return int(found["version"])


def _killed_at(step: int, secrets: LocalSecretsManager, version: int) -> None:
    steps = count(1)

    def tick(event: str, _: object = None) -> None:
        if event in FILE_EVENTS and next(steps) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    sync = os.fsync

    def sync_or_die(fd: FileDescriptorLike) -> None:
        tick("open")  # before what was written is on the disk, and after
        sync(fd)
        tick("open")

    sys.addaudithook(tick)
    with patch.object(os, "fsync", sync_or_die):
        if version == 1:
            secrets.register_secret(group("secret", version))
        else:
            secrets.update_secret(group("secret", version))


def _in_a_child(action: Callable[[], None]) -> int:
    child = os.fork()
    if child == 0:
        failed = 1
        try:
            action()
            failed = 0
        finally:
            os._exit(failed)
    return os.waitpid(child, 0)[1]


COMMANDS: dict[str, Callable[..., None]] = {"register": register, "update": update, "fill": fill, "die": die_everywhere}

if __name__ == "__main__":
    COMMANDS[sys.argv[1]](*sys.argv[2:])
