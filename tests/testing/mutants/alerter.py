"""Alerters with a bug each, and one without."""

from __future__ import annotations

import sys
from functools import cached_property
from typing import ClassVar, final

import attrs
import pytest
from tests.flavors.alerter.at_the_console import AtTheConsole
from typing_extensions import override

from stackkit import BaseAlerter
from stackkit.errors import AlerterError
from stackkit.flavors.alerter.console import ConsoleAlerter


class Wrapped(BaseAlerter):
    """Does what the console does; a mutant does one thing otherwise."""

    FLAVOR: ClassVar[str] = "wrapped"

    @cached_property
    def inner(self) -> ConsoleAlerter:
        """The alerter that is wrapped."""
        return ConsoleAlerter(name=self.name)

    @override
    def post(self, message: str) -> bool:
        return self.inner.post(message)

    @override
    def ask(self, question: str) -> bool:
        return self.inner.ask(question)


class Suite(AtTheConsole[Wrapped]):
    """The contract, kept or broken by an alerter that wraps the console."""

    ALERTER: ClassVar[type[Wrapped]] = Wrapped

    @pytest.fixture
    @override
    def component(self) -> Wrapped:
        return self.ALERTER(name="alerter")


class IntactWrapped(Suite):
    """What is around the mutants' bugs is no bug."""


class IntactConsole(AtTheConsole[ConsoleAlerter]):
    """The console."""

    @pytest.fixture
    @override
    def component(self) -> ConsoleAlerter:
        return ConsoleAlerter(name="console")


@final
class Truncates(Wrapped):
    FLAVOR: ClassVar[str] = "truncates"

    @override
    def post(self, message: str) -> bool:
        return self.inner.post(message[:4000])


class MutantLongMessageIsCut(Suite):
    """The first 4000 characters are posted, as many as a channel takes, and the rest is forgotten."""

    ALERTER: ClassVar[type[Wrapped]] = Truncates
    CAUGHT_BY: ClassVar[str] = "test_a_message_that_is_said_to_be_delivered_is_delivered_to_its_end"


@final
class FirstParagraph(Wrapped):
    FLAVOR: ClassVar[str] = "first-paragraph"

    @override
    def post(self, message: str) -> bool:
        return self.inner.post(message.partition("\n\n")[0])


class MutantFirstParagraphAlone(Suite):
    """What comes after an empty line is dropped."""

    ALERTER: ClassVar[type[Wrapped]] = FirstParagraph
    CAUGHT_BY: ClassVar[str] = "test_a_message_of_several_lines_arrives_whole"


@final
class Doubles(Wrapped):
    FLAVOR: ClassVar[str] = "doubles"

    _posted: int = attrs.field(init=False, default=0)

    @override
    def post(self, message: str) -> bool:
        self._posted += 1
        return self.inner.post(message) and (self._posted % 10 > 0 or self.inner.post(message))


class MutantTenthMessageArrivesTwice(Suite):
    """Each tenth message is posted twice."""

    ALERTER: ClassVar[type[Wrapped]] = Doubles
    CAUGHT_BY: ClassVar[str] = "test_messages_arrive_in_order_each_once"


@final
class Reorders(Wrapped):
    FLAVOR: ClassVar[str] = "reorders"

    _posted: int = attrs.field(init=False, default=0)
    _kept: str = attrs.field(init=False, default="")

    @override
    def post(self, message: str) -> bool:
        self._posted += 1
        if self._posted % 5 == 4:
            self._kept = message
            return True
        kept, self._kept = self._kept, ""
        return self.inner.post(message) and (not kept or self.inner.post(kept))


class MutantMessagesSwapPlaces(Suite):
    """Each fourth of five messages arrives after the fifth."""

    ALERTER: ClassVar[type[Wrapped]] = Reorders
    CAUGHT_BY: ClassVar[str] = "test_messages_arrive_in_order_each_once"


@final
class Once(Wrapped):
    FLAVOR: ClassVar[str] = "once"

    _last: str = attrs.field(init=False, default="")

    @override
    def post(self, message: str) -> bool:
        last, self._last = self._last, message
        return message == last or self.inner.post(message)


class MutantRepetitionIsDropped(Suite):
    """A message like the one before is not posted again, and said to be delivered."""

    ALERTER: ClassVar[type[Wrapped]] = Once
    CAUGHT_BY: ClassVar[str] = "test_the_same_message_posted_twice_arrives_twice"


