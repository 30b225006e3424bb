from __future__ import annotations

import copy
import pickle
from collections.abc import Mapping

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.vendor.pretty import pretty

from stackkit.components.secrets_manager import SecretGroup, SecretSchema
from stackkit.core.secret import KEY, NAME, Secret
from stackkit.errors import ConfigurationError, NotSerializableError, SecretNotFoundError, SecretSchemaError


class Database(SecretSchema):
    user: str
    password: str
    port: str = "5432"
    proxy: str | None = None


class TestSecretSchema:
    def test_a_typed_secret_comes_back_as_it_was(self) -> None:
        content = Database(user="ada", password="hunter2", proxy="localhost")
        assert SecretGroup.of("database", content).read(Database) == content

    @given(user=st.text(), password=st.text(), port=st.text(), proxy=st.none() | st.text())
    def test_any_text_comes_back_as_it_was(self, user: str, password: str, port: str, proxy: str | None) -> None:
        content = Database(user=user, password=password, port=port, proxy=proxy)
        assert SecretGroup.of("database", content).read(Database) == content

    def test_keys_that_are_none_are_left_out_and_read_as_their_defaults(self) -> None:
        group = SecretGroup.of("database", Database(user="ada", password="hunter2"))
        assert dict(group.values) == {"user": "ada", "password": "hunter2", "port": "5432"}
        assert group.read(Database).proxy is None

    def test_all_missing_keys_are_named_and_no_value_is(self) -> None:
        with pytest.raises(SecretNotFoundError) as missing:
            SecretGroup("database", {"port": "hunter2"}).read(Database)
        assert str(missing.value) == "database: has no user, password; Database requires user, password: update the secret"

    def test_keys_that_the_schema_does_not_name_are_passed_over(self) -> None:
        group = SecretGroup("database", {"user": "ada", "password": "hunter2", "more": "x"})
        assert group.read(Database) == Database(user="ada", password="hunter2")

    def test_a_schema_can_be_extended(self) -> None:
        class Replica(Database):
            region: str

        group = SecretGroup("replica", {"user": "ada", "password": "hunter2", "region": "eu"})
        assert group.read(Replica) == Replica(user="ada", password="hunter2", region="eu")

    def test_it_cannot_be_changed(self) -> None:
        content = Database(user="ada", password="hunter2")
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            content.password = "other"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]  # ty: ignore[invalid-assignment]  # pyrefly: ignore[read-only]

    def test_fields_that_cannot_be_keys_are_refused_at_the_class_all_at_once(self) -> None:
        with pytest.raises(SecretSchemaError) as refused:

            class Wrong(SecretSchema):  # pyright: ignore[reportUnusedClass] - defining it is what is tested
                user: str
                port: int
                _hidden: str
                größe: str  # noqa: PLC2401 - what is tested
                late: str = attrs.field(init=False, default="")

        assert [problem.where.rpartition(".")[2] for problem in refused.value.problems] == ["port", "_hidden", "größe", "late"]

    def test_a_default_without_annotation_is_refused(self) -> None:
        with pytest.raises(SecretSchemaError, match="port: has no annotation"):

            class Wrong(SecretSchema):  # pyright: ignore[reportUnusedClass] - defining it is what is tested
                port = "5432"

    def test_an_annotation_that_cannot_be_resolved_is_refused_by_name(self) -> None:
        with pytest.raises(SecretSchemaError, match="Nowhere"):

            class Wrong(SecretSchema):  # pyright: ignore[reportUnusedClass] - defining it is what is tested
                port: Nowhere  # type: ignore[name-defined]  # pyright: ignore[reportUndefinedVariable, reportUnknownVariableType]  # ty: ignore[unresolved-reference]  # pyrefly: ignore[unknown-name]  # noqa: F821


