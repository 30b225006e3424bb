"""Runs, steps, artifacts, and who took which."""

from __future__ import annotations

from typing import Final

revision: Final = "1"
down_revision: Final = None


def upgrade() -> None:
    """Make the tables."""
    from alembic import context, op

    from stackkit.flavors.metadata_store.versions import apply

    apply(op.get_bind(), context.config.attributes["dialect"], int(revision))