@final
class Optimistic(Wrapped):
    FLAVOR: ClassVar[str] = "optimistic"

    @override
    def post(self, message: str) -> bool:
        self.inner.post(message)
        return True


class MutantLostIsSaidToBeDelivered(Suite):
    """Whatever comes of a message, it is said to be delivered."""

    ALERTER: ClassVar[type[Wrapped]] = Optimistic
    CAUGHT_BY: ClassVar[str] = "test_what_could_not_be_delivered_is_told_and_stays_undelivered"


@final
class Queues(Wrapped):
    FLAVOR: ClassVar[str] = "queues"

    _queue: list[str] = attrs.field(init=False, factory=list[str])

    @override
    def post(self, message: str) -> bool:
        self._queue.append(message)
        while self._queue and self.inner.post(self._queue[0]):
            del self._queue[0]
        return not self._queue


class MutantLostArrivesLater(Suite):
    """A message that was said not to be delivered arrives with the next one."""

    ALERTER: ClassVar[type[Wrapped]] = Queues
    CAUGHT_BY: ClassVar[str] = "test_what_could_not_be_delivered_is_told_and_stays_undelivered"


@final
class SomeControls(Wrapped):
    FLAVOR: ClassVar[str] = "some-controls"

    @override
    def post(self, message: str) -> bool:
        if "\x9b" not in message:
            return self.inner.post(message)
        print(message, file=sys.stderr)  # noqa: T201 - the bug
        return True


class MutantSomeControlCharactersArrive(Suite):
    """Control characters of ASCII are made visible, those of Latin-1 are not."""

    ALERTER: ClassVar[type[Wrapped]] = SomeControls
    CAUGHT_BY: ClassVar[str] = "test_a_message_cannot_drive_what_it_is_shown_on"


@final
class TurnsQuestions(Wrapped):
    FLAVOR: ClassVar[str] = "turns-questions"

    @override
    def ask(self, question: str) -> bool:
        head, mark, rest = question.partition("\u202e")
        print(f"{head}{mark}", end="", file=sys.stderr, flush=True)  # noqa: T201 - the bug
        return self.inner.ask(rest or question)


class MutantQuestionIsTurnedAround(Suite):
    """A question may hold what turns the direction of writing, and so read as another."""

    ALERTER: ClassVar[type[Wrapped]] = TurnsQuestions
    CAUGHT_BY: ClassVar[str] = "test_a_question_cannot_drive_what_it_is_shown_on"


@final
class SilenceIsYes(Wrapped):
    FLAVOR: ClassVar[str] = "silence-is-yes"

    @override
    def ask(self, question: str) -> bool:
        print(question, end=" [y/n] ", file=sys.stderr, flush=True)  # noqa: T201 - as the console does
        return sys.stdin.readline().strip() != "n"


class MutantSilenceIsApproval(Suite):
    """Who says nothing has approved."""

    ALERTER: ClassVar[type[Wrapped]] = SilenceIsYes
    CAUGHT_BY: ClassVar[str] = "test_no_answer_is_no_approval"


@final
class Approves(Wrapped):
    FLAVOR: ClassVar[str] = "approves"

    @override
    def ask(self, question: str) -> bool:
        try:
            return self.inner.ask(question)
        except AlerterError:
            return True


class MutantApprovesWhereNobodyIs(Suite):
    """Where nobody can be asked, the answer is yes."""

    ALERTER: ClassVar[type[Wrapped]] = Approves
    CAUGHT_BY: ClassVar[str] = "test_where_nobody_can_be_asked_it_says_so_and_what_to_do"


@final
class RemembersYes(Wrapped):
    FLAVOR: ClassVar[str] = "remembers-yes"

    _approved: bool = attrs.field(init=False, default=False)

    @override
    def ask(self, question: str) -> bool:
        answer = self.inner.ask(question)
        self._approved = self._approved or answer
        return self._approved


class MutantOneApprovalIsForAll(Suite):
    """Who has approved once has approved everything after it."""

    ALERTER: ClassVar[type[Wrapped]] = RemembersYes
    CAUGHT_BY: ClassVar[str] = "test_each_question_has_its_own_answer"
