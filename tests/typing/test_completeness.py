"""Everything that stackkit exports has a type that is written down."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


@pytest.mark.once
def test_every_exported_symbol_has_a_known_type(tmp_path: Path) -> None:
    if importlib.util.find_spec("pyright") is None:
        pytest.skip('pyright is not installed: pip install -e ".[dev]"')
    # --verifytypes asks the first python on the path where packages are, whatever --pythonpath says
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    command = [sys.executable, "-m", "pyright", "--verifytypes", "stackkit", "--ignoreexternal", "--outputjson"]
    done = subprocess.run(command, cwd=tmp_path, env=os.environ | {"PATH": path}, capture_output=True, text=True, check=False)
    said: dict[str, Any] = json.loads(done.stdout)["typeCompleteness"]
    assert Path(said["packageRootDirectory"]) == Path(__file__).parents[2] / "src/stackkit"
    exported = [symbol for symbol in said["symbols"] if symbol["isExported"]]
    assert len(exported) > 100
    vague = [symbol for symbol in exported if not symbol["isTypeKnown"] or symbol["isTypeAmbiguous"]]
    assert [f"{symbol['name']}: {_first(symbol['diagnostics'])}" for symbol in vague] == []


def _first(diagnostics: list[dict[str, Any]]) -> str:
    return diagnostics[0]["message"].splitlines()[0] if diagnostics else "see its members"
