"""Secrets managers with a bug each, and one without."""

from __future__ import annotations

import logging
from functools import cached_property
from pathlib import Path
from threading import Barrier
from typing import ClassVar, final

import attrs
import pytest
from typing_extensions import override

from stackkit import BaseSecretsManager, Problem, SecretGroup
from stackkit.errors import SecretExistsError, SecretNotFoundError
from stackkit.flavors.secrets_manager.local import LocalSecretsManager
from stackkit.testing.contracts.secrets_manager import SecretsManagerContract


class Wrapped(BaseSecretsManager):
    """Does what the local secrets manager does; a mutant does one thing otherwise."""

    FLAVOR: ClassVar[str] = "wrapped"

    path: str

    @cached_property
    def inner(self) -> LocalSecretsManager:
        """The secrets manager that is wrapped."""
        return LocalSecretsManager(name=self.name, path=self.path)

    @override
    def register_secret(self, secret: SecretGroup) -> None:
        self.inner.register_secret(secret)

    @override
    def get_secret(self, name: str) -> SecretGroup:
        return self.inner.get_secret(name)

    @override
    def get_all_secret_keys(self) -> list[str]:
        return self.inner.get_all_secret_keys()

    @override
    def update_secret(self, secret: SecretGroup) -> None:
        self.inner.update_secret(secret)

    @override
    def delete_secret(self, name: str) -> None:
        self.inner.delete_secret(name)

    @override
    def delete_all_secrets(self) -> None:
        self.inner.delete_all_secrets()


class Suite(SecretsManagerContract[Wrapped]):
    """The contract, kept or broken by a secrets manager that wraps the local one."""

    MANAGER: ClassVar[type[Wrapped]] = Wrapped

    @pytest.fixture
    @override
    def component(self, tmp_path: Path) -> Wrapped:
        return self.MANAGER(name="secrets", path=str(tmp_path / "secrets"))


class IntactWrapped(Suite):
    """What is around the mutants' bugs is no bug."""


class IntactLocal(SecretsManagerContract[LocalSecretsManager]):
    """The local flavor."""

    @pytest.fixture
    @override
    def component(self, tmp_path: Path) -> LocalSecretsManager:
        return LocalSecretsManager(name="local", path=str(tmp_path / "secrets"))

    @pytest.fixture
    @override
    def failing(self, tmp_path: Path) -> LocalSecretsManager:
        (tmp_path / "file").touch()
        return LocalSecretsManager(name="failing", path=str(tmp_path / "file"))


@final
class Shows(Wrapped):
    FLAVOR: ClassVar[str] = "shows"

    _last: dict[str, str] = attrs.field(init=False, factory=dict[str, str])

    @override
    def register_secret(self, secret: SecretGroup) -> None:
        self.inner.register_secret(secret)
        self._last = dict(secret.values)

    @override
    def __repr__(self) -> str:
        return f"Shows(name={self.name!r}, last={self._last!r})"


class MutantValueInItsRepr(Suite):
    """Its repr shows the values that were registered last."""

    MANAGER: ClassVar[type[Wrapped]] = Shows
    CAUGHT_BY: ClassVar[str] = "test_no_value_is_shown_by_what_it_says_raises_or_pickles"


@final
class Tells(Wrapped):
    FLAVOR: ClassVar[str] = "tells"

    @override
    def register_secret(self, secret: SecretGroup) -> None:
        try:
            self.inner.register_secret(secret)
        except SecretExistsError as error:
            what = f"there is a secret {secret.name}"
            raise SecretExistsError(Problem(what, where=secret.name)) from ValueError(dict(secret.values), error)


class MutantValueInTheCauseOfAnError(Suite):
    """The error about a name that is taken says nothing of the values; its cause does."""

    MANAGER: ClassVar[type[Wrapped]] = Tells
    CAUGHT_BY: ClassVar[str] = "test_no_value_is_shown_by_what_it_says_raises_or_pickles"


@final
class Holds(Wrapped):
    FLAVOR: ClassVar[str] = "holds"

    @override
    def update_secret(self, secret: SecretGroup) -> None:
        content = {"name": secret.name, **secret.values}
        self.inner.update_secret(SecretGroup(secret.name, {key: content[key] for key in secret}))


class MutantValueInALocalVariable(Suite):
    """When an update is refused, a variable of a function in the traceback holds the values."""

    MANAGER: ClassVar[type[Wrapped]] = Holds
    CAUGHT_BY: ClassVar[str] = "test_no_value_is_shown_by_what_it_says_raises_or_pickles"


@final
class Logs(Wrapped):
    FLAVOR: ClassVar[str] = "logs"

    @override
    def update_secret(self, secret: SecretGroup) -> None:
        logging.getLogger(__name__).debug("update %s: %s", secret.name, [*secret.values.items()])
        self.inner.update_secret(secret)


class MutantValueInTheLog(Suite):
    """An update logs the new values, at the level for debugging."""

    MANAGER: ClassVar[type[Wrapped]] = Logs
    CAUGHT_BY: ClassVar[str] = "test_no_value_is_logged_printed_or_put_into_the_environment"


@final
class Merges(Wrapped):
    FLAVOR: ClassVar[str] = "merges"

    @override
    def update_secret(self, secret: SecretGroup) -> None:
        old = self.inner.get_secret(secret.name)
        self.inner.update_secret(SecretGroup(secret.name, {**old.values, **secret.values}))


class MutantUpdateKeepsOldKeys(Suite):
    """An update leaves the keys that the new values do not name."""

    MANAGER: ClassVar[type[Wrapped]] = Merges
    CAUGHT_BY: ClassVar[str] = "test_an_update_replaces_all_values"


