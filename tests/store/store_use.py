"""What tests of stores do over and over: one document at a time, many threads, a look at a message."""

from __future__ import annotations

import threading
from collections.abc import Callable

from stackkit.errors import ConflictError, StoreError
from stackkit.store.base import Document, Store


def put(store: Store, kind: str, key: str, *, times: int = 1) -> None:
    """Write a document that is not there yet, a number of times."""
    for revision in range(times):
        with store.write() as transaction:
            transaction.put(kind, key, f"body {revision}", revision=revision)


def find(store: Store, kind: str, key: str) -> Document | None:
    """A document, in a snapshot of its own."""
    with store.read() as snapshot:
        return snapshot.get(kind, key)


def keys(store: Store, kind: str, prefix: str = "") -> list[str]:
    """The keys of a listing, in a snapshot of its own."""
    with store.read() as snapshot:
        return [found.key for found in snapshot.list(kind, prefix)]


def in_threads(count: int, work: Callable[[int], None]) -> None:
    """Run some work in several threads at once; raise what any of them raised."""
    failures: list[BaseException] = []
    together = threading.Barrier(count)

    def run(number: int) -> None:
        together.wait()
        try:
            work(number)
        except BaseException as e:  # noqa: BLE001 - raised again below
            failures.append(e)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def assert_one_line(error: StoreError) -> None:
    """The message is one line, and can be written to any terminal."""
    message = str(error)
    assert len(message.splitlines()) == 1
    message.encode()


def assert_tells_what_to_do(error: ConflictError, kind: str, key: str) -> None:
    """The message names the document and the way on."""
    assert_one_line(error)
    assert kind in str(error)
    assert repr(key) in str(error)
    assert "read it again and repeat" in str(error)
