"""Records of runs in a database of MySQL or MariaDB."""

from __future__ import annotations

from typing import ClassVar, Final, final

import attrs
from typing_extensions import override

from stackkit.flavors.metadata_store.dialects import MYSQL, Dialect
from stackkit.flavors.metadata_store.engines import Options
from stackkit.flavors.metadata_store.server import ServerMetadataStore

# A machine that vanished says no more: seconds that it may take, which are more than it may wait for others.
_PATIENCE: Final = (("read_timeout", 150), ("write_timeout", 60))


@final
class MysqlMetadataStore(ServerMetadataStore):
    """Records of runs in a database of MySQL 8 or MariaDB 10.5, or newer, which any number of machines share.

    Args:
        port: Where the server listens.

    >>> from stackkit import Secret
    >>> MysqlMetadataStore(name="records", host="db.example.org", username="ada", password=Secret("db.password")).password
    Secret('db.password')
    """

    FLAVOR: ClassVar[str] = "mysql"

    port: int = attrs.field(
        default=3306,
        kw_only=True,
        validator=attrs.validators.and_(attrs.validators.ge(1), attrs.validators.le(65535)),
        metadata={"help": "where the server listens"},
    )

    @property
    @override
    def _dialect(self) -> Dialect:
        return MYSQL

    @property
    @override
    def _options(self) -> Options:
        checked: Options = () if self.ca_file is None else (("ssl_ca", self.ca_file), ("ssl_verify_identity", True))
        return (*_PATIENCE, ("binary_prefix", True), *checked)  # identifiers are bytes, and not text of some encoding
