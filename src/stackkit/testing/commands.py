"""Commands that contracts run: they write down that they run, and hold locks for as long as they live.

What they write is in files that both sides reach.
"""

from __future__ import annotations

import fcntl
import time
import zipfile
from pathlib import Path
from typing import Final

RECORDS: Final = "import json, os, sys; open(sys.argv[1], 'a').write(json.dumps([os.getpid(), *sys.argv[2:]]) + '\\n'); "
"""How a program begins that writes down that it runs, and with what."""

HOLDS: Final = """
import fcntl, os, sys, time
file = open(sys.argv[1], "w")
fcntl.flock(file, fcntl.LOCK_EX)
file.write("held")
file.flush()
if os.fork() and sys.argv[3] == "goes":
    os._exit(0)
time.sleep(float(sys.argv[2]))
"""
"""Two processes that hold a lock for as long as either lives, and longer than anybody waits; or one that leaves the other."""


def python(program: str, *others: object) -> list[str]:
    """A command.

    Args:
        program: The program.
        others: Its arguments.
    """
    return ["python", "-c", program, *map(str, others)]


def is_held(file: Path) -> bool:
    """Whether a command has its lock.

    Args:
        file: The file that it locks.
    """
    return file.exists() and file.read_text("utf-8") == "held"


def is_released(file: Path, within: float) -> bool:
    """Whether nobody holds a lock any more; waits for that.

    Args:
        file: The file that is locked; there may be none, where a limit ended a command before it had begun.
        within: Seconds to wait.
    """
    until = time.monotonic() + within
    file.touch()
    with file.open("rb") as opened:
        while True:
            try:
                fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > until:
                    return False
                time.sleep(0.02)
            else:
                return True


def small_wheel(folder: Path, name: str) -> str:
    """A requirement that needs no index: a wheel in a file, with a module of the same name in it.

    Args:
        folder: Where the file is made.
        name: The name of the package.
    """
    about = f"{name}-1.0.dist-info"
    files = {
        f"{name}.py": "ANSWER = 42\n",
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files[f"{about}/RECORD"] = "".join(f"{file},,\n" for file in [*files, f"{about}/RECORD"])
    path = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for file, text in files.items():
            wheel.writestr(file, text)
    return f"{name} @ {path.as_uri()}"
