"""What importing stackkit loads, and what it does not need."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SRC = Path(__file__).parents[2] / "src"

LIGHT = {"stackkit", "attr", "attrs", "cattr", "cattrs", "typing_extensions"}
PLAIN_INSTALL = (
    LIGHT
    | {"msgspec", "click", "yaml", "_yaml", "cryptography", "_cffi_backend", "cffi", "platformdirs"}
    | {
        "rich",
        "markdown_it",
        "mdurl",
        "pygments",
    }
)
"""The top-level modules of what `pip install stackkit` brings, without any extra."""

LOADED = """
import sys
before = set(sys.modules)
import stackkit
print(*sorted({name.partition(".")[0] for name in set(sys.modules) - before} - sys.stdlib_module_names))
"""

BLOCKED = """
import importlib, sys
allowed = set(sys.argv[1].split(",")) | sys.stdlib_module_names
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in allowed:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Absent())
for name in sys.argv[2:]:
    try:
        importlib.import_module(name)
    except ImportError as error:
        print(f"{name}: {error!r}")
"""


def modules() -> list[str]:
    """Every module of stackkit that people import without pytest beside it."""
    found: list[str] = []
    for path in sorted((SRC / "stackkit").rglob("*.py")):
        parts = path.relative_to(SRC).with_suffix("").parts
        if parts[-1] != "__main__" and parts[1] != "testing":
            found.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return found


def run(program: str, *arguments: str) -> str:
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_importing_stackkit_loads_attrs_cattrs_and_typing_extensions_and_nothing_else() -> None:
    loaded = set(run(LOADED).split())
    assert "stackkit" in loaded
    assert loaded <= LIGHT


def test_every_module_imports_without_any_extra() -> None:
    assert run(BLOCKED, ",".join(sorted(PLAIN_INSTALL)), *modules()) == ""


def test_a_module_that_needs_an_extra_is_reported() -> None:
    assert run(BLOCKED, ",".join(sorted(LIGHT)), "attrs", "hypothesis").startswith("hypothesis: ModuleNotFoundError")
