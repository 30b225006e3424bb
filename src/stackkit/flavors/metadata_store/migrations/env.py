"""What Alembic runs to begin with: it goes on with the connection that it is given."""

from __future__ import annotations

from stackkit.flavors.metadata_store.versions import VERSION_TABLE


def run() -> None:
    """Go the steps that are left."""
    from alembic import context

    context.configure(connection=context.config.attributes["connection"], version_table=VERSION_TABLE)
    context.run_migrations()


if __name__ == "env_py":  # what Alembic calls it; to import it does nothing
    run()
