"""Metadata stores on a database server, which any number of machines share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator

import attrs
from typing_extensions import override

from stackkit.core.secret import Secret
from stackkit.errors import ConfigurationError, Problem, StackkitError
from stackkit.flavors.metadata_store.dialects import Dialect
from stackkit.flavors.metadata_store.engines import Address, Options
from stackkit.flavors.metadata_store.server_database import ServerDatabase
from stackkit.flavors.metadata_store.sql import SqlMetadataStore


class ServerMetadataStore(SqlMetadataStore, ABC, abstract=True):
    """Records in a database of a server.

    The database has to be there; the tables, whose names begin with `stackkit_`, are made when the component comes up, or
    when something is first recorded. Each is reached by SQLAlchemy, and brought to a newer version by Alembic.

    A server that goes away in the middle is waited for, and what was recorded when it went is recorded once.

    Args:
        host: Its name or address.
        port: Where it listens.
        database: The name of the database on it.
        username: Who asks.
        password: The password, where one is asked for.
        ca_file: The certificates of who vouches for the server. With it, the connection is encrypted and the server has to
            be the one that is named.
        reconnect_timeout: Seconds that what reads and records waits for a server that is not there: it may be restarted.

    Raises:
        ConfigurationError: A name is empty or has characters that do not print; all of them are told.
    """

    host: str = attrs.field(default="localhost", kw_only=True, metadata={"help": "the server's name or address"})
    port: int = attrs.field(
        kw_only=True,
        validator=attrs.validators.and_(attrs.validators.ge(1), attrs.validators.le(65535)),
        metadata={"help": "where the server listens"},
    )
    database: str = attrs.field(default="stackkit", kw_only=True, metadata={"help": "the name of the database"})
    username: str = attrs.field(default="stackkit", kw_only=True, metadata={"help": "who asks"})
    password: Secret | None = attrs.field(default=None, kw_only=True, metadata={"help": "the password"})
    ca_file: str | None = attrs.field(
        default=None, kw_only=True, metadata={"help": "a file of the certificates that vouch for the server, to ask for TLS"}
    )
    reconnect_timeout: int = attrs.field(
        default=10,
        kw_only=True,
        validator=attrs.validators.ge(0),
        metadata={"help": "seconds to wait for a server that is not there"},
    )

    def __attrs_post_init__(self) -> None:
        problems = [*self._problems()]
        if problems:
            raise ConfigurationError(*problems)

    def _problems(self) -> Iterator[Problem]:
        texts = {"host": self.host, "database": self.database, "username": self.username, "ca_file": self.ca_file}
        for name, text in texts.items():
            if text is not None and (not text or not text.isprintable()):
                yield Problem(f"{text!r} is no name", where=name, remedy="give one that has characters, which all print")

    @property
    @abstractmethod
    def _dialect(self) -> Dialect:
        """How the server is spoken to."""

    @property
    @abstractmethod
    def _options(self) -> Options:
        """What the library that speaks to it is given for each connection."""

    @property
    def _address(self) -> Address:
        return Address(
            driver=self._dialect.driver,
            extra=self._dialect.extra,
            host=self.host,
            port=self.port,
            database=self.database,
            username=self.username,
            password=None if self.password is None else self.password.reveal(),
            ca_file=self.ca_file,
            options=self._options,
        )

    @property
    @override
    def _database(self) -> ServerDatabase:
        return ServerDatabase(self._address, self._dialect, self.reconnect_timeout)

    @property
    @override
    def is_provisioned(self) -> bool:
        """Whether the tables are there, and the server says so; `provision` says what keeps it from that."""
        try:
            return self._database.is_made
        except StackkitError:
            return False

    @override
    def provision(self) -> None:
        """Make the tables, or bring them to the newest version.

        Raises:
            MissingExtraError: What speaks to the server is not installed.
            SecretNotResolvedError: The password is a reference, and the component was not taken from a stack.
            StoreError: They cannot be made.
        """
        self._database.make()

    @override
    def deprovision(self) -> None:
        """Nothing: what was recorded stays. To be rid of it, drop the tables whose names begin with `stackkit_`."""
