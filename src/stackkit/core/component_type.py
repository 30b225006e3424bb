"""Component types: the open, typed token, and the Protocols it is about."""

from __future__ import annotations

import re
from typing import Any, ClassVar, Generic, Protocol, TypeVar
from uuid import UUID

import attrs
from typing_extensions import override

from stackkit.errors import ConfigurationError, Problem


class HasFlavor(Protocol):
    """What names its flavor. Bases inherit it explicitly: an unassigned ClassVar of a Protocol is abstract."""

    FLAVOR: ClassVar[str]


class Component(HasFlavor, Protocol):
    """What every stack component is, whatever its type and whoever wrote it.

    Laws, which every flavor's contract suite holds:

    - It is read back from its document as it was, in every format; its document validates against its flavor's schema; two
      components are equal exactly when their documents are, to the byte.
    - A copy, a pickle and a replacement without changes are equal to it.
    - Nothing that it shows of itself holds the value of a secret.
    - Use does not change its configuration, and nobody can.
    """

    TYPE: ClassVar[ComponentType[Any]]

    @property
    def name(self) -> str:
        """What people call the component; unique among those of its type."""
        ...

    @property
    def uuid(self) -> UUID:
        """What identifies the component for ever, through any change of name."""
        ...


P = TypeVar("P", bound=Component)

SLUG = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
FLAVOR_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]*")


def check_slug(instance: object, _: object, slug: str) -> None:
    """An attrs validator: refuses what is not the slug of a component type.

    Raises:
        ConfigurationError: The slug is not of that form.
    """
    if not SLUG.fullmatch(slug):
        where = type(instance).__name__
        raise ConfigurationError(Problem(f'"{slug}" is not a slug', where=where, remedy="write lower case words joined by _"))


@attrs.frozen
class ComponentType(Generic[P]):
    """A component type by its slug; the type parameter is its Protocol.

    Tokens are compared by slug, and `stack[ARTIFACT_STORE]` is an `ArtifactStore` to every type checker. Anybody can
    make one for a component type of their own.

    Args:
        slug: Lower case words joined by `_`, as in documents; the command line writes `-` for `_`.

    Raises:
        ConfigurationError: The slug is not of that form.

    >>> ComponentType("artifact_store").option
    'artifact-store'
    """

    slug: str = attrs.field(validator=check_slug)

    @property
    def option(self) -> str:
        """The slug as the command line writes it, with `-`."""
        return self.slug.replace("_", "-")

    @property
    def title(self) -> str:
        """The slug in words, for messages.

        >>> ComponentType("artifact_store").title
        'artifact store'
        """
        return self.slug.replace("_", " ")

    @override
    def __str__(self) -> str:
        return self.slug
