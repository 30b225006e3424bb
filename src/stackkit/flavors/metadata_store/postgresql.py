"""Records of runs in a database of PostgreSQL."""

from __future__ import annotations

from typing import ClassVar, Final, final

import attrs
from typing_extensions import override

from stackkit.flavors.metadata_store.dialects import POSTGRESQL, Dialect
from stackkit.flavors.metadata_store.engines import Options
from stackkit.flavors.metadata_store.server import ServerMetadataStore

# A machine that vanished says no more: milliseconds that it may leave unanswered, and seconds of silence before it is asked.
_PATIENCE: Final = (("tcp_user_timeout", 60_000), ("keepalives_idle", 30))


@final
class PostgresqlMetadataStore(ServerMetadataStore):
    """Records of runs in a database of PostgreSQL, 12 or newer, which any number of machines share.

    Without a password, psycopg finds one as `psql` does: in `~/.pgpass` or PGPASSWORD.

    Args:
        port: Where the server listens.

    >>> from stackkit import Secret
    >>> PostgresqlMetadataStore(name="records", host="db.example.org", username="ada", password=Secret("db.password")).password
    Secret('db.password')
    """

    FLAVOR: ClassVar[str] = "postgresql"

    port: int = attrs.field(
        default=5432,
        kw_only=True,
        validator=attrs.validators.and_(attrs.validators.ge(1), attrs.validators.le(65535)),
        metadata={"help": "where the server listens"},
    )

    @property
    @override
    def _dialect(self) -> Dialect:
        return POSTGRESQL

    @property
    @override
    def _options(self) -> Options:
        checked: Options = () if self.ca_file is None else (("sslmode", "verify-full"), ("sslrootcert", self.ca_file))
        return (*_PATIENCE, *checked)
