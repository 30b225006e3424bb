"""Debian's PostgreSQL, for as long as a block runs."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.servers.programs import find_program
from tests.servers.server import PASSWORD, USER, Server, folder_of, run, running, unprivileged

_ACCOUNT: Final = "postgres"
# What is committed has to survive the death of the server, but not of the machine.
_SETTINGS: Final = (
    *("fsync=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0"),
    *("listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=200", "shared_buffers=32MB", "autovacuum=off"),
)


@contextmanager
def postgresql() -> Generator[Server]:
    """A server with an empty database; nothing of it is left after the block.

    Skips the test where PostgreSQL is not installed.
    """
    initdb, server = _program("initdb"), _program("postgres")
    with folder_of(_ACCOUNT) as folder:
        (folder / "password").write_text(PASSWORD, encoding="utf-8")
        (folder / "password").chmod(0o644)
        data = folder / "data"
        run(
            [
                *unprivileged(_ACCOUNT),
                *(initdb, "--pgdata", str(data), "--username", USER, "--pwfile", str(folder / "password")),
                *("--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync", "--no-instructions"),
            ]
        )
        settings = [word for setting in _SETTINGS for word in ("-c", setting)]
        files = (f"ssl_cert_file={folder / 'certificate.pem'}", f"ssl_key_file={folder / 'key.pem'}")
        tls = [word for setting in ("ssl=on", *files) for word in ("-c", setting)]

        def command(port: int) -> list[str]:
            return [*unprivileged(_ACCOUNT), server, "-D", str(data), "-p", str(port), *settings]

        ready = b"database system is ready to accept connections"
        with running(command, ready, folder, _execute, "postgres", tls) as found:
            yield found


def _program(name: str) -> str:
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return find_program(name, package="postgresql", tests="PostgreSQL", folders=":".join(map(str, folders)))


def _execute(server: Server, statements: Sequence[str]) -> None:
    import psycopg

    with psycopg.connect(
        host=server.host,
        port=server.port,
        user=server.user,
        password=server.password,
        dbname=server.database,
        autocommit=True,
    ) as connection:
        for statement in statements:
            connection.execute(statement.encode())
