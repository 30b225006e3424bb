"""Programs that fork while a store is open; `test_sqlite_connections` runs them, each in a process without other threads.

Every one ends with status 0 if the store kept its promises. A child that breaks a promise ends with a traceback.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

from stackkit.errors import StoreError
from stackkit.store.base import Store, Transaction
from stackkit.store.sqlite import SqliteStore


class Event:
    """Something that one process waits for until another one says so."""

    def __init__(self) -> None:
        self._read, self._write = os.pipe()

    def set(self) -> None:
        os.write(self._write, b"x")

    def wait(self) -> None:
        assert os.read(self._read, 1)


def fork(child: Callable[[], None]) -> int:
    """Run something in a forked child, to the very end of its interpreter."""
    if pid := os.fork():
        return pid
    child()
    sys.exit(0)


def join(pid: int) -> None:
    """Wait for a child that must have ended well."""
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def put(store: Store, key: str) -> None:
    """Write a document in a transaction of its own."""
    with store.write() as transaction:
        transaction.put("stack", key, "{}", revision=0)


def refused(use: Callable[[], object]) -> None:
    """Assert that a use fails, and tells of the fork."""
    message = "it was not refused"
    try:
        use()
    except StoreError as e:
        message = str(e)
    assert "process was forked" in message, message


def keys(path: Path) -> list[str]:
    """The keys as a process sees them that has nothing to do with the store; the database is sound."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return [key for (key,) in connection.execute("SELECT key FROM document ORDER BY key")]


def parent_closes_while_child_writes(store: SqliteStore, path: Path) -> None:
    put(store, "parent")
    written, closed = Event(), Event()

    def child() -> None:
        put(store, "child 1")
        written.set()
        closed.wait()
        put(store, "child 2")

    pid = fork(child)
    written.wait()
    store.close()
    closed.set()
    join(pid)
    assert keys(path) == ["child 1", "child 2", "parent"]


def child_after_a_finished_transaction(store: SqliteStore, path: Path) -> None:
    for number in range(5):
        put(store, f"parent {number}")
        pids = [fork(partial(put, store, name)) for name in (f"first {number}", f"second {number}")]
        put(store, f"parent {number} too")
        for pid in pids:
            join(pid)
    assert len(keys(path)) == 20


def child_of_a_child(store: SqliteStore, path: Path) -> None:
    def child() -> None:
        put(store, "child")
        join(fork(lambda: put(store, "grandchild")))
        put(store, "child too")

    put(store, "parent")
    join(fork(child))
    put(store, "parent too")
    assert keys(path) == ["child", "child too", "grandchild", "parent", "parent too"]


def fork_inside_a_write(store: SqliteStore, path: Path) -> None:
    def use_the_parents(transaction: Transaction) -> None:
        refused(lambda: transaction.get("stack", "parent"))
        refused(lambda: transaction.put("stack", "child", "{}", revision=0))
        refused(lambda: SqliteStore(path).read().__enter__())
        refused(lambda: put(SqliteStore(path), "child"))

    with store.write() as transaction:
        transaction.put("stack", "parent", "{}", revision=0)
        pid = os.fork()
        if not pid:
            use_the_parents(transaction)
            sys.exit(0)  # leaves the block in the child, with an exception: it must not roll back for the parent
        join(pid)
        transaction.put("stack", "parent too", "{}", revision=0)
    assert keys(path) == ["parent", "parent too"]
    leave_the_block_in_a_child(store)
    assert keys(path) == ["parent", "parent too", "third"]


def leave_the_block_in_a_child(store: SqliteStore) -> None:
    """A child that runs to the end of the block is told that nothing was committed by it."""
    pid, message = -1, ""
    try:
        with store.write() as transaction:
            transaction.put("stack", "third", "{}", revision=0)
            pid = os.fork()
            if pid:
                join(pid)
    except StoreError as e:
        message = str(e)
    if pid:
        assert not message, message
    else:
        assert "process was forked" in message, "the child believes that it has committed"
        sys.exit(0)


def fork_inside_a_large_write(store: SqliteStore, path: Path) -> None:
    """More than SQLite's cache holds: a part of the transaction is in the log already, where a rollback would cut it off."""
    with store.write() as transaction:
        for number in range(500):
            transaction.put("stack", f"{number:03}", "x" * 20_000, revision=0)
        join(fork(lambda: None))
        assert len(transaction.list("stack")) == 500
    assert len(keys(path)) == 500


def child_with_threads(store: SqliteStore, path: Path) -> None:
    def child() -> None:
        threads = [threading.Thread(target=put, args=(store, f"thread {number}")) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    put(store, "parent")
    join(fork(child))
    assert keys(path) == ["parent", "thread 0", "thread 1", "thread 2", "thread 3"]


def fork_inside_a_read(store: SqliteStore, path: Path) -> None:
    put(store, "parent")
    with store.read() as snapshot:
        join(fork(lambda: refused(lambda: snapshot.list("stack"))))
        join(fork(lambda: refused(lambda: put(store, "child"))))
        assert len(snapshot.list("stack")) == 1
    join(fork(lambda: put(store, "child")))
    assert keys(path) == ["child", "parent"]


def fork_beside_a_thread_in_a_transaction(store: SqliteStore, path: Path) -> None:
    begun, forked = threading.Event(), threading.Event()

    def write() -> None:
        with store.write() as transaction:
            transaction.put("stack", "thread", "{}", revision=0)
            begun.set()
            forked.wait()

    thread = threading.Thread(target=write)
    thread.start()
    begun.wait()
    pid = fork(lambda: refused(lambda: put(SqliteStore(path), "child")))
    join(pid)
    forked.set()
    thread.join()
    assert keys(path) == ["thread"]


def main(scenario: str, path: Path) -> None:
    """Run one scenario."""
    store = SqliteStore(path)
    globals()[scenario](store, path)
    store.close()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
