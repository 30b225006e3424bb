"""A component: configuration that does not change, state that may, and equality by what a document holds."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any, ClassVar, final
from uuid import UUID, uuid4

import attrs
import cattrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from stackkit.components.alerter import BaseAlerter
from stackkit.core.component import StackComponent
from stackkit.core.secret import Secret
from stackkit.errors import FrozenConfigurationError

NAN = float("nan")


def _upper(text: str) -> str:
    return text.upper()


@attrs.frozen
class Hours:
    """A nested configuration."""

    start: int
    end: int


class Pager(BaseAlerter):
    """A flavor with a field of each sort."""

    FLAVOR: ClassVar[str] = "pager"

    number: str
    threshold: float = 0.5
    region: str = attrs.field(default="eu", converter=_upper)
    zone: str = attrs.field(default="a", alias="place")
    tags: list[str] = attrs.field(factory=list[str])
    hours: Hours = Hours(8, 18)
    token: Secret | None = attrs.field(default=None, repr=False)
    url: str = attrs.field(init=False, default="")
    _sent: list[str] = attrs.field(init=False, factory=list[str])

    def __attrs_post_init__(self) -> None:
        self.url = f"tel:{self.number}"

    @override
    def post(self, message: str) -> bool:
        self._sent.append(message)
        return True

    @override
    def ask(self, question: str) -> bool:
        return bool(question)

    @property
    def sent(self) -> list[str]:
        return self._sent

    def forget(self) -> None:
        del self._sent
        self._sent = []


@final
class LoudPager(Pager):
    """A flavor of a flavor."""

    FLAVOR: ClassVar[str] = "loud"

    volume: int = 11


@final
class Bell(BaseAlerter):
    """Another flavor."""

    FLAVOR: ClassVar[str] = "bell"

    @override
    def post(self, message: str) -> bool:
        return bool(message)

    @override
    def ask(self, question: str) -> bool:
        return bool(question)


@pytest.fixture
def pager() -> Pager:
    made = Pager(name="night", number="112", token=Secret("pager.token"))
    made.post("hello")
    return made


# What a constructor takes


def test_a_component_has_a_name_and_an_identifier_of_its_own() -> None:
    one, other = Pager(name="a", number="1"), Pager(name="a", number="1")
    assert one.name == "a"
    assert isinstance(one.uuid, UUID)
    assert one.uuid != other.uuid


def test_the_constructor_takes_keywords_only() -> None:
    construct: Any = Pager
    with pytest.raises(TypeError, match="positional"):
        construct("night", number="112")


def test_a_name_is_required() -> None:
    construct: Any = Pager
    with pytest.raises(TypeError, match="name"):
        construct(number="112")


def test_converters_and_aliases_and_derived_state_work() -> None:
    made = Pager(name="a", number="112", region="us", place="b")
    assert (made.region, made.zone, made.url) == ("US", "b", "tel:112")


# What cannot change


@pytest.mark.parametrize("field", ["name", "uuid", "number", "threshold", "zone", "tags", "token"])
def test_configuration_cannot_be_assigned(pager: Pager, field: str) -> None:
    before = getattr(pager, field)
    with pytest.raises(FrozenConfigurationError) as caught:
        setattr(pager, field, "other")
    assert str(caught.value) == (
        f"Pager.{field}: configuration does not change after construction; make a changed copy: component.replace({field}=...)"
    )
    assert getattr(pager, field) is before


def test_configuration_cannot_be_deleted(pager: Pager) -> None:
    with pytest.raises(FrozenConfigurationError, match=r"Pager\.number"):
        del pager.number
    assert pager.number == "112"


@pytest.mark.parametrize("field", ["name", "number", "volume"])
def test_a_subclass_cannot_change_its_own_configuration_nor_what_it_inherits(field: str) -> None:
    with pytest.raises(FrozenConfigurationError, match=rf"LoudPager\.{field}"):
        setattr(LoudPager(name="a", number="1"), field, "other")


def test_a_frozen_error_is_an_attribute_error(pager: Pager) -> None:
    with pytest.raises(AttributeError):
        pager.number = "113"


def test_private_state_can_be_assigned_and_deleted(pager: Pager) -> None:
    pager.forget()
    assert pager.sent == []


def test_derived_state_can_be_assigned(pager: Pager) -> None:
    pager.url = "tel:0"
    assert pager.url == "tel:0"


# Changed copies


def test_replace_changes_what_it_is_given_and_keeps_the_rest(pager: Pager) -> None:
    changed = pager.replace(number="113")
    assert changed.number == "113"
    assert changed.url == "tel:113"
    assert changed.replace(number="112") == pager
    assert changed.uuid == pager.uuid
    assert pager.number == "112"


def test_replace_keeps_the_class() -> None:
    assert type(LoudPager(name="a", number="1").replace(volume=3)) is LoudPager


def test_replace_begins_with_fresh_private_state(pager: Pager) -> None:
    assert pager.replace().sent == []
    assert pager.sent == ["hello"]


def test_replace_knows_a_field_by_its_name_and_by_its_alias(pager: Pager) -> None:
    assert pager.replace(zone="b").zone == "b"
    assert pager.replace(place="c").zone == "c"
    assert pager.replace(zone="b").replace(number="1").zone == "b"


@pytest.mark.parametrize("unknown", ["numbr", "_sent", "url", "FLAVOR"])
def test_replace_refuses_what_is_no_configuration(pager: Pager, unknown: str) -> None:
    with pytest.raises(TypeError, match=unknown):
        pager.replace(**{unknown: 1})


def test_attrs_evolve_works_too(pager: Pager) -> None:
    evolve: Any = attrs.evolve  # no checker knows that a component is an attrs class
    assert evolve(pager, number="113") == pager.replace(number="113")


def _pickled(component: Pager) -> Pager:
    again: Pager = pickle.loads(pickle.dumps(component))  # noqa: S301 - our own
    return again


DUPLICATES: dict[str, Callable[[Pager], Pager]] = {"copy": copy.copy, "deepcopy": copy.deepcopy, "pickle": _pickled}


@pytest.mark.parametrize("duplicate", DUPLICATES.values(), ids=DUPLICATES)
def test_a_component_can_be_copied_and_pickled(pager: Pager, duplicate: Callable[[Pager], Pager]) -> None:
    again = duplicate(pager)
    assert type(again) is Pager
    assert again is not pager
    assert again == pager
    assert (again.url, again.sent, again.token) == (pager.url, pager.sent, pager.token)
    with pytest.raises(FrozenConfigurationError):
        again.number = "113"


def test_a_deep_copy_shares_nothing_that_changes(pager: Pager) -> None:
    copy.deepcopy(pager).tags.append("x")
    assert pager.tags == []


def test_a_pickle_holds_no_resolved_secret(pager: Pager) -> None:
    assert pager.token is not None
    resolved = pager.replace(token=pager.token.resolved("hunter2"))
    assert b"hunter2" not in pickle.dumps(resolved)


# Equality


def test_components_of_the_same_document_are_equal_whatever_their_state(pager: Pager) -> None:
    other = pager.replace()
    other.post("more")
    other.url = "tel:0"
    assert other == pager
    assert hash(other) == hash(pager)


@pytest.mark.parametrize(
    "change",
    [
        {"name": "b"},
        {"uuid": UUID(int=1)},
        {"number": "113"},
        {"threshold": 0.25},
        {"place": "b"},
        {"tags": ["x"]},
        {"hours": Hours(9, 17)},
        {"token": Secret("pager.other")},
        {"token": None},
    ],
    ids=str,
)
def test_any_difference_in_configuration_makes_a_difference(pager: Pager, change: dict[str, Any]) -> None:
    assert pager.replace(**change) != pager


def test_values_are_compared_as_documents_write_them(pager: Pager) -> None:
    assert pager.replace(threshold=NAN) == pager.replace(threshold=NAN)
    assert pager.replace(threshold=0.0) != pager.replace(threshold=-0.0)
    assert pager.replace(threshold=1) == pager.replace(threshold=1.0)


def test_components_of_different_classes_are_different() -> None:
    uuid = uuid4()
    loud = LoudPager(name="a", number="1", uuid=uuid)
    assert loud != Pager(name="a", number="1", uuid=uuid)
    assert loud != Bell(name="a", uuid=uuid)
    assert loud != "a"


CONFIGURATIONS = st.builds(
    Pager,
    name=st.sampled_from(["a", "b"]),
    uuid=st.sampled_from([UUID(int=1), UUID(int=2)]),
    number=st.sampled_from(["1", "2"]),
    threshold=st.sampled_from([0.0, -0.0, NAN, 1, 1.0]),
    tags=st.lists(st.sampled_from(["x", "y"]), max_size=2),
)


@given(CONFIGURATIONS, CONFIGURATIONS, CONFIGURATIONS)
def test_equality_is_an_equivalence_and_equal_components_have_equal_hashes(one: Pager, two: Pager, three: Pager) -> None:
    assert one == one.replace()
    assert (one == two) == (two == one)
    if one == two:
        assert hash(one) == hash(two)
        assert (one == three) == (two == three)


def test_hashes_tell_components_apart() -> None:
    assert len({hash(Pager(name="a", number="1", uuid=UUID(int=number))) for number in range(9)}) > 1


def test_components_can_be_members_of_sets(pager: Pager) -> None:
    assert {pager, pager.replace(), pager.replace(number="113")} == {pager, pager.replace(number="113")}


# What is shown


def test_the_repr_shows_configuration_but_no_state_nor_what_is_not_to_be_shown(pager: Pager) -> None:
    shown = repr(pager.replace(uuid=UUID(int=0)))
    assert shown == (
        "Pager(name='night', uuid=UUID('00000000-0000-0000-0000-000000000000'), number='112', threshold=0.5, "
        "region='EU', zone='a', tags=[], hours=Hours(start=8, end=18))"
    )


# What every component does, until its flavor says otherwise


def test_a_component_is_up_from_the_start_and_its_lifecycle_does_nothing() -> None:
    bell = Bell(name="a")
    for _ in range(2):
        bell.provision()
        bell.resume()
        assert (bell.is_provisioned, bell.is_running) == (True, True)
        bell.suspend()
        bell.deprovision()


def test_a_component_has_nothing_against_its_stack_and_no_hooks(pager: Pager) -> None:
    class Nobody:
        def __getitem__(self, kind: object) -> Any:
            raise LookupError(kind)

        def get(self, kind: object) -> None: ...

        def __contains__(self, kind: object) -> bool:
            return False

    assert list(pager.validate(Nobody())) == []
    Pager.configure_converter(cattrs.Converter())


def test_the_version_of_a_flavor_is_one() -> None:
    assert Pager.VERSION == StackComponent.VERSION == 1
