"""Let pytest tell what an assertion compared, also in the modules that tests of artifact stores share."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite(
    "tests.flavors.artifact_store.artifact_store_laws", "tests.flavors.artifact_store.artifact_store_machine"
)
