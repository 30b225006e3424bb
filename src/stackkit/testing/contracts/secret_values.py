"""Values for the secrets of a component under test, which can be looked for in all that it shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final, TypeVar, final

from typing_extensions import override

from stackkit import SECRETS_MANAGER, BaseSecretsManager, SecretGroup, Stack, StackComponent, to_builtins
from stackkit.core.component import as_component, type_of
from stackkit.core.narrow import is_dict, is_list
from stackkit.core.secret import REFERENCE, split_reference
from stackkit.errors import Problem, SecretNotFoundError

C = TypeVar("C", bound=StackComponent)

MARK: Final = "the-value-of-a-secret"
"""What stands in every value."""


@final
class _Answering(BaseSecretsManager):
    """Has a value for each of some references, and keeps none."""

    FLAVOR: ClassVar[str] = "answering"

    references: tuple[str, ...]

    @override
    def get_secret(self, name: str) -> SecretGroup:
        pairs = [split_reference(reference) for reference in self.references]
        values = {key: f"{MARK}/{key}" for owner, key in pairs if owner == name}
        if not values:
            raise SecretNotFoundError(Problem(f"there is no secret {name}"))
        return SecretGroup(name, values)

    @override
    def get_all_secret_keys(self) -> list[str]:
        return sorted({split_reference(reference)[0] for reference in self.references})

    @override
    def register_secret(self, secret: SecretGroup) -> None:
        raise NotImplementedError

    @override
    def update_secret(self, secret: SecretGroup) -> None:
        raise NotImplementedError

    @override
    def delete_secret(self, name: str) -> None:
        raise NotImplementedError

    @override
    def delete_all_secrets(self) -> None:
        raise NotImplementedError


def with_secret_values(component: C) -> C:
    """A component as a stack gives it, whose secrets have values with `MARK` in them; itself where it has no secrets.

    Args:
        component: A component whose secrets are references without values.
    """
    if type_of(type(component)) == SECRETS_MANAGER:  # which has nobody to ask
        return component
    manager = _Answering(name="answering", references=tuple(_references(to_builtins(component))))
    given = as_component(component)
    usable: object = Stack(given, as_component(manager)).usable(given)
    assert isinstance(usable, type(component))
    return usable


def holds_secrets(component: StackComponent) -> bool:
    """Whether a component's configuration refers to secrets, whose values do not travel with a pickle of it.

    Args:
        component: Any component that can be written to a document.
    """
    return any(True for _ in _references(to_builtins(component)))


def _references(builtins: object) -> Iterator[str]:
    """The references to secrets in a document."""
    if is_list(builtins):
        for element in builtins:
            yield from _references(element)
    elif is_dict(builtins):
        reference = builtins.get("$secret")
        if isinstance(reference, str) and REFERENCE.fullmatch(reference):
            yield reference
        for element in builtins.values():
            yield from _references(element)
