"""What holds for every component, whatever its type: its document, its states, its copies, what it shows of itself.

The contract of each component type inherits these laws, so a flavor's author names that one. A component type of your own
has them from here:

>>> from stackkit import Component, ComponentType, StackComponent
>>> class Greeter(StackComponent):
...     TYPE = ComponentType[Component]("greeter")
...     FLAVOR = "plain"
...
>>> class TestGreeter(ComponentContract[Greeter]):
...     @pytest.fixture
...     def component(self) -> Greeter:
...         return Greeter(name="hello")
"""

from __future__ import annotations

import copy
import pickle
import pprint
from collections.abc import Callable, Generator
from typing import Final, Generic, TypeVar
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stackkit import Problem, Stack, StackComponent, StackkitError, check, dumps, json_schema, loads, to_builtins
from stackkit.core.component import as_component
from stackkit.core.equality import key, public_fields
from stackkit.errors import FrozenConfigurationError
from stackkit.serialization.formats.table import FORMATS
from stackkit.testing.contracts.secret_values import MARK, with_secret_values
from stackkit.testing.strategies import components

C = TypeVar("C", bound=StackComponent)

few: Final = settings(
    max_examples=max(1, settings().max_examples // 3),
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,  # laws leave the component as it was, or begin by emptying it
        HealthCheck.differing_executors,  # one law is run by several subclasses
        HealthCheck.too_slow,
        HealthCheck.filter_too_much,
        HealthCheck.data_too_large,
    ],
)
"""A third of the examples of the profile that is in use, with no deadline: components may talk to servers."""

in_every_format: Final = pytest.mark.parametrize("form", FORMATS)


def bring_up(component: StackComponent) -> None:
    """Do what `stackkit stack up` does: provision if needed, then resume if needed.

    Args:
        component: Any component.
    """
    if not component.is_provisioned:
        component.provision()
    if not component.is_running:
        component.resume()


def bring_down(component: StackComponent, *, force: bool = False) -> None:
    """Do what `stackkit stack down` does: suspend if it is running and, with `force`, deprovision.

    Args:
        component: Any component.
        force: Whether to take away what `provision` made.
    """
    if component.is_running:
        component.suspend()
    if force and component.is_provisioned:
        component.deprovision()


