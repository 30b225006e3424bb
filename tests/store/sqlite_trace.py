"""A look at the connections that a store opens, and at what it does with them."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest


def traced(monkeypatch: pytest.MonkeyPatch) -> tuple[list[sqlite3.Connection], list[str]]:
    """The connections that are opened from here on, and the statements that they run."""
    connections: list[sqlite3.Connection] = []
    statements: list[str] = []
    connect = sqlite3.connect

    def connect_traced(path: Path, *, timeout: float, isolation_level: None, check_same_thread: bool) -> sqlite3.Connection:
        connection = connect(path, timeout=timeout, isolation_level=isolation_level, check_same_thread=check_same_thread)
        connection.set_trace_callback(statements.append)
        connections.append(connection)
        return connection

    monkeypatch.setattr(sqlite3, "connect", connect_traced)
    return connections, statements


def is_open(connection: sqlite3.Connection) -> bool:
    """Whether a connection can be used."""
    try:
        connection.execute("SELECT 1")
    except sqlite3.ProgrammingError:
        return False
    return True
