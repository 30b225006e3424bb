"""A process that works on a store as it is told, a JSON list a line, and answers a line for each; see `store_processes`."""

from __future__ import annotations

import importlib
import itertools
import json
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import cast

from stackkit.errors import ConflictError, StoreError
from stackkit.store.base import Store, Transaction

Change = tuple[str, str, str | None, int]  # kind, key, body (None: remove it), the revision that is replaced


class DeliberateError(Exception):
    """Ends a transaction that shall fail."""


def answer(reply: object) -> None:
    """Write one line."""
    print(json.dumps(reply), flush=True)  # noqa: T201 - standard output is the way back to the test


def open_store(module: str, name: str, argument: str) -> Store:
    """Call the class or function that opens the store."""
    opener = cast("Callable[[str], Store]", getattr(importlib.import_module(module), name))
    return opener(argument)


def apply(transaction: Transaction, change: Change) -> str:
    """Make one change; tell whether it met a conflict."""
    kind, key, body, revision = change
    try:
        if body is None:
            transaction.delete(kind, key, revision=revision)
        else:
            transaction.put(kind, key, body, revision=revision)
    except ConflictError:
        return "conflict"
    return "done"


class Work:
    """What can be asked for; each method is one verb."""

    def __init__(self) -> None:
        self._opened: Store | None = None

    @property
    def _store(self) -> Store:
        assert self._opened is not None, "say open first"
        return self._opened

    def open(self, module: str, name: str, argument: str) -> None:
        if self._opened is not None:
            self._opened.close()
        self._opened = open_store(module, name, argument)
        answer("open")

    def register(self, owner: str, count: int) -> None:
        for number in range(count):
            with self._store.write() as transaction:
                transaction.put("component", f"{owner}-{number}", f"body of {owner}-{number}", revision=0)
        answer(count)

    def increment(self, key: str, times: int) -> None:
        """Read in one transaction and write in another, so that others come between."""
        conflicts = 0
        for _ in range(times):
            while not self._incremented(key):
                conflicts += 1
        answer(conflicts)

    def _incremented(self, key: str) -> bool:
        with self._store.read() as snapshot:
            document = snapshot.get("counter", key)
        assert document is not None
        try:
            with self._store.write() as transaction:
                transaction.put("counter", key, str(int(document.body) + 1), revision=document.revision)
        except ConflictError:
            return False
        return True

    def pour(self, owner: str, size: int) -> None:
        """Write pairs of documents until killed; answer each pair's number when it is committed."""
        for number in itertools.count():
            with self._store.write() as transaction:
                for side in ("left", "right"):
                    transaction.put(side, f"{owner}-{number}", f"{number} ".ljust(size, "x"), revision=0)
            answer(number)

    def change(self, changes: list[Change], ending: str) -> None:
        """Make changes in one transaction that is committed, fails, or stays open until this process is killed."""
        outcomes: list[str] = []
        with suppress(DeliberateError), self._store.write() as transaction:
            outcomes += [apply(transaction, change) for change in changes]
            if ending == "hang":
                answer("hanging")
                sys.stdin.readline()
            if ending == "fail":
                raise DeliberateError
        answer(outcomes)

    def documents(self, kind: str, prefix: str) -> None:
        with self._store.read() as snapshot:
            answer([[found.key, found.revision, found.body] for found in snapshot.list(kind, prefix)])


def main() -> None:
    """Do as told until there is nothing more to read."""
    work = Work()
    for line in sys.stdin:
        verb, *arguments = json.loads(line)
        try:
            getattr(work, verb)(*arguments)
        except StoreError as e:
            answer({"error": type(e).__name__, "message": str(e)})


if __name__ == "__main__":
    main()
