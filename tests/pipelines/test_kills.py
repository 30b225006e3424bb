"""Pipelines that are killed with -9: what is recorded is so, and they go on to their end.

`python -m tests.pipelines.kills` does it as often as it is asked to.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.pipelines.kills import rounds
from tests.servers.server import PASSWORD, Server

from stackkit.flavors.metadata_store.engines import disconnect

pytestmark = pytest.mark.once


def test_after_kills_of_the_parent_and_of_workers_the_records_in_a_file_are_true_and_the_run_goes_on(tmp_path: Path) -> None:
    assert rounds(3, seed=4, folder=tmp_path, server=None).wrong == []


def test_after_kills_of_processes_and_of_the_database_the_records_on_a_server_are_true_and_the_run_goes_on(
    tmp_path: Path, postgresql_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    try:
        assert rounds(4, seed=4, folder=tmp_path, server=postgresql_server.fresh_database(), begin=2).wrong == []
    finally:
        disconnect()
