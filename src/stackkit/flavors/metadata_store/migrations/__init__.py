"""Alembic's steps from one version of a server's tables to the next."""
