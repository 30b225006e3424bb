"""Orders are carried out, on the machine of the step; the standard library is all that this needs."""

from __future__ import annotations

import fcntl
import io
import os
import secrets
import select
import shutil
import sys
import threading
import zipfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final

from stackkit.flavors.step_operator.children import Children, TookTooLongError
from stackkit.flavors.step_operator.environments import CannotBeMadeError, Environments, find_uv
from stackkit.flavors.step_operator.order import Order, Outcome

_NOT_PASSED_ON: Final = ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "PYTHONEXECUTABLE", "__PYVENV_LAUNCHER__", "VIRTUAL_ENV")
_LOCK: Final = "lock"


def carry_out(text: bytes, code: bytes, kit: str, channel: IO[bytes]) -> None:
    """Make an environment, run a command in it, and say what came of it as the last line of the standard error.

    Args:
        text: The order.
        code: An archive of the folders that were sent along.
        kit: The file of the kit, a wheel.
        channel: Tells that somebody waits; when it is closed, or silent for too long, all is ended.
    """
    order, children, last_word = Order.read(text), Children(), threading.Lock()
    folder = Path(order.folder).expanduser().absolute()
    with _own_folder(folder / "runs") as own:
        threading.Thread(target=_watch, args=(channel, order.silence, children, own, last_word), daemon=True).start()
        outcome = _outcome(order, code, kit, folder, own, children)
        with last_word:
            sys.stdout.flush()
            sys.stderr.write(outcome.write())
            sys.stderr.flush()


def _outcome(order: Order, code: bytes, kit: str, folder: Path, own: Path, children: Children) -> Outcome:
    try:
        with zipfile.ZipFile(io.BytesIO(code)) as archive:
            archive.extractall(own / "code")
        uv = order.uv or find_uv()
        if uv is None and order.needs_uv:
            return Outcome(stage="environment", problem="uv is not there")
        (folder / "environments").mkdir(exist_ok=True)
        environments = Environments(folder / "environments", uv, children)
        cwd = Path(order.cwd) if order.cwd else own / "files"
        variables = {name: value for name, value in os.environ.items() if name not in _NOT_PASSED_ON} | order.variables
        place = environments.ready([f"stackkit @ {Path(kit).as_uri()}", *order.requirements], cwd, variables)
    except CannotBeMadeError:
        return Outcome(stage="environment", status=1)
    except (OSError, zipfile.BadZipFile) as error:
        return Outcome(stage="environment", problem=f"{type(error).__name__}: {error}")
    return _run(order, place, cwd, variables, own, children)


def _run(order: Order, place: Path, cwd: Path, variables: dict[str, str], own: Path, children: Children) -> Outcome:
    received = {argument: f"{argument.partition('=')[0]}={own / 'code' / str(n)}" for n, argument in enumerate(order.code)}
    program, *arguments = [received.get(argument, argument) for argument in order.command]
    if program == "python":
        program = str(place / "bin/python")
    path = f"{place / 'bin'}{os.pathsep}{variables.get('PATH', os.defpath)}"
    inside = variables | {"VIRTUAL_ENV": str(place), "PATH": path}
    try:
        status = children.run([program, *arguments], cwd=cwd, variables=inside, timeout=order.timeout, memory=order.memory)
    except TookTooLongError:
        return Outcome(stage="command", timeout=order.timeout)
    except (OSError, ValueError) as error:  # an argument may be too long, or what no argument can be
        return Outcome(stage="command", problem=f"cannot be run: {error}")
    return Outcome(stage="command", status=status)


def _watch(channel: IO[bytes], silence: float | None, children: Children, own: Path, last_word: threading.Lock) -> None:
    """End all when nobody waits any more; what was ended by that is no outcome, and is not told."""
    descriptor = channel.fileno()
    while select.select([descriptor], [], [], silence)[0] and os.read(descriptor, 1 << 10):
        pass
    last_word.acquire()
    children.end()
    shutil.rmtree(own, ignore_errors=True)
    os._exit(1)


@contextmanager
def _own_folder(parent: Path) -> Generator[Path]:
    """A folder for one command, gone after it; those of commands that were killed are cleared away."""
    parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    for other in parent.iterdir():
        if _is_abandoned(other):
            shutil.rmtree(other, ignore_errors=True)
    own = parent / secrets.token_hex(8)
    hidden = own.with_name(f".{own.name}")
    (hidden / "files").mkdir(mode=0o700, parents=True)
    descriptor = os.open(hidden / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        hidden.rename(own)
        yield own
    finally:
        os.close(descriptor)
        shutil.rmtree(own, ignore_errors=True)


def _is_abandoned(folder: Path) -> bool:
    """Whether nobody holds the lock of a folder; one that is not finished yet begins with a dot, and is left alone."""
    if folder.name.startswith("."):
        return False
    with suppress(OSError):
        descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        finally:
            os.close(descriptor)
        return True
    return False
