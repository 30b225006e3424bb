"""What the tests of the class-definition guard share."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("tests.core.planted")


@pytest.fixture(params=[True, False], ids=["postponed", "evaluated"])
def postponed(request: pytest.FixtureRequest) -> bool:
    """Whether the planted text has `from __future__ import annotations`."""
    return bool(request.param)
