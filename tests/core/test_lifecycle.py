"""Which components have states of their own."""

from __future__ import annotations

from typing import ClassVar, final

import attrs
import pytest
from typing_extensions import override

from stackkit.components.alerter import BaseAlerter
from stackkit.core.lifecycle import HasLifecycle, has_lifecycle


class Whole:
    """Something with a lifecycle whose states are costly to ask for."""

    asked = 0

    @property
    def is_provisioned(self) -> bool:
        type(self).asked += 1
        return False

    @property
    def is_running(self) -> bool:
        type(self).asked += 1
        return False

    def provision(self) -> None: ...
    def deprovision(self) -> None: ...
    def resume(self) -> None: ...
    def suspend(self) -> None: ...


class Bell(BaseAlerter):
    """A component that inherits its lifecycle."""

    FLAVOR: ClassVar[str] = "bell"

    @override
    def post(self, message: str) -> bool:
        return bool(message)

    @override
    def ask(self, question: str) -> bool:
        return bool(question)


def test_every_component_of_a_base_has_a_lifecycle() -> None:
    bell: object = Bell(name="door")
    assert has_lifecycle(bell)
    lifecycle: HasLifecycle = bell
    assert lifecycle.is_running


@final
class Chest(Bell):
    """A component that needs something to be made, and says no more about when it runs."""

    FLAVOR: ClassVar[str] = "chest"
    _made: bool = attrs.field(init=False, default=False)

    @property
    @override
    def is_provisioned(self) -> bool:
        return self._made

    @override
    def provision(self) -> None:
        self._made = True


def test_what_is_not_provisioned_is_not_running_either_unless_its_flavor_says_so() -> None:
    chest = Chest(name="oak")
    assert not chest.is_running
    chest.provision()
    assert chest.is_running


def test_to_have_a_lifecycle_needs_no_base_and_asks_for_no_state() -> None:
    assert has_lifecycle(Whole())
    assert Whole.asked == 0


@pytest.mark.parametrize("missing", ["is_provisioned", "is_running", "provision", "deprovision", "resume", "suspend"])
def test_what_lacks_one_member_has_no_lifecycle(missing: str) -> None:
    members = {name: member for name, member in vars(Whole).items() if not name.startswith("__") and name != missing}
    assert not has_lifecycle(type("Partial", (), members)())


def test_a_members_instance_attribute_is_not_enough() -> None:
    class Late:
        def __init__(self) -> None:
            for name in ("is_provisioned", "is_running", "provision", "deprovision", "resume", "suspend"):
                setattr(self, name, True)

    assert not has_lifecycle(Late())
