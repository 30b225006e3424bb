"""A field that names another component of the same stack."""

from __future__ import annotations

import attrs

from stackkit.core.component_type import ComponentType, P, check_slug
from stackkit.core.lookup import Components
from stackkit.errors import ComponentNotFoundError, Problem


@attrs.frozen
class Reference:
    """Another component, by type and name; in a document `{"$component": "artifact_store/prod"}`.

    A stack whose component refers to one that is not in it is refused.

    Args:
        type: The slug of the other component's type.
        name: Its name.

    Raises:
        ConfigurationError: The type is not a slug.

    >>> Reference("artifact_store", "prod").text
    'artifact_store/prod'
    """

    type: str = attrs.field(validator=check_slug)
    name: str

    @property
    def text(self) -> str:
        """The reference in one word, as documents write it."""
        return f"{self.type}/{self.name}"

    def find(self, components: Components, kind: ComponentType[P]) -> P:
        """The component referred to.

        Args:
            components: The stack to look in.
            kind: The token of the type, which gives the result its type.

        Raises:
            ComponentNotFoundError: The stack has no such component.
        """
        if kind.slug != self.type:
            raise ComponentNotFoundError(
                Problem(f"{self.text} is not of the type {kind}", remedy=f"refer to {kind}/{self.name}")
            )
        found = components.get(kind)
        if found is None or found.name != self.name:
            raise ComponentNotFoundError(
                Problem(f"the stack has no {self.text}", remedy=f"add the {kind.title} {self.name} to it")
            )
        return found