@final
class LosesEmpty(Wrapped):
    FLAVOR: ClassVar[str] = "loses-empty"

    @override
    def get_secret(self, name: str) -> SecretGroup:
        found = self.inner.get_secret(name)
        return SecretGroup(name, {key: value for key, value in found.values.items() if value})


class MutantEmptyValueIsLost(Suite):
    """A value that is empty is taken for one that is not there."""

    MANAGER: ClassVar[type[Wrapped]] = LosesEmpty
    CAUGHT_BY: ClassVar[str] = "test_any_text_is_a_value"


@final
class OnePage(Wrapped):
    FLAVOR: ClassVar[str] = "one-page"

    @override
    def get_all_secret_keys(self) -> list[str]:
        return self.inner.get_all_secret_keys()[:100]


class MutantNamesOfOnePage(Suite):
    """The first 100 names are told, as many as a service gives at once."""

    MANAGER: ClassVar[type[Wrapped]] = OnePage
    CAUGHT_BY: ClassVar[str] = "test_many_secrets_are_all_named"


@final
class FoldsCase(Wrapped):
    FLAVOR: ClassVar[str] = "folds-case"

    @override
    def get_secret(self, name: str) -> SecretGroup:
        names = self.inner.get_all_secret_keys()
        found = next((other for other in names if other.lower() == name.lower()), name)
        return SecretGroup(name, self.inner.get_secret(name if name in names else found).values)


class MutantCaseIsFolded(Suite):
    """A name that nothing has is taken for one that differs in case alone."""

    MANAGER: ClassVar[type[Wrapped]] = FoldsCase
    CAUGHT_BY: ClassVar[str] = "test_names_and_keys_that_differ_in_case_are_two"


@final
class NoForm(Wrapped):
    FLAVOR: ClassVar[str] = "no-form"

    @override
    def register_secret(self, secret: SecretGroup) -> None:
        right = {key: value for key, value in secret.values.items() if value.isprintable() and " " not in key}
        self.inner.register_secret(
            SecretGroup(secret.name.replace(".", "-"), right if len(right) < len(secret.values) else secret.values)
        )


class MutantMendsWhatIsWrong(Suite):
    """A secret that no reference could name is kept under another name, without the keys that are wrong."""

    MANAGER: ClassVar[type[Wrapped]] = NoForm
    CAUGHT_BY: ClassVar[str] = "test_a_secret_that_no_reference_could_name_is_refused_whole"


@final
class Trims(Wrapped):
    FLAVOR: ClassVar[str] = "trims"

    @override
    def get_secret(self, name: str) -> SecretGroup:
        found = self.inner.get_secret(name)
        return SecretGroup(name, {key: value.removesuffix("\n") for key, value in found.values.items()})


class MutantLastLineEndIsTrimmed(Suite):
    """The line end at the end of a value is taken away, as that of a file would be."""

    MANAGER: ClassVar[type[Wrapped]] = Trims
    CAUGHT_BY: ClassVar[str] = "test_any_text_is_a_value"


@final
class Remembers(Wrapped):
    FLAVOR: ClassVar[str] = "remembers"

    @cached_property
    def seen(self) -> dict[str, SecretGroup]:
        """What this object was asked for, until it changes it itself."""
        return {}

    @override
    def get_secret(self, name: str) -> SecretGroup:
        return self.seen.setdefault(name, self.inner.get_secret(name))

    @override
    def update_secret(self, secret: SecretGroup) -> None:
        self.inner.update_secret(secret)
        self.seen.pop(secret.name, None)

    @override
    def delete_secret(self, name: str) -> None:
        self.inner.delete_secret(name)
        self.seen.pop(name, None)

    @override
    def __reduce__(self) -> tuple[object, ...]:
        return (_remade, (type(self), self.name, self.path, self.uuid))


def _remade(cls: type[Wrapped], name: str, path: str, uuid: object) -> Wrapped:
    made = cls(name=name, path=path)
    object.__setattr__(made, "uuid", uuid)
    return made


class MutantRemembersWhatOthersHaveChanged(Suite):
    """What was asked for once is remembered, whatever another process makes of it."""

    MANAGER: ClassVar[type[Wrapped]] = Remembers
    CAUGHT_BY: ClassVar[str] = "test_it_behaves_like_a_dictionary_that_several_objects_share"


@final
class DeletesQuietly(Wrapped):
    FLAVOR: ClassVar[str] = "deletes-quietly"

    @override
    def delete_secret(self, name: str) -> None:
        if name in self.get_all_secret_keys():
            self.inner.delete_secret(name)


class MutantDeletingNothingIsFine(Suite):
    """To delete a secret that is not there is no mistake."""

    MANAGER: ClassVar[type[Wrapped]] = DeletesQuietly
    CAUGHT_BY: ClassVar[str] = "test_an_absent_name_is_not_had_updated_or_deleted"


@final
class LooksFirst(Wrapped):
    FLAVOR: ClassVar[str] = "looks-first"

    _all_have_looked: Barrier = attrs.field(init=False, factory=lambda: Barrier(8))

    @override
    def register_secret(self, secret: SecretGroup) -> None:
        try:
            self.inner.get_secret(secret.name)
        except SecretNotFoundError:
            self._all_have_looked.wait(timeout=60)
            try:
                self.inner.register_secret(secret)
            except SecretExistsError:
                self.inner.update_secret(secret)
        else:
            raise SecretExistsError(Problem("there is a secret of this name", where=secret.name))


class MutantLastOfTwoWins(Suite):
    """Whether a name is taken is asked first, and of two who register it at once, the later replaces the earlier."""

    MANAGER: ClassVar[type[Wrapped]] = LooksFirst
    CAUGHT_BY: ClassVar[str] = "test_of_several_threads_that_register_one_name_one_succeeds"
