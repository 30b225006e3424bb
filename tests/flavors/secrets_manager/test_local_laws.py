"""What holds for every secrets manager; and that it holds for the local one.

The class of laws needs one fixture, `component`: a new, empty secrets manager. It says nothing of how one works.
"""

from __future__ import annotations

import base64
import copy
import pickle
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from typing_extensions import override

import stackkit
from stackkit.components.secrets_manager import SECRETS_MANAGER, BaseSecretsManager, SecretGroup, SecretSchema
from stackkit.core.secret import KEY, NAME
from stackkit.errors import ConfigurationError, SecretExistsError, SecretNotFoundError, StackkitError
from stackkit.flavors.secrets_manager.local import LocalSecretsManager

names = st.from_regex(NAME, fullmatch=True)
values = st.dictionaries(st.from_regex(KEY, fullmatch=True), st.text(), max_size=4)
groups = st.builds(SecretGroup, names, values)


# a word that stands nowhere else, within any text: looked for is the word, half of it too
words = st.text("ghjkmnpqrstvwxyz", min_size=16, max_size=16).filter(lambda word: len(set(word[:8])) > 3 < len(set(word[8:])))

few = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@attrs.frozen
class Leaks:
    """Where a word of a value is shown that should not be.

    Args:
        word: The word.
        found: The places, filled while looking.
    """

    word: str
    found: list[str] = attrs.field(factory=list[str])

    def look_in(self, place: str, text: str) -> None:
        if self.word[:8] in text or self.word[8:] in text:
            self.found.append(place)

    def look_in_bytes(self, place: str, content: bytes) -> None:
        plain = self.word.encode()
        encoded = [base64.b64encode(b" " * shift + plain)[4:-4] for shift in range(3)]
        if any(form in content for form in (plain[:8], plain[8:], plain.hex().encode(), *encoded)):
            self.found.append(place)

    def look_in_error(self, error: BaseException) -> None:
        kind = type(error).__name__
        self.look_in(f"{kind}: str", str(error))
        self.look_in(f"{kind}: repr", repr(error))
        self.look_in(f"{kind}: traceback", "".join(traceback.format_exception(error)))
        self.look_in_bytes(f"{kind}: pickle", pickle.dumps(error))
        for link in _chain(error):
            self.look_in(f"{kind}: {type(link).__name__} in its chain", f"{link!r}{link.args!r}{vars(link)!r}")
            for name, variables in _frames(link.__traceback__):
                self.look_in(f"{kind}: local variables of {name}", repr(variables))

    def look_in_error_of(self, action: Callable[[], object]) -> None:
        try:
            action()
        except StackkitError as error:
            self.look_in_error(error)
        else:
            pytest.fail("refuses nothing, so nothing was tested")


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    if error is not None:
        yield error
        yield from _chain(error.__cause__)
        yield from _chain(error.__context__)


def _frames(trace: TracebackType | None) -> Iterator[tuple[str, dict[str, object]]]:
    """The functions of stackkit that an error went through, with their local variables."""
    home = str(Path(stackkit.__file__).parent)
    for frame, _ in traceback.walk_tb(trace):
        if frame.f_code.co_filename.startswith(home):
            yield frame.f_code.co_name, frame.f_locals


class Password(SecretSchema):
    password: str
    absent: str


