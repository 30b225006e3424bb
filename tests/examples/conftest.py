"""What the tests of the examples share: the example packages, which are not installed beside stackkit, and the laws."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"

sys.path += [str(EXAMPLES / "stackkit-annotator" / "src"), str(EXAMPLES / "custom-artifact-store")]

pytest.register_assert_rewrite("tests.flavors.artifact_store.artifact_store_laws")
