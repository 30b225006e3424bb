"""Debian's MariaDB, for as long as a block runs."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from tests.servers.programs import find_program
from tests.servers.server import PASSWORD, USER, Server, ServerStartError, folder_of, run, running, unprivileged

_ACCOUNT: Final = "mysql"
# What is committed has to survive the death of the server, but not of the machine.
_SETTINGS: Final = (
    *("--innodb-flush-log-at-trx-commit=2", "--innodb-flush-method=nosync", "--innodb-doublewrite=0", "--skip-log-bin"),
    *("--innodb-buffer-pool-size=32M", "--innodb-log-file-size=16M", "--aria-log-file-size=8M", "--log-warnings=1"),
)
_TABLES: Final = ("mysql_system_tables.sql", "mysql_system_tables_data.sql")
_DATABASE: Final = "stackkit"


@contextmanager
def mariadb() -> Generator[Server]:
    """A server with an empty database; nothing of it is left after the block.

    Skips the test where MariaDB is not installed.
    """
    program = find_program("mariadbd", package="mariadb-server", tests="MySQL and MariaDB")
    with folder_of(_ACCOUNT) as folder:
        # a folder of its own for what is temporary, too: as it starts, it deletes what others have there
        start = [
            *unprivileged(_ACCOUNT),
            program,
            "--no-defaults",
            f"--datadir={folder / 'data'}",
            f"--tmpdir={folder}",
            *_SETTINGS,
        ]
        run([*unprivileged(_ACCOUNT), "mkdir", str(folder / "data")])
        # mariadb-install-db does the same in three seconds, as it fills the tables of the manual too
        run([*start, "--bootstrap"], given="\n".join(_first_statements()))

        def command(port: int) -> list[str]:
            listening = ("--bind-address=127.0.0.1", f"--port={port}", f"--socket={folder / 'socket'}", "--skip-name-resolve")
            return [*start, *listening, "--max-connections=300"]

        tls = (f"--ssl-cert={folder / 'certificate.pem'}", f"--ssl-key={folder / 'key.pem'}")

        with running(command, b"ready for connections", folder, _execute, _DATABASE, tls) as found:
            yield found


def _first_statements() -> list[str]:
    folder = next(
        (path for path in map(Path, ("/usr/share/mysql", "/usr/share/mariadb")) if (path / _TABLES[0]).is_file()), None
    )
    if folder is None:
        raise ServerStartError(f"{_TABLES[0]} is nowhere: apt-get install --reinstall mariadb-server")
    return [
        "CREATE DATABASE mysql;",
        "USE mysql;",
        *[(folder / name).read_text("utf-8") for name in _TABLES],
        "FLUSH PRIVILEGES;",
        f"CREATE USER '{USER}'@'%' IDENTIFIED BY '{PASSWORD}';",
        f"GRANT ALL PRIVILEGES ON *.* TO '{USER}'@'%' WITH GRANT OPTION;",
        f"CREATE DATABASE {_DATABASE};",
    ]


def _execute(server: Server, statements: Sequence[str]) -> None:
    import pymysql

    connection = pymysql.connect(
        host=server.host,
        port=server.port,
        user=server.user,
        password=server.password,
        database=server.database,
        autocommit=True,
    )
    with closing(connection), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
