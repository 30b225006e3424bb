"""What holds for every alerter; and that it holds for the console.

The class of laws needs two fixtures: `component`, an alerter, and `delivered`, which tells what has arrived since it was last
asked.
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typing_extensions import override

from stackkit.components.alerter import ALERTER, BaseAlerter
from stackkit.errors import AlerterError
from stackkit.flavors.alerter.console import ConsoleAlerter

Delivered = Callable[[], str]

# what any channel can carry: letters, digits, punctuation, symbols, and single spaces between them
words = st.text(st.characters(categories=["L", "N", "P", "S"], codec="utf-8"), min_size=1)
messages = st.lists(words, min_size=1, max_size=5).map(" ".join)


class AlerterLaws:
    """What every alerter does."""

    @pytest.fixture
    def component(self) -> BaseAlerter:
        """An alerter."""
        raise NotImplementedError

    @pytest.fixture
    def delivered(self) -> Delivered:
        """What has arrived since this was last called."""
        raise NotImplementedError

    @pytest.fixture
    def nobody(self) -> None:
        """Makes that nobody can be asked."""
        raise NotImplementedError

    def test_it_is_an_alerter(self, component: BaseAlerter) -> None:
        assert component.TYPE == ALERTER

    @settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(message=messages)
    def test_a_message_that_was_posted_has_arrived(self, component: BaseAlerter, delivered: Delivered, message: str) -> None:
        delivered()
        assert component.post(message) is True
        assert message in delivered()

    def test_messages_arrive_in_order_each_once(self, component: BaseAlerter, delivered: Delivered) -> None:
        posted = [f"message {number} of 20." for number in range(20)]
        assert all(component.post(message) for message in posted)
        arrived = delivered()
        assert [arrived.count(message) for message in posted] == [1] * 20
        assert sorted(posted, key=arrived.index) == posted

    def test_a_message_of_several_lines_arrives_whole(self, component: BaseAlerter, delivered: Delivered) -> None:
        assert component.post("first line\n\nthird line")
        arrived = delivered()
        assert "first line" in arrived
        assert "third line" in arrived

    def test_an_empty_and_a_long_message_are_no_mistakes(self, component: BaseAlerter) -> None:
        assert component.post("") in {True, False}
        assert component.post("long " * 10_000) in {True, False}

    @pytest.mark.usefixtures("nobody")
    def test_where_nobody_can_be_asked_it_says_so_and_what_to_do(self, component: BaseAlerter) -> None:
        with pytest.raises(AlerterError) as refused:
            component.ask("Deploy?")
        assert all(problem.remedy for problem in refused.value.problems)

    def test_a_pickle_and_a_replacement_post_as_it_does(self, component: BaseAlerter, delivered: Delivered) -> None:
        pickled: object = pickle.loads(pickle.dumps(component))  # noqa: S301 - made in this line
        assert isinstance(pickled, type(component))
        assert pickled == component
        for alerter in (pickled, component.replace()):
            assert alerter.post("from a twin")
            assert "from a twin" in delivered()


class TestConsoleAlerter(AlerterLaws):
    @pytest.fixture
    @override
    def component(self) -> BaseAlerter:
        return ConsoleAlerter(name="console")

    @pytest.fixture
    @override
    def delivered(self, capfd: pytest.CaptureFixture[str]) -> Delivered:
        return lambda: capfd.readouterr().err

    @pytest.fixture
    @override
    def nobody(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "stdin", None)
