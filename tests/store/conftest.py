"""Let pytest tell what an assertion compared, also in the modules that tests of stores share."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("tests.store.store_laws", "tests.store.store_machine", "tests.store.store_use")
