"""What holds for every alerter.

Beside the fixture `component` it needs `delivered`, since nobody but the author knows where messages go. The others are for
what a flavor can do: without them, the laws that are about it are skipped.

>>> import pytest
>>> from stackkit.flavors.alerter.console import ConsoleAlerter
>>> class TestMyAlerter(AlerterContract[ConsoleAlerter]):
...     @pytest.fixture
...     def component(self) -> ConsoleAlerter:
...         return ConsoleAlerter(name="console")
...
...     @pytest.fixture
...     def delivered(self, capfd: pytest.CaptureFixture[str]) -> Delivered:
...         return lambda: capfd.readouterr().err
"""

from __future__ import annotations

import pickle
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Final, Generic, Protocol, TypeAlias, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackkit import ALERTER, BaseAlerter
from stackkit.core.component import as_component
from stackkit.errors import AlerterError
from stackkit.testing.contracts.component import ComponentContract, few
from stackkit.testing.contracts.secret_values import holds_secrets

A = TypeVar("A", bound=BaseAlerter)

Delivered: TypeAlias = Callable[[], str]
"""Gives what has arrived since it was last called."""

CutOff: TypeAlias = Callable[[], AbstractContextManager[object]]
"""Gives a context in which nothing can be delivered."""


class Answering(Protocol):
    """Gives a context in which somebody answers one question."""

    def __call__(self, *, approves: bool | None) -> AbstractContextManager[list[str]]:
        """Wait for the question, and answer it.

        Args:
            approves: Whether that person approves; with None, they go away without an answer.

        Returns:
            A context. It gives a list, to which is added what that person sees.
        """
        ...


words: Final = st.text(st.characters(categories=["L", "N", "P", "S"], codec="utf-8"), min_size=1)
messages: Final = st.lists(words, min_size=1, max_size=5).map(" ".join)
"""What any channel can carry: letters, digits, punctuation and symbols, and single spaces between them."""

DRIVING: Final = ("\x1b[2J", "\x1b]0;title\x07", "\x9b1m", "\x08\x08\x08", "\r", "\x7f", "\x00", "\u202e", "\u2066")
"""What clears, colours, overwrites or turns around what is shown, where it is shown as it is."""