class SecretsManagerLaws:
    """What every secrets manager does."""

    @pytest.fixture
    def component(self) -> BaseSecretsManager:
        """A new, empty secrets manager."""
        raise NotImplementedError

    @pytest.fixture
    def second(self, component: BaseSecretsManager) -> BaseSecretsManager:
        """Another object with the same configuration, as another process has it."""
        return component.replace()

    def test_it_is_a_secrets_manager(self, component: BaseSecretsManager) -> None:
        assert component.TYPE == SECRETS_MANAGER

    def test_a_new_one_has_no_secrets(self, component: BaseSecretsManager) -> None:
        assert component.get_all_secret_keys() == []

    @few
    @given(group=groups)
    def test_what_was_registered_is_what_is_had(
        self, component: BaseSecretsManager, second: BaseSecretsManager, group: SecretGroup
    ) -> None:
        component.delete_all_secrets()
        component.register_secret(group)
        for manager in (component, second):
            assert manager.get_secret(group.name) == group
            assert manager.get_all_secret_keys() == [group.name]

    @few
    @given(name=names, first=values, then=values)
    def test_an_update_replaces_all_values(
        self, component: BaseSecretsManager, name: str, first: dict[str, str], then: dict[str, str]
    ) -> None:
        component.delete_all_secrets()
        component.register_secret(SecretGroup(name, first))
        component.update_secret(SecretGroup(name, then))
        assert component.get_secret(name).values == then
        assert component.get_all_secret_keys() == [name]

    @pytest.mark.parametrize(
        "value",
        [
            "",
            " ",
            "\n",
            "line\r\nline\n",
            "\0",
            "\x1b[2J",
            '"quoted"',
            "{}",
            "null",
            "ß€🔑",
            "\ufeffbom",
            "e\u0301",
            "x" * 60_000,
        ],
        ids=repr,
    )
    def test_any_text_is_a_value(self, component: BaseSecretsManager, value: str) -> None:
        component.register_secret(SecretGroup("text", {"key": value}))
        assert component.get_secret("text")["key"] == value

    def test_names_that_differ_in_case_are_two_names(self, component: BaseSecretsManager) -> None:
        component.register_secret(SecretGroup("name", {"key": "low"}))
        component.register_secret(SecretGroup("NAME", {"key": "high"}))
        assert component.get_secret("name")["key"] == "low"
        assert component.get_secret("NAME")["key"] == "high"

    def test_names_are_sorted(self, component: BaseSecretsManager) -> None:
        for name in ("b", "B", "a", "_", "-", "10", "9"):
            component.register_secret(SecretGroup(name, {}))
        assert component.get_all_secret_keys() == sorted(["b", "B", "a", "_", "-", "10", "9"])

    def test_a_name_that_exists_is_not_registered_again(self, component: BaseSecretsManager) -> None:
        component.register_secret(SecretGroup("database", {"password": "first"}))
        with pytest.raises(SecretExistsError, match="database"):
            component.register_secret(SecretGroup("database", {"password": "second"}))
        assert component.get_secret("database")["password"] == "first"

    @pytest.mark.parametrize("others", [[], ["database"]], ids=["empty", "with others"])
    def test_an_absent_name_is_not_had_updated_or_deleted(self, component: BaseSecretsManager, others: list[str]) -> None:
        for other in others:
            component.register_secret(SecretGroup(other, {}))
        for action in (
            lambda: component.get_secret("databse"),
            lambda: component.update_secret(SecretGroup("databse", {})),
            lambda: component.delete_secret("databse"),
        ):
            with pytest.raises(SecretNotFoundError, match="databse"):
                action()
        assert component.get_all_secret_keys() == others

    def test_a_deleted_secret_is_gone_and_others_stay(self, component: BaseSecretsManager, second: BaseSecretsManager) -> None:
        component.register_secret(SecretGroup("kept", {"key": "kept"}))
        component.register_secret(SecretGroup("gone", {"key": "gone"}))
        component.delete_secret("gone")
        for manager in (component, second):
            assert manager.get_all_secret_keys() == ["kept"]
            with pytest.raises(SecretNotFoundError):
                manager.get_secret("gone")

    def test_after_all_were_deleted_it_is_as_new(self, component: BaseSecretsManager) -> None:
        component.delete_all_secrets()
        for name in "ab":
            component.register_secret(SecretGroup(name, {}))
        component.delete_all_secrets()
        assert component.get_all_secret_keys() == []
        component.register_secret(SecretGroup("a", {"key": "again"}))
        assert component.get_secret("a")["key"] == "again"

    def test_a_secret_that_no_reference_could_name_is_refused_whole(self, component: BaseSecretsManager) -> None:
        component.register_secret(SecretGroup("right", {"key": "value"}))
        wrong = {"pass word": "hunter2", "fine": "hunter2", "raw": "hunter2\udcff"}
        with pytest.raises(ConfigurationError) as refused:
            component.register_secret(SecretGroup("my.database", wrong))
        assert len(refused.value.problems) == 3
        with pytest.raises(ConfigurationError):
            component.update_secret(SecretGroup("right", wrong))
        assert component.get_all_secret_keys() == ["right"]
        assert component.get_secret("right").values == {"key": "value"}

    def test_a_copy_and_a_pickle_lead_to_the_same_secrets(self, component: BaseSecretsManager) -> None:
        component.register_secret(SecretGroup("a", {"key": "value"}))
        pickled: object = pickle.loads(pickle.dumps(component))  # noqa: S301 - made in this line
        for twin in (copy.copy(component), copy.deepcopy(component), pickled):
            assert isinstance(twin, type(component))
            assert twin == component
            assert twin.get_secret("a")["key"] == "value"

    def test_bringing_it_up_and_down_again_and_again_keeps_the_secrets(self, component: BaseSecretsManager) -> None:
        component.provision()
        assert component.is_provisioned
        component.register_secret(SecretGroup("a", {"key": "value"}))
        for step in (component.provision, component.resume, component.suspend, component.deprovision):
            step()
            step()
        component.provision()
        component.resume()
        assert component.is_provisioned
        assert component.is_running
        assert component.get_secret("a")["key"] == "value"

    @few
    @given(before=st.text(), word=words, after=st.text())
    def test_no_value_is_shown_by_what_it_says_raises_or_pickles(
        self, component: BaseSecretsManager, before: str, word: str, after: str
    ) -> None:
        component.delete_all_secrets()
        value = f"{before}{word}{after}"
        leaks, group = Leaks(word), SecretGroup("database", {"password": value})
        component.register_secret(group)
        found = component.get_secret("database")
        for place, shown in (("component", component), ("group", group), ("found", found), ("dict", vars(component))):
            leaks.look_in(place, f"{shown!r}{shown}")
        leaks.look_in_bytes("pickle", pickle.dumps(component))
        for action in (
            lambda: component.register_secret(group),
            lambda: component.register_secret(SecretGroup("my.database", {"pass word": value})),
            lambda: component.register_secret(SecretGroup("other", {"password": f"{value}\udcff"})),
            lambda: component.update_secret(SecretGroup("other", {"password": value})),
            lambda: component.update_secret(SecretGroup("database", {"pass word": value})),
            lambda: component.get_secret("other"),
            lambda: component.delete_secret("other"),
            lambda: found["pass word"],
            lambda: found.read(Password),
            lambda: pickle.dumps(found),
        ):
            leaks.look_in_error_of(action)
        assert leaks.found == []

    def test_no_value_is_logged(self, component: BaseSecretsManager, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(0)
        component.register_secret(SecretGroup("database", {"password": "hunter2"}))
        component.update_secret(SecretGroup("database", {"password": "hunter3"}))
        component.get_secret("database")
        with pytest.raises(SecretExistsError):
            component.register_secret(SecretGroup("database", {"password": "hunter4"}))
        component.delete_secret("database")
        assert "hunter" not in caplog.text

    def test_it_behaves_like_a_dictionary_that_several_objects_share(self, component: BaseSecretsManager) -> None:
        class Machine(SharedDictionary):
            def __init__(self) -> None:
                super().__init__(component)

        run_state_machine_as_test(Machine, settings=settings(max_examples=50, stateful_step_count=30, deadline=None))


class SharedDictionary(RuleBasedStateMachine):
    """Compares a secrets manager with a dictionary, through objects that come and go."""

    known = Bundle[str]("known")

    def __init__(self, component: BaseSecretsManager) -> None:
        super().__init__()
        component.delete_all_secrets()
        self.managers = [component, component.replace()]
        self.model: dict[str, dict[str, str]] = {}

    def any(self, which: int) -> BaseSecretsManager:
        return self.managers[which % len(self.managers)]

    @rule(target=known, name=names)
    def think_of(self, name: str) -> str:
        return name

    @rule(which=st.integers(0, 1))
    def reopen(self, which: int) -> None:
        self.managers[which] = self.managers[which].replace()

    @rule(which=st.integers(0, 1), name=known, content=values)
    def register(self, which: int, name: str, content: dict[str, str]) -> None:
        if name in self.model:
            with pytest.raises(SecretExistsError):
                self.any(which).register_secret(SecretGroup(name, content))
        else:
            self.any(which).register_secret(SecretGroup(name, content))
            self.model[name] = content

    @rule(which=st.integers(0, 1), name=known, content=values)
    def update(self, which: int, name: str, content: dict[str, str]) -> None:
        if name in self.model:
            self.any(which).update_secret(SecretGroup(name, content))
            self.model[name] = content
        else:
            with pytest.raises(SecretNotFoundError):
                self.any(which).update_secret(SecretGroup(name, content))

    @rule(which=st.integers(0, 1), name=known)
    def delete(self, which: int, name: str) -> None:
        if name in self.model:
            self.any(which).delete_secret(name)
            del self.model[name]
        else:
            with pytest.raises(SecretNotFoundError):
                self.any(which).delete_secret(name)

    @rule(which=st.integers(0, 1))
    def delete_all(self, which: int) -> None:
        self.any(which).delete_all_secrets()
        self.model.clear()

    @invariant()
    def all_objects_see_the_model(self) -> None:
        for manager in self.managers:
            assert manager.get_all_secret_keys() == sorted(self.model)
        for name, content in self.model.items():
            assert self.managers[len(name) % 2].get_secret(name).values == content


class TestLocalSecretsManager(SecretsManagerLaws):
    @pytest.fixture
    @override
    def component(self, tmp_path: Path) -> BaseSecretsManager:
        return LocalSecretsManager(name="local", path=str(tmp_path / "secrets"))
