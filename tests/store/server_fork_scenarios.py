"""A program that forks while a store on a server is open; it reads the URL, and ends with 0 if all promises were kept."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from stackkit.errors import StoreError
from stackkit.store.base import Store
from stackkit.store.server import ServerStore


def put(store: Store, key: str) -> None:
    """Write a document in a transaction of its own."""
    with store.write() as transaction:
        transaction.put("stack", key, "{}", revision=0)


def keys(store: Store) -> list[str]:
    """The keys as they are now."""
    with store.read() as snapshot:
        return [document.key for document in snapshot.list("stack")]


def refused(use: Callable[[], object]) -> None:
    """Assert that a use fails, and tells of the fork."""
    message = "it was not refused"
    try:
        use()
    except StoreError as e:
        message = str(e)
    assert "process was forked" in message, message


def join(pid: int) -> None:
    """Wait for a child that must have ended well."""
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def fork_with_an_idle_connection(store: ServerStore) -> None:
    put(store, "parent")
    pid = os.fork()
    if not pid:
        put(store, "child")
        store.close()
        sys.exit(0)  # to the very end of the interpreter, which closes what it finds
    put(store, "parent too")
    join(pid)
    assert keys(store) == ["child", "parent", "parent too"]


def fork_inside_a_write(store: ServerStore) -> None:
    with store.write() as transaction:
        transaction.put("stack", "third", "{}", revision=0)
        pid = os.fork()
        if not pid:
            refused(lambda: transaction.get("stack", "third"))
            refused(lambda: transaction.put("stack", "fourth", "{}", revision=0))
            assert keys(store) == ["child", "parent", "parent too"]
            sys.exit(0)  # leaves the block in the child, with an exception: it must not roll back for the parent
        join(pid)
    assert keys(store) == ["child", "parent", "parent too", "third"]


def leave_the_block_of_the_parent(store: ServerStore) -> None:
    pid, message = -1, ""
    try:
        with store.write() as transaction:
            transaction.put("stack", "zero", "{}", revision=0)
            pid = os.fork()
            if pid:
                join(pid)
    except StoreError as e:
        message = str(e)
    if not pid:
        assert "process was forked" in message, "the child believes that it has committed"
        sys.exit(0)
    assert not message, message
    assert keys(store)[-1] == "zero"


def main() -> None:
    """Run all of it."""
    store = ServerStore(sys.stdin.read())
    fork_with_an_idle_connection(store)
    fork_inside_a_write(store)
    leave_the_block_of_the_parent(store)
    store.close()


if __name__ == "__main__":
    main()
