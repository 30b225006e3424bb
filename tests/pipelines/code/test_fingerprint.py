"""What stands for the code of a step: what changes it, and what does not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.pipelines.conftest import WriteModule

from stackkit.pipelines.code.fingerprint import fingerprint

MODULE = '''
import math
from dataclasses import dataclass
from stackkit.pipelines import step

RATE = 0.5
NAMES = ["a", "b"]
LIMITS = {"low": 1, "high": frozenset({"x", "y"})}
UNUSED = 1

@dataclass
class Model:
    weight: float

    def doubled(self) -> float:
        return inner(self.weight)

def inner(value: float) -> float:
    return value * 2

def helper(value: float) -> float:
    return math.sqrt(value) * RATE + len(NAMES) + len(LIMITS)

def stranger() -> int:
    return 1

@step
def train(data: list[float], rate: float = 0.1) -> float:
    """Train."""
    model = Model(helper(sum(data)))  # a comment
    return model.doubled() * rate
'''


def changed(write_module: WriteModule, old: str, new: str, text: str = MODULE) -> bool:
    assert text.count(old) == 1
    before = fingerprint(write_module(text).train.function)
    return before != fingerprint(write_module(text.replace(old, new)).train.function)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("model.doubled() * rate", "model.doubled() + rate"),
        ("math.sqrt(value) * RATE", "math.sqrt(value) / RATE"),
        ("return value * 2", "return value * 3"),
        ("return inner(self.weight)", "return inner(self.weight) + 1"),
        ("weight: float\n", "weight: float\n    bias: float = 0.0\n"),
        ("@dataclass\nclass", "@dataclass(frozen=True)\nclass"),
        ("RATE = 0.5", "RATE = 0.6"),
        ('["a", "b"]', '["a", "c"]'),
        ('NAMES = ["a", "b"]', 'NAMES = ["a", "b"]\nNAMES.append("c")'),
        ('{"x", "y"}', '{"x", "z"}'),
        ("rate: float = 0.1", "rate: float = 0.2"),
        ("import math\n", "import cmath as math\n"),
        ("RATE = 0.5", "RATE = 1 / 2"),
    ],
    ids=[
        "the function",
        "a helper",
        "a helper of a method",
        "a method",
        "a class",
        "a decorator of a class",
        "a constant",
        "a list",
        "a list that is added to",
        "a mapping",
        "a default argument",
        "an import",
        "how a constant is made",
    ],
)
def test_a_change_of_what_a_step_runs_in_its_module_changes_the_digest(write_module: WriteModule, old: str, new: str) -> None:
    assert changed(write_module, old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  # a comment", ""),
        ("    return value * 2", "    # why\n\n    return (value\n        * 2)"),
        ("UNUSED = 1", "UNUSED = 2"),
        ("def stranger() -> int:\n    return 1", "def stranger() -> int:\n    return 2"),
        ("import math\n", "\n\n\nimport math\nimport json\n"),
        ("@step\n", "@step(retries=3, timeout=5.0, enable_cache=False)\n"),
        ("@step\n", "@step(retries=UNUSED)\n"),
    ],
    ids=["comments", "layout", "other constants", "other functions", "other imports", "options", "what options are made of"],
)
def test_what_a_step_does_not_run_leaves_the_digest_as_it_is(write_module: WriteModule, old: str, new: str) -> None:
    assert not changed(write_module, old, new)


def test_a_constant_counts_by_its_value_too(write_module: WriteModule, monkeypatch: pytest.MonkeyPatch) -> None:
    text = MODULE.replace("RATE = 0.5", 'import os\nRATE = float(os.environ["RATE_OF_TEST"])')
    digests: list[str] = []
    for rate in ("0.5", "0.5", "0.6"):
        monkeypatch.setenv("RATE_OF_TEST", rate)
        digests.append(fingerprint(write_module(text).train.function))
    assert digests[0] == digests[1] != digests[2]


def test_a_constant_of_another_module_counts_by_its_value(write_module: WriteModule) -> None:
    text = MODULE.replace("RATE = 0.5", "from written_settings import RATE")
    digests: list[str] = []
    for rate in ("0.5", "0.5 # the same", "0.6"):
        write_module(f"RATE = {rate}", "written_settings")
        digests.append(fingerprint(write_module(text).train.function))
    assert digests[0] == digests[1] != digests[2]


def test_a_local_name_is_not_taken_for_one_of_the_module(write_module: WriteModule) -> None:
    assert not changed(write_module, "def stranger", "def model", MODULE)


def test_another_decorator_counts_with_its_code(write_module: WriteModule) -> None:
    marked = """
    from functools import wraps
    from stackkit.pipelines import step

    def logged(function):
        @wraps(function)
        def wrapper(*args):
            return function(*args)
        return wrapper

    @step
    @logged
    def train(data: int) -> int:
        return data
    """
    assert changed(write_module, "return function(*args)", "return function(*args) + 1", marked)
    assert changed(write_module, "@logged\n", "\n", marked)


def test_functions_that_call_each_other_have_a_digest(write_module: WriteModule) -> None:
    text = """
    def train(n: int) -> int:
        return other(n - 1) if n else 0

    def other(n: int) -> int:
        return train(n - 1) if n else 1
    """
    before = fingerprint(write_module(text).train)
    assert before != fingerprint(write_module(text.replace("else 1", "else 2")).train)


def test_a_file_that_is_changed_after_its_import_does_not_count_until_it_is_imported_anew(write_module: WriteModule) -> None:
    module = write_module(MODULE)
    before = fingerprint(module.train.function)
    path = Path(str(module.__file__))
    path.write_text(MODULE.replace("value * 2", "value * 3"), encoding="utf-8")
    assert fingerprint(module.train.function) == before
    assert fingerprint(write_module(path.read_text("utf-8")).train.function) != before


def test_a_function_without_a_text_has_a_digest_of_what_python_runs() -> None:
    def made(text: str) -> str:
        space: dict[str, object] = {}
        exec(text, space)  # noqa: S102 - a function without a file
        function = space["train"]
        assert callable(function)
        return fingerprint(function)

    text = "def train(n=1):\n    return n in {'a', 'b'}"
    assert made(text) == made(text.replace("return", "return  "))
    assert len({made(text), made(text.replace("n=1", "n=2")), made(text.replace("'b'", "'c'"))}) == 3


def test_the_digest_is_the_same_in_every_process(tmp_path: Path) -> None:
    (tmp_path / "flow.py").write_text(MODULE, encoding="utf-8")
    (tmp_path / "other.py").write_text(MODULE, encoding="utf-8")
    program = (
        "{}; from stackkit.pipelines.code.fingerprint import fingerprint; import flow; print(fingerprint(flow.train.function))"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", program.format(first)],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed, first in (("1", "import flow"), ("2", "import other"), ("3", "import flow, other"))
    }
    assert len(found) == 1
