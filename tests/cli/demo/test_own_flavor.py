"""What the demo breaks is broken."""

from __future__ import annotations

import pytest

from stackkit.cli.demo.guide import DemoError
from stackkit.cli.demo.own_flavor import BREAKS, broken_source, flavor_source


def test_each_breakage_changes_the_flavor() -> None:
    assert len({broken_source(changes) for changes in BREAKS.values()} | {flavor_source()}) == len(BREAKS) + 1


def test_a_breakage_that_no_longer_fits_the_flavor_is_an_error() -> None:
    with pytest.raises(DemoError, match="has no never there to break"):
        broken_source([("never there", "else")])