class ComponentContract(Generic[C]):
    """The laws of every component. A subclass gives the fixture `component`; the others have defaults."""

    @pytest.fixture
    def component(self) -> C:
        """A component that is ready for use, with nothing in it yet: give it through `bring_up` if it has to be up.

        A secret is given as a reference together with its value, `Secret("name.key").resolved(value)`: a plain one is
        never written to a document.
        """
        raise NotImplementedError(
            f"{type(self).__name__} needs a fixture `component` that returns a component of the flavor that is tested"
        )

    @pytest.fixture
    def configurations(self, component: C) -> st.SearchStrategy[C]:
        """Components of any configuration, which are written and read but never used.

        By default they are derived from the types and validators of the flavor's fields. Give strategies for the fields
        that nothing is known of: `return components(MyStore, url=urls)`.
        """
        return components(type(component))

    @pytest.fixture
    def failing(self, component: C) -> C | None:
        """A component that cannot come up: its port is taken, its folder is a file.

        By default None for a flavor that does nothing to come up; for others, the law that is about it is skipped.
        """
        if _overrides(component, "provision", "resume"):
            pytest.skip("give the fixture `failing`, a component of this flavor that cannot come up, to have this tested")
        return None

    @pytest.fixture(autouse=True)
    def configuration_stays(self, component: C) -> Generator[None]:
        """No law leaves a component with another configuration."""
        before = _configuration(component)
        yield
        assert _configuration(component) == before, "use has changed the component's configuration"

    # The class

    def test_the_kit_finds_nothing_wrong_with_its_class(self, component: C) -> None:
        assert check(type(component)) == []

    def test_it_speaks_of_its_stack_in_problems(self, component: C) -> None:
        found = list(component.validate(Stack(as_component(component))))
        assert [problem for problem in found if not isinstance(_as_object(problem), Problem)] == []

    # Its document

    @in_every_format
    def test_it_is_read_back_as_it_was_written(self, component: C, form: str) -> None:
        read = loads(dumps(component, form), type(component), form)
        assert type(read) is type(component)
        assert read == component
        assert dumps(read, form) == dumps(component, form)

    @in_every_format
    @few
    @given(data=st.data())
    def test_any_configuration_is_read_back_as_it_was_written(
        self, component: C, configurations: st.SearchStrategy[C], form: str, data: st.DataObject
    ) -> None:
        other = data.draw(configurations)
        read = loads(dumps(other, form), type(component), form)
        assert read == other
        assert dumps(read, form) == dumps(other, form)

    def test_its_document_validates_against_its_schema(self, component: C) -> None:
        assert _schema_mistakes(component) == []

    @few
    @given(data=st.data())
    def test_any_document_validates_against_its_schema(self, configurations: st.SearchStrategy[C], data: st.DataObject) -> None:
        assert _schema_mistakes(data.draw(configurations)) == []

    # Copies

    @pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy], ids=["copy", "deepcopy"])
    def test_a_copy_is_equal_and_of_its_class(self, component: C, duplicate: Callable[[C], C]) -> None:
        _check_twins(duplicate(component), component)

    def test_a_pickle_is_equal_and_of_its_class(self, component: C) -> None:
        _check_twins(pickle.loads(pickle.dumps(component)), component)  # noqa: S301 - made in this line

    def test_a_replacement_without_changes_is_equal_and_of_its_class(self, component: C) -> None:
        _check_twins(component.replace(), component)

    # Equality

    def test_another_name_or_another_identity_makes_another_component(self, component: C) -> None:
        others = (component.replace(uuid=uuid4()), component.replace(name=f"{component.name}-2"))
        assert component == _as_object(component)
        for other in (*others, None, component.name, object()):
            assert component != other
            assert other != component

    @few
    @given(data=st.data())
    def test_two_are_equal_exactly_when_their_documents_are(
        self, configurations: st.SearchStrategy[C], data: st.DataObject
    ) -> None:
        one, other = data.draw(configurations), data.draw(configurations)
        for second in (other, other.replace(name=one.name, uuid=one.uuid), one.replace()):
            assert (one == second) is (second == one) is (dumps(one) == dumps(second))
            assert one != second or hash(one) == hash(second)

    # What it shows, and keeps

    @few
    @given(data=st.data())
    def test_nothing_that_it_shows_of_itself_holds_a_secret(
        self, component: C, configurations: st.SearchStrategy[C], data: st.DataObject
    ) -> None:
        for one in (component, data.draw(configurations)):
            usable = with_secret_values(loads(dumps(one), type(component)))
            assert usable == one
            for shown in (repr(usable), str(usable), f"{usable}", pprint.pformat(usable), dumps(usable).decode()):
                assert MARK not in shown

    def test_bringing_it_up_and_down_leaves_its_configuration_as_it_was(self, component: C) -> None:
        before = _configuration(component)
        bring_up(component)
        assert _configuration(component) == before
        bring_down(component)
        assert _configuration(component) == before
        bring_up(component)

    def test_its_configuration_is_not_assigned_or_deleted(self, component: C) -> None:
        for field in public_fields(type(component)):
            with pytest.raises(FrozenConfigurationError):
                setattr(component, field.name, getattr(component, field.name))
            with pytest.raises(FrozenConfigurationError):
                delattr(component, field.name)

    # Its states. Each law leaves the component up, and starts it no more often than it has to.

    def test_bringing_it_up_can_be_repeated(self, component: C) -> None:
        bring_up(component)
        assert states(component) == (True, True)
        component.provision()
        component.resume()
        assert states(component) == (True, True)

    def test_suspending_can_be_repeated_and_keeps_what_was_made(self, component: C) -> None:
        bring_up(component)
        component.suspend()
        component.suspend()
        assert states(component) == (True, not _overrides(component, "suspend"))
        bring_up(component)
        assert states(component) == (True, True)

    def test_it_goes_down_for_good_and_comes_up_again(self, component: C) -> None:
        bring_up(component)
        bring_down(component, force=True)
        component.suspend()
        component.deprovision()
        down = states(component)
        assert not (down[1] and _overrides(component, "suspend"))
        bring_down(component, force=True)
        assert states(component) == down
        bring_up(component)
        assert states(component) == (True, True)

    def test_one_that_cannot_come_up_says_why_and_does_not_claim_to_be_up(self, component: C, failing: C | None) -> None:
        if failing is None:
            assert not _overrides(component, "provision", "resume"), "it does something to come up, which can fail"
            return
        for _ in range(2):
            with pytest.raises(StackkitError):
                bring_up(failing)
            assert states(failing) != (True, True)
        for _ in range(2):
            bring_down(failing, force=True)
            assert states(failing) != (True, True)


def states(component: StackComponent) -> tuple[bool, bool]:
    """Whether a component is provisioned, and whether it is running; another object of the same configuration says the same.

    `stackkit stack up` and `stackkit stack status` are two processes, so a state that only the object knows is not true.

    Args:
        component: Any component.
    """
    told = (component.is_provisioned, component.is_running)
    twin = component.replace()
    assert told == (twin.is_provisioned, twin.is_running), "another object of the same configuration tells other states"
    return told


def _overrides(component: StackComponent, *methods: str) -> bool:
    """Whether a flavor has methods of its own; one that has none to suspend it with is always running."""
    return any(getattr(type(component), name) is not getattr(StackComponent, name) for name in methods)


def _configuration(component: StackComponent) -> dict[str, object]:
    """The values of the fields, as they are now: what is changed later is not changed in here."""
    return {field.name: key(getattr(component, field.name)) for field in public_fields(type(component))}


def _check_twins(twin: object, component: StackComponent) -> None:
    assert type(twin) is type(component)
    assert twin is not component
    assert twin == component
    assert hash(twin) == hash(component)
    assert isinstance(twin, StackComponent)
    assert dumps(twin) == dumps(component)


def _schema_mistakes(component: StackComponent) -> list[str]:
    from jsonschema import Draft202012Validator  # the other laws are quicker to import without

    schema = json_schema(type(component))
    Draft202012Validator.check_schema(schema)
    found = Draft202012Validator(schema).iter_errors(to_builtins(component))
    return [f"{mistake.json_path}: {mistake.message}" for mistake in found]


def _as_object(value: object) -> object:
    return value