class TestSecretGroup:
    def test_a_value_is_had_by_its_key(self) -> None:
        group = SecretGroup("database", {"password": "hunter2"})
        assert group["password"] == "hunter2"
        assert "password" in group
        assert list(group) == ["password"]

    def test_an_absent_key_is_named_with_those_there_are(self) -> None:
        group = SecretGroup("database", {"user": "ada", "password": "hunter2"})
        assert "pasword" not in group
        with pytest.raises(SecretNotFoundError) as missing:
            group["pasword"]
        assert str(missing.value) == "database: has no key pasword; it has password, user"

    def test_it_keeps_its_own_values(self) -> None:
        values = {"password": "hunter2"}
        group = SecretGroup("database", values)
        values["password"] = "other"
        assert group["password"] == "hunter2"
        with pytest.raises(TypeError):
            group.values["password"] = "other"  # type: ignore[index]  # pyright: ignore[reportIndexIssue]  # ty: ignore[invalid-assignment]  # pyrefly: ignore[unsupported-operation]

    @given(st.from_regex(NAME, fullmatch=True), st.dictionaries(st.from_regex(KEY, fullmatch=True), st.text(), max_size=3))
    def test_what_a_reference_can_name_is_accepted(self, name: str, values: dict[str, str]) -> None:
        group = SecretGroup(name, values)
        group.check()
        for key in group:
            Secret(f"{name}.{key}")

    @given(st.text(), st.text())
    def test_what_no_reference_could_name_is_refused(self, name: str, key: str) -> None:
        bad = (NAME.fullmatch(name) is None) + (KEY.fullmatch(key) is None)
        try:
            SecretGroup(name, {key: "hunter2"}).check()
            found = 0
        except ConfigurationError as refused:
            found = len(refused.problems)
        assert found == bad

    def test_all_that_is_wrong_is_told_at_once_and_no_value_shown(self) -> None:
        values: Mapping[str, str] = {"pass word": "hunter2", "port": 5432, "raw": "hunter2\udcff"}  # type: ignore[dict-item]  # pyright: ignore[reportAssignmentType]  # ty: ignore[invalid-assignment]  # pyrefly: ignore[bad-assignment]
        with pytest.raises(ConfigurationError) as refused:
            SecretGroup("my.database", values).check()
        assert [problem.what for problem in refused.value.problems] == [
            "'my.database' is not the name of a secret",
            "'pass word' is not a key",
            "the value is of type int, not str",
            "the value has a lone surrogate, so it is not text",
        ]
        assert "hunter2" not in str(refused.value)
        assert "5432" not in str(refused.value)

    def test_a_name_cannot_drive_the_terminal_nor_fill_it(self) -> None:
        with pytest.raises(ConfigurationError) as refused:
            SecretGroup("\x1b[2J" + "x" * 10_000, {}).check()
        assert "\x1b" not in str(refused.value)
        assert len(str(refused.value)) < 200

    def test_equal_groups_have_equal_hashes(self) -> None:
        one, other = (SecretGroup("a", {"x": "1", "y": "2"}), SecretGroup("a", {"y": "2", "x": "1"}))
        assert one == other
        assert hash(one) == hash(other)
        assert one != SecretGroup("a", {"x": "1", "y": "3"})
        assert one != SecretGroup("b", {"x": "1", "y": "2"})


made = {
    "group": st.builds(SecretGroup, st.just("database"), st.just({"password": "hunter2"})),
    "schema": st.builds(Database, user=st.just("hunter2"), password=st.just("hunter2")),
    "secret": st.builds(Secret.plain, st.just("hunter2")),
}


@pytest.mark.parametrize("kind", made)
def test_a_failing_example_of_hypothesis_shows_no_value(kind: str) -> None:
    @given(found=made[kind])
    def fail(found: object) -> None:
        raise AssertionError(repr(found))

    with pytest.raises(AssertionError) as failed:
        fail()
    told = "".join(failed.value.__notes__)
    assert "found=" in told
    assert "hunter2" not in told


CLEAR = [SecretGroup("database", {"password": "hunter2"}), Database(user="hunter2", password="hunter2")]


@pytest.mark.parametrize("clear", CLEAR, ids=["group", "schema"])
class TestWhatHoldsValuesInTheClear:
    def test_it_shows_its_keys_alone(self, clear: SecretGroup | SecretSchema) -> None:
        for shown in (repr(clear), str(clear), f"{clear}", repr([clear]), pretty(clear), pretty([clear])):
            assert "password" in shown
            assert "hunter2" not in shown

    @pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
    def test_it_cannot_be_pickled(self, clear: SecretGroup | SecretSchema, protocol: int) -> None:
        with pytest.raises(NotSerializableError, match="secret values are never pickled"):
            pickle.dumps(clear, protocol)

    def test_it_can_be_copied_in_this_process(self, clear: SecretGroup | SecretSchema) -> None:
        assert copy.copy(clear) == clear
        assert copy.deepcopy([clear]) == [clear]