class AlerterContract(ComponentContract[A], Generic[A]):
    """What every alerter does."""

    @pytest.fixture
    def delivered(self) -> Delivered:
        """What has arrived since this was last called, as the people see it who are told."""
        raise NotImplementedError(
            f"{type(self).__name__} needs a fixture `delivered` that returns a function, which gives what has arrived since "
            "it was last called"
        )

    @pytest.fixture
    def cut_off(self) -> CutOff:
        """Makes that nothing can be delivered: the server is gone, the stream is closed."""
        pytest.skip("give the fixture `cut_off`, a context in which nothing can be delivered, to have this tested")

    @pytest.fixture
    def answering(self) -> Answering:
        """Has somebody answer a question."""
        pytest.skip("give the fixture `answering`, somebody who answers questions, to have this tested")

    @pytest.fixture
    def nobody(self) -> None:
        """Makes that nobody can be asked: there is no terminal, the channel is empty."""
        pytest.skip("give the fixture `nobody`, which makes that nobody can be asked, to have this tested")

    def test_it_is_an_alerter(self, component: A) -> None:
        assert as_component(component).TYPE == ALERTER

    # Posting

    @few
    @given(message=messages)
    def test_a_message_that_was_posted_has_arrived(self, component: A, delivered: Delivered, message: str) -> None:
        delivered()
        assert component.post(message) is True
        assert message in delivered()

    def test_messages_arrive_in_order_each_once(self, component: A, delivered: Delivered) -> None:
        posted = [f"message {number} of 20." for number in range(20)]
        assert all(component.post(message) for message in posted)
        arrived = delivered()
        assert [arrived.count(message) for message in posted] == [1] * 20
        assert sorted(posted, key=arrived.index) == posted

    def test_the_same_message_posted_twice_arrives_twice(self, component: A, delivered: Delivered) -> None:
        delivered()
        assert component.post("training has failed")
        assert component.post("training has failed")
        assert delivered().count("training has failed") == 2

    def test_messages_of_several_threads_all_arrive_whole(self, component: A, delivered: Delivered) -> None:
        posted = [f"message {number} of 32 by one of several threads." for number in range(32)]
        with ThreadPoolExecutor(8) as threads:
            assert all(threads.map(component.post, posted))
        arrived = delivered()
        assert [arrived.count(message) for message in posted] == [1] * 32

    def test_a_message_of_several_lines_arrives_whole(self, component: A, delivered: Delivered) -> None:
        assert component.post("first line\n\nthird line\n\tand more of it")
        arrived = delivered()
        places = [arrived.find(part) for part in ("first line", "third line", "and more of it")]
        assert -1 not in places
        assert places == sorted(places)

    def test_an_empty_and_a_long_message_are_no_mistakes(self, component: A) -> None:
        assert component.post("") in {True, False}
        assert component.post("long " * 10_000) in {True, False}

    def test_a_message_that_is_said_to_be_delivered_is_delivered_to_its_end(self, component: A, delivered: Delivered) -> None:
        for size in (100, 2_000, 5_000, 40_000):
            message = f"begin {'x' * size} end of {size}."
            delivered()
            if component.post(message):
                assert message in "".join(delivered().splitlines())  # a channel may break long lines

    @pytest.mark.parametrize("driving", DRIVING, ids=ascii)
    def test_a_message_cannot_drive_what_it_is_shown_on(self, component: A, delivered: Delivered, driving: str) -> None:
        delivered()
        assert component.post(f"before{driving}after") in {True, False}
        arrived = delivered()
        check_harmless(arrived)
        assert arrived.count("before") == arrived.count("after")

    def test_what_cannot_be_encoded_is_shown_otherwise_or_not_delivered(self, component: A, delivered: Delivered) -> None:
        delivered()
        was_delivered = component.post("before\ud800after")
        arrived = delivered()
        assert ("before" in arrived and "after" in arrived) is was_delivered

    def test_what_could_not_be_delivered_is_told_and_stays_undelivered(
        self, component: A, delivered: Delivered, cut_off: CutOff
    ) -> None:
        with cut_off():
            assert component.post("lost") is False
            assert component.post("lost too") is False
        assert component.post("arrived") is True
        arrived = delivered()
        assert "arrived" in arrived
        assert "lost" not in arrived

    def test_a_pickle_and_a_replacement_post_as_it_does(self, component: A, delivered: Delivered) -> None:
        pickled: object = pickle.loads(pickle.dumps(component))  # noqa: S301 - made in this line
        assert isinstance(pickled, type(component))
        assert pickled == component
        # the values of secrets stay in this process, and what has none cannot post
        for alerter in (component.replace(), *(() if holds_secrets(component) else (pickled,))):
            assert alerter.post("from a twin")
            assert "from a twin" in delivered()

    # Asking

    @pytest.mark.parametrize("approves", [True, False])
    def test_what_somebody_answers_is_the_answer(self, component: A, answering: Answering, approves: bool) -> None:
        with answering(approves=approves) as seen:
            assert component.ask("Deploy to production?") is approves
        assert "Deploy to production?" in "".join(seen)

    def test_each_question_has_its_own_answer(self, component: A, answering: Answering) -> None:
        for number, approves in enumerate((True, False, False, True)):
            with answering(approves=approves) as seen:
                assert component.ask(f"Question {number}?") is approves
            assert f"Question {number}?" in "".join(seen)

    def test_no_answer_is_no_approval(self, component: A, answering: Answering) -> None:
        with answering(approves=None):
            try:
                approved = component.ask("Deploy?")
            except AlerterError:
                approved = False
        assert approved is False

    @pytest.mark.parametrize("driving", DRIVING, ids=ascii)
    def test_a_question_cannot_drive_what_it_is_shown_on(self, component: A, answering: Answering, driving: str) -> None:
        with answering(approves=False) as seen:
            assert component.ask(f"Deploy?{driving} or not?") is False
        question = "".join(seen).replace("\r\n", "\n")  # as a terminal ends its lines
        assert "Deploy?" in question
        assert "or not?" in question
        check_harmless(question)

    @pytest.mark.usefixtures("nobody")
    def test_where_nobody_can_be_asked_it_says_so_and_what_to_do(self, component: A) -> None:
        with pytest.raises(AlerterError) as refused:
            component.ask("Deploy?")
        assert all(problem.remedy for problem in refused.value.problems)


def check_harmless(text: str) -> None:
    """There is nothing in a text that drives a terminal, and nothing that turns the direction of writing.

    Args:
        text: What has arrived.
    """
    turning = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    found = {
        character
        for character in set(text) - {"\n", "\t"}
        if unicodedata.category(character) == "Cc" or unicodedata.bidirectional(character) in turning
    }
    assert found == set()
