"""The versions of the tables, and Alembic's way through them."""

from __future__ import annotations

import pytest

from stackkit.flavors.metadata_store.dialects import MYSQL, POSTGRESQL, Dialect
from stackkit.flavors.metadata_store.schema import UPGRADES
from stackkit.flavors.metadata_store.versions import migrations


def test_each_step_of_the_tables_is_a_migration_after_the_one_before() -> None:
    found = [(script.revision, script.down_revision) for script in migrations().walk_revisions()]
    assert found == [(str(version), str(version - 1) if version > 1 else None) for version in range(len(UPGRADES), 0, -1)]


@pytest.mark.parametrize("dialect", [POSTGRESQL, MYSQL], ids=["postgresql", "mysql"])
def test_each_dialect_has_all_types_of_the_tables(dialect: Dialect) -> None:
    for statements in UPGRADES:
        for statement in statements:
            assert "{" not in statement.format(**dialect.types)
