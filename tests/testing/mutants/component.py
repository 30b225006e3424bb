"""Components with a bug each, and one without, for the laws that hold whatever the type."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from pathlib import Path
from threading import Lock
from typing import Any, ClassVar, cast, final

import attrs
import pytest
from tests.testing.served import Served
from typing_extensions import override

from stackkit import Components, Problem, Secret
from stackkit.testing.contracts.component import ComponentContract


class Suite(ComponentContract[Served]):
    """The contract, kept or broken by a component whose states are two files."""

    COMPONENT: ClassVar[type[Served]] = Served

    @pytest.fixture
    @override
    def component(self, tmp_path: Path) -> Served:
        secret = Secret("server.password").resolved("hunter2")
        return self.COMPONENT(name="served", folder=str(tmp_path / "served"), password=secret)

    @pytest.fixture
    @override
    def failing(self, tmp_path: Path, component: Served) -> Served:
        (tmp_path / "file").touch()
        return component.replace(folder=str(tmp_path / "file/below"))


class IntactServed(Suite):
    """No bug."""


@final
class Remembers(Served):
    FLAVOR: ClassVar[str] = "remembers"

    _running: bool = attrs.field(init=False, default=False)

    @property
    @override
    def is_running(self) -> bool:
        return self._running

    @override
    def resume(self) -> None:
        super().resume()
        self._running = True

    @override
    def suspend(self) -> None:
        super().suspend()
        self._running = False


class MutantRunningIsRememberedInTheObject(Suite):
    """Whether it is running is known to the object that has started it, and to no other."""

    COMPONENT: ClassVar[type[Served]] = Remembers
    CAUGHT_BY: ClassVar[str] = "test_bringing_it_up_can_be_repeated"


@final
class StartsOnce(Served):
    FLAVOR: ClassVar[str] = "starts-once"

    @override
    def provision(self) -> None:
        Path(self.folder).mkdir()


class MutantProvisionedOnce(Suite):
    """To provision what is provisioned is an error."""

    COMPONENT: ClassVar[type[Served]] = StartsOnce
    CAUGHT_BY: ClassVar[str] = "test_bringing_it_up_can_be_repeated"


@final
class StopsOnce(Served):
    FLAVOR: ClassVar[str] = "stops-once"

    @override
    def suspend(self) -> None:
        (Path(self.folder) / "running").unlink()


class MutantSuspendedOnce(Suite):
    """To suspend what is suspended is an error."""

    COMPONENT: ClassVar[type[Served]] = StopsOnce
    CAUGHT_BY: ClassVar[str] = "test_suspending_can_be_repeated_and_keeps_what_was_made"


@final
class TakesAway(Served):
    FLAVOR: ClassVar[str] = "takes-away"

    @override
    def suspend(self) -> None:
        super().suspend()
        self.deprovision()


class MutantSuspendTakesAwayWhatWasMade(Suite):
    """`suspend` deprovisions too."""

    COMPONENT: ClassVar[type[Served]] = TakesAway
    CAUGHT_BY: ClassVar[str] = "test_suspending_can_be_repeated_and_keeps_what_was_made"


@final
class KeepsRunning(Served):
    FLAVOR: ClassVar[str] = "keeps-running"

    @override
    def suspend(self) -> None:
        if not self.is_running:
            super().suspend()


class MutantSuspendDoesNothing(Suite):
    """`suspend` stops what is stopped."""

    COMPONENT: ClassVar[type[Served]] = KeepsRunning
    CAUGHT_BY: ClassVar[str] = "test_suspending_can_be_repeated_and_keeps_what_was_made"


@final
class OneLife(Served):
    FLAVOR: ClassVar[str] = "one-life"

    _gone: bool = attrs.field(init=False, default=False)

    @override
    def deprovision(self) -> None:
        super().deprovision()
        self._gone = True

    @override
    def provision(self) -> None:
        if not self._gone:
            super().provision()


class MutantDoesNotComeUpAgain(Suite):
    """Once deprovisioned, it is never provisioned again."""

    COMPONENT: ClassVar[type[Served]] = OneLife
    CAUGHT_BY: ClassVar[str] = "test_it_goes_down_for_good_and_comes_up_again"


@final
class ForeignErrors(Served):
    FLAVOR: ClassVar[str] = "foreign-errors"

    @override
    def provision(self) -> None:
        Path(self.folder).mkdir(exist_ok=True)


class MutantRaisesTheSystemsError(Suite):
    """What keeps it from coming up is told as an error of the system."""

    COMPONENT: ClassVar[type[Served]] = ForeignErrors
    CAUGHT_BY: ClassVar[str] = "test_one_that_cannot_come_up_says_why_and_does_not_claim_to_be_up"


@final
class Claims(Served):
    FLAVOR: ClassVar[str] = "claims"

    @property
    @override
    def is_provisioned(self) -> bool:
        return Path(self.folder).parent.exists()

    @property
    @override
    def is_running(self) -> bool:
        return self.is_provisioned


class MutantClaimsToBeUp(Suite):
    """It claims to be up as soon as there is something to come up in."""

    COMPONENT: ClassVar[type[Served]] = Claims
    CAUGHT_BY: ClassVar[str] = "test_one_that_cannot_come_up_says_why_and_does_not_claim_to_be_up"


@final
class CountsStarts(Served):
    FLAVOR: ClassVar[str] = "counts-starts"

    @override
    def resume(self) -> None:
        super().resume()
        self.others.setdefault("starts", []).append(self.password)


class MutantChangesItsConfiguration(Suite):
    """It keeps what it has done in a list of its configuration."""

    COMPONENT: ClassVar[type[Served]] = CountsStarts
    CAUGHT_BY: ClassVar[str] = "test_bringing_it_up_and_down_leaves_its_configuration_as_it_was"

    @pytest.fixture(autouse=True)
    @override
    def configuration_stays(self) -> None:
        """Not looked at here: the law is to find it."""


@final
class Shows(Served):
    FLAVOR: ClassVar[str] = "shows"

    @override
    def __str__(self) -> str:
        shown = self.password.reveal() if self.password.is_resolved else "nothing yet"
        return f"{self.name}, with {shown}"


class MutantSecretInItsText(Suite):
    """Its repr hides the password; as a text, it shows it."""

    COMPONENT: ClassVar[type[Served]] = Shows
    CAUGHT_BY: ClassVar[str] = "test_nothing_that_it_shows_of_itself_holds_a_secret"


@final
class ShowsOthers(Served):
    FLAVOR: ClassVar[str] = "shows-others"

    @override
    def __repr__(self) -> str:
        given = itertools.chain.from_iterable(self.others.values())
        return f"ShowsOthers({[secret.reveal() for secret in given if secret.is_resolved]})"


class MutantSecretDeepInItsRepr(Suite):
    """Its repr shows the values of secrets in lists in a dictionary."""

    COMPONENT: ClassVar[type[Served]] = ShowsOthers
    CAUGHT_BY: ClassVar[str] = "test_nothing_that_it_shows_of_itself_holds_a_secret"


@final
class EqualByName(Served):
    FLAVOR: ClassVar[str] = "equal-by-name"

    @override
    def __eq__(self, other: object) -> bool:
        return isinstance(other, EqualByName) and (self.name, self.folder) == (other.name, other.folder)

    @override
    def __hash__(self) -> int:
        return hash(self.name)


class MutantEqualByNameAndFolder(Suite):
    """Two are equal when they have the same name and folder, whatever else is different."""

    COMPONENT: ClassVar[type[Served]] = EqualByName
    CAUGHT_BY: ClassVar[str] = "test_another_name_or_another_identity_makes_another_component"


@final
class EqualButForSecrets(Served):
    FLAVOR: ClassVar[str] = "equal-but-for-secrets"

    @override
    def __eq__(self, other: object) -> bool:
        same = (self.name, self.uuid, self.folder)
        return isinstance(other, EqualButForSecrets) and same == (other.name, other.uuid, other.folder)

    @override
    def __hash__(self) -> int:
        return hash(self.uuid)


class MutantEqualButForSecrets(Suite):
    """Two are equal though they refer to different secrets."""

    COMPONENT: ClassVar[type[Served]] = EqualButForSecrets
    CAUGHT_BY: ClassVar[str] = "test_two_are_equal_exactly_when_their_documents_are"


@final
class HashOfObject(Served):
    FLAVOR: ClassVar[str] = "hash-of-object"

    @override
    def __hash__(self) -> int:
        return id(self)


class MutantEqualWithDifferentHashes(Suite):
    """Equal components have different hashes."""

    COMPONENT: ClassVar[type[Served]] = HashOfObject
    CAUGHT_BY: ClassVar[str] = "test_a_copy_is_equal_and_of_its_class"


@final
class Locked(Served):
    FLAVOR: ClassVar[str] = "locked"

    _lock: Any = attrs.field(init=False, factory=Lock)


class MutantCannotBePickled(Suite):
    """Its private state holds a lock, which nothing leaves out of a pickle."""

    COMPONENT: ClassVar[type[Served]] = Locked
    CAUGHT_BY: ClassVar[str] = "test_a_pickle_is_equal_and_of_its_class"


def _with_slash(path: str) -> str:
    return f"{path}/"


@final
class Grows(Served):
    FLAVOR: ClassVar[str] = "grows"

    folder: str = attrs.field(converter=_with_slash)


class MutantConvertsTwice(Suite):
    """A slash is added to its folder each time that it is read from a document."""

    COMPONENT: ClassVar[type[Served]] = Grows
    CAUGHT_BY: ClassVar[str] = "test_any_configuration_is_read_back_as_it_was_written"


@final
class Talks(Served):
    FLAVOR: ClassVar[str] = "talks"

    @override
    def validate(self, components: Components) -> Iterable[Problem]:
        return cast("list[Problem]", ["needs an artifact store"])


class MutantSpeaksInTexts(Suite):
    """What is wrong with its stack is a text, without a place or a remedy."""

    COMPONENT: ClassVar[type[Served]] = Talks
    CAUGHT_BY: ClassVar[str] = "test_it_speaks_of_its_stack_in_problems"


class Url:
    """An address, of a type that documents know nothing of."""


@final
class OwnType(Served):
    FLAVOR: ClassVar[str] = "own-type"

    url: Url | None = None


class MutantFieldWithoutAForm(Suite):
    """A field has a type that cannot be written to a document."""

    COMPONENT: ClassVar[type[Served]] = OwnType
    CAUGHT_BY: ClassVar[str] = "test_the_kit_finds_nothing_wrong_with_its_class"
