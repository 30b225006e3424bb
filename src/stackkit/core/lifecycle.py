"""The states of a component: provisioned or not, running or not."""

from __future__ import annotations

from typing import Protocol, TypeGuard


class HasLifecycle(Protocol):
    """What can be brought up and down.

    Laws: after `provision()`, `is_provisioned` is true; after `resume()`, `is_running` is; after a `suspend()` of its own it is
    not, and what was made is kept. Each of the four calls can be repeated without harm; a call that fails leaves states that
    tell the truth. Another object of the same configuration, in another process, tells the same states.
    """

    @property
    def is_provisioned(self) -> bool:
        """Whether what the component needs exists: folders, servers, tables."""
        ...

    @property
    def is_running(self) -> bool:
        """Whether the component can be used now."""
        ...

    def provision(self) -> None:
        """Make what the component needs."""
        ...

    def deprovision(self) -> None:
        """Take away what `provision` made."""
        ...

    def resume(self) -> None:
        """Start, or start again."""
        ...

    def suspend(self) -> None:
        """Stop, keeping what was made."""
        ...


def has_lifecycle(component: object) -> TypeGuard[HasLifecycle]:
    """Whether a component has states of its own; one that has none is always up.

    The class is asked, because asking the instance would compute its states.
    """
    members = ("is_provisioned", "is_running", "provision", "deprovision", "resume", "suspend")
    return all(hasattr(type(component), name) for name in members)
