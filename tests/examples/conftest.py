"""Let the tests import the example packages, which are not installed beside stackkit."""

from __future__ import annotations

import sys
from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "examples"

sys.path += [str(EXAMPLES / "stackkit-annotator" / "src"), str(EXAMPLES / "custom-artifact-store")]
