"""Google's Artifact Registry, and the Container Registry before it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import ClassVar, Final, final

import attrs
from typing_extensions import override

from stackkit.core.secret import Secret
from stackkit.errors import Problem
from stackkit.flavors.container_registry.oci import OciRegistry
from stackkit.flavors.container_registry.protocol.authentication import Credentials
from stackkit.flavors.container_registry.reference import Address

_ARTIFACT_REGISTRY: Final = re.compile(r"[a-z0-9-]+-docker\.pkg\.dev/[^/]+/[^/]+.*")
_CONTAINER_REGISTRY: Final = re.compile(r"(?:(?:us|eu|asia)\.)?gcr\.io/.+")


@final
class GcpContainerRegistry(OciRegistry):
    """Google's registries: `LOCATION-docker.pkg.dev/PROJECT/REPOSITORY`, or `gcr.io/PROJECT`.

    Args:
        uri: The address, with the project and the repository.
        access_token: An access token, as `gcloud auth print-access-token` prints it.
        service_account_key: The key of a service account, in JSON form.

    Raises:
        ConfigurationError: The address is another one, or both kinds of credentials are given.

    >>> GcpContainerRegistry(name="google", uri="europe-west3-docker.pkg.dev/project/models").access_token is None
    True
    """

    FLAVOR: ClassVar[str] = "gcp"

    CHUNK_SIZE: ClassVar[int] = 0
    """The Artifact Registry takes a blob in one request only."""

    access_token: Secret | None = attrs.field(
        default=None, metadata={"help": "an access token, as gcloud auth print-access-token prints it"}
    )
    service_account_key: Secret | None = attrs.field(
        default=None, metadata={"help": "the key of a service account, in JSON form"}
    )

    @override
    def _address_problems(self, address: Address) -> Iterable[Problem]:
        if not (_ARTIFACT_REGISTRY.fullmatch(self.uri) or _CONTAINER_REGISTRY.fullmatch(self.uri)):
            remedy = "write LOCATION-docker.pkg.dev/PROJECT/REPOSITORY, or gcr.io/PROJECT"
            yield Problem("is no registry of Google with its project", where=f"uri: {self.uri}", remedy=remedy)

    @override
    def _credential_problems(self) -> Iterable[Problem]:
        if self.access_token is not None and self.service_account_key is not None:
            yield Problem("is given beside access_token", where="service_account_key", remedy="give one of them")

    @override
    def _credentials(self) -> Credentials | None:
        if self.access_token is not None:
            return Credentials("oauth2accesstoken", self.access_token)
        return None if self.service_account_key is None else Credentials("_json_key", self.service_account_key)
