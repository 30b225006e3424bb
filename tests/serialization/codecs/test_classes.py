"""Classes: every field by name, all mistakes at once, validators included; no secret in any message."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import InitVar, dataclass, field
from typing import Any, ClassVar, Final
from uuid import UUID

import attrs
import pytest
from tests.serialization.everything import Anything
from typing_extensions import override

from stackkit.core.secret import Secret
from stackkit.errors import ConfigurationError, DocumentError, NotSerializableError, Problem, UnsupportedTypeError
from stackkit.serialization.codecs.classes import ClassCodec
from stackkit.serialization.converter import FlavorConverter, config_codec, unsupported_fields


def codec(cls: type) -> ClassCodec:
    found = FlavorConverter().codec(cls)
    assert isinstance(found, ClassCodec)
    return found


def mistakes(cls: type, value: object) -> list[str]:
    with pytest.raises(DocumentError) as caught:
        codec(cls).load(value)
    return str(caught.value).splitlines()


def positive(_: object, __: object, value: int) -> None:
    if value <= 0:
        raise ValueError(f"must be positive, not {value}")


def below_limit(instance: Any, _: object, value: int) -> None:
    if value > instance.limit:
        raise ConfigurationError(Problem("is above the limit", remedy="raise the limit"))


@attrs.define(kw_only=True)
class Retry:
    """With validators, one of which looks at its neighbour."""

    limit: int = attrs.field(validator=positive)
    count: int = attrs.field(validator=[positive, below_limit])
    note: str = ""


@dataclass
class Login:
    """With a secret."""

    user: str
    password: Secret
    more: Mapping[str, Secret] = field(default_factory=dict[str, Secret])


@attrs.frozen(kw_only=True)
class Service:
    """Classes in classes."""

    url: str
    retry: Retry
    logins: list[Login] = attrs.field(factory=list[Login])
    fallback: Service | None = None


GOOD: dict[str, object] = {"url": "http://x", "retry": {"limit": 5, "count": 3}}


def test_a_class_in_a_class_is_read_back() -> None:
    service = Service(
        url="a",
        retry=Retry(limit=2, count=1),
        logins=[Login("me", Secret("a.b"), {"c": Secret("d.e")})],
        fallback=Service(url="b", retry=Retry(limit=1, count=1)),
    )
    written = codec(Service).dump(service)
    assert written == {
        "url": "a",
        "retry": {"limit": 2, "count": 1, "note": ""},
        "logins": [{"user": "me", "password": {"$secret": "a.b"}, "more": {"c": {"$secret": "d.e"}}}],
        "fallback": {"url": "b", "retry": {"limit": 1, "count": 1, "note": ""}, "logins": [], "fallback": None},
    }
    assert codec(Service).load(written) == service


def test_all_mistakes_are_told_at_once_with_their_paths() -> None:
    nothing: dict[str, object] = {}
    value: dict[str, object] = {
        "urls": "a",
        "retry": {"limit": "5", "count": -1, "notes": ""},
        "logins": [{"user": None, "password": {"$secret": "a.b"}}, {"user": "me"}, 5],
        "fallback": {"url": 5, "retry": nothing},
    }
    assert mistakes(Service, value) == [
        "urls: Service has no such field; did you mean url?",
        "url: is missing; expected str",
        "retry.notes: Retry has no such field; did you mean note?",
        'retry.limit: expected int, got str "5"',
        "retry.count: must be positive, not -1",
        "logins[0].user: expected str, got null",
        'logins[1].password: is missing; expected a secret reference {"$secret": "name.key"}',
        "logins[2]: expected Login, got int",
        "fallback.url: expected str, got int 5",
        "fallback.retry.limit: is missing; expected int",
        "fallback.retry.count: is missing; expected int",
    ]


@pytest.mark.parametrize("value", [None, 5, "a", [], ["url"], True])
def test_nothing_but_an_object_is_read_as_a_class(value: object) -> None:
    (line,) = mistakes(Service, value)
    assert line.startswith("expected Service, got ")


def test_every_validator_speaks_not_the_first_alone() -> None:
    assert mistakes(Retry, {"limit": -5, "count": -3}) == [
        "limit: must be positive, not -5",
        "count: must be positive, not -3",
    ]
    assert mistakes(Retry, {"limit": 5, "count": 30}) == ["count: is above the limit; raise the limit"]


def test_a_validator_that_looks_at_a_wrong_field_keeps_silent() -> None:
    assert mistakes(Retry, {"limit": "5", "count": 3}) == ['limit: expected int, got str "5"']
    assert mistakes(Retry, {"count": -3}) == ["limit: is missing; expected int", "count: must be positive, not -3"]


def test_what_is_no_text_can_be_a_key_of_no_class() -> None:
    value: dict[object, object] = {5: 1, None: 2}
    value.update(GOOD)
    assert mistakes(Service, value) == [
        "Service has no such field: a key is no text but a int",
        "Service has no such field: a key is no text but a NoneType",
    ]


def test_many_unknown_keys_are_told_in_short_and_in_little_time() -> None:
    value: dict[object, object] = {f"{'x' * 100_000}{number}": number for number in range(2_000)}
    begin = time.process_time()
    lines = mistakes(Retry, value)
    assert time.process_time() - begin < 60
    assert lines[20] == "1980 more keys are not known"
    assert all(len(line) < 200 for line in lines)


def upper(value: str) -> str:
    return value.upper()


def scaled(value: int, instance: Any, found: attrs.Attribute[Any]) -> int:
    return value * int(instance.factor) * int(found.metadata["times"])


@attrs.define(kw_only=True)
class Converted:
    """With converters of all kinds."""

    factor: int = 1
    name: str = attrs.field(converter=upper, validator=attrs.validators.in_(["A", "B"]), metadata={"help": "a name"})
    size: int = attrs.field(
        default=1,
        converter=attrs.Converter(scaled, takes_self=True, takes_field=True),  # type: ignore[misc] # its stub knows fewer
        metadata={"times": 2},
        validator=positive,
    )


def test_values_are_judged_after_they_are_converted() -> None:
    found = codec(Converted).load({"name": "a", "size": 3})
    assert isinstance(found, Converted)
    assert (found.name, found.size) == ("A", 6)
    assert mistakes(Converted, {"name": "a", "size": -1, "factor": 2}) == ["size: must be positive, not -4"]
    assert mistakes(Converted, {"name": "c", "size": 1, "factor": "2"}) == [
        'factor: expected int, got str "2"',
        "name: 'name' must be in ['A', 'B'] (got 'C')",
    ]


class OddError(Exception):
    """An error of a library's own, whose text cannot even be made."""

    @override
    def __str__(self) -> str:
        raise RuntimeError("no text")


ERRORS: list[Exception] = [
    ZeroDivisionError("a\nb"), AssertionError(), OSError(2, "no such file"), KeyError("key"), ValueError("", 1),
    OddError(object()), RecursionError("deep"), StopIteration(), ValueError("x" * 10_000),
    AttributeError("missing"), ValueError("\x1b[2J"),
    ExceptionGroup("several", [ValueError("one")]), MemoryError(), SystemError("bad"), NotImplementedError(), UnicodeError("u"),
]  # fmt: skip


def failing(error: BaseException, *, in_validator: bool) -> type:
    def fail(*_: object) -> None:
        raise error

    validators: list[Any] = [fail] if in_validator else []

    @attrs.define
    class Failing:
        value: int = attrs.field(validator=validators)

        def __attrs_post_init__(self) -> None:
            fail()

    return Failing


@pytest.mark.parametrize("in_validator", [True, False], ids=["validator", "after init"])
@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_whatever_a_class_raises_is_a_mistake_of_the_document(error: Exception, in_validator: bool) -> None:
    cls = failing(error, in_validator=in_validator)
    with pytest.raises(DocumentError) as caught:
        codec(cls).load({"value": 1})
    assert len(str(caught.value).splitlines()) == 1
    assert 0 < len(str(caught.value)) < 250
    assert caught.value.__cause__ is error


def test_an_interruption_is_no_mistake_of_the_document() -> None:
    cls = failing(KeyboardInterrupt(), in_validator=True)
    with pytest.raises(KeyboardInterrupt):
        codec(cls).load({"value": 1})


def test_a_text_where_a_class_with_a_secret_belongs_is_not_shown() -> None:
    assert mistakes(Login, "hunter2") == ["expected Login, got str"]
    assert mistakes(Service, {**GOOD, "logins": ["hunter2"], "fallback": "hunter2"}) == [
        "logins[0]: expected Login, got str",
        "fallback: expected Service or null, got str",
    ]
    assert mistakes(Login, {"user": "me", "password": "hunter2", "more": {"token": "hunter2"}}) == [
        'password: expected a secret reference {"$secret": "name.key"}, got str',
        'more.token: expected a secret reference {"$secret": "name.key"}, got str',
    ]


def test_all_that_cannot_be_written_is_told_at_once() -> None:
    login = Login("me", Secret.plain("hunter2"), {"token": Secret.plain("hunter2")})
    wrong: Any = 5
    service = Service(url=wrong, retry=Retry(limit=5, count=3), logins=[login])
    with pytest.raises(NotSerializableError) as caught:
        codec(Service).dump(service)
    remedy = 'keep it in a secrets manager and write Secret("name.key")'
    assert str(caught.value).splitlines() == [
        "url: expected str, got int 5",
        f"logins[0].password: a plain secret is never written; {remedy}",
        f"logins[0].more.token: a plain secret is never written; {remedy}",
    ]


@dataclass
class Derived(Login):
    """Has a field more."""

    extra: int = 0


def test_an_instance_of_a_subclass_is_not_written_as_its_base() -> None:
    with pytest.raises(NotSerializableError, match="expected Login, got Derived"):
        codec(Login).dump(Derived("me", Secret("a.b")))


@attrs.define
class Hidden:
    """Only what is public and given to the constructor is written."""

    LIMIT: ClassVar[int] = 5
    shown: int
    place: str = attrs.field(default="here", alias="zone")
    _private: int = 7
    state: int = attrs.field(default=8, init=False)


def test_only_public_fields_of_the_constructor_are_written() -> None:
    assert codec(Hidden).dump(Hidden(1, zone="there")) == {"shown": 1, "place": "there"}
    assert codec(Hidden).load({"shown": 1, "place": "there"}) == Hidden(1, zone="there")
    assert mistakes(Hidden, {"shown": 1, "zone": "there", "_private": 3, "state": 1, "LIMIT": 1, "private": 3}) == [
        "zone: Hidden has no such field; it has shown, place",
        "_private: Hidden has no such field; it has shown, place",
        "state: Hidden has no such field; it has shown, place",
        "LIMIT: Hidden has no such field; it has shown, place",
        "private: Hidden has no such field; it has shown, place",
    ]


@dataclass
class Unmade:
    """Cannot be made of its public fields alone."""

    public: int
    _private: int
    made: InitVar[int]


@attrs.define(init=False)
class OwnConstructor:
    """Calls its parameter otherwise."""

    path: str

    def __init__(self, where: str) -> None:
        self.path = where


class Flavor(Anything):
    """With classes that cannot be made."""

    FLAVOR: ClassVar[str] = "unmade"
    unmade: Unmade
    own: Final[OwnConstructor]


def test_a_class_that_cannot_be_made_of_its_public_fields_is_refused() -> None:
    assert sorted(map(str, unsupported_fields(Flavor))) == [
        "OwnConstructor: its constructor needs where; give it a default, or make it a public field",
        "OwnConstructor: its constructor takes no path; take every public field by name",
        "Unmade: its constructor needs _private; give it a default, or make it a public field",
        "Unmade: its constructor needs made; give it a default, or make it a public field",
    ]
    with pytest.raises(UnsupportedTypeError):
        codec(Unmade).load({})
    with pytest.raises(UnsupportedTypeError):
        codec(Unmade).dump(Unmade(1, 2, made=3))


def test_a_codec_can_be_looked_into() -> None:
    service = codec(Service)
    assert [*service.fields] == ["url", "retry", "logins", "fallback"]
    assert service.required == {"url", "retry"}
    assert service.fields["fallback"].default is None
    assert isinstance(service.codecs["retry"], ClassCodec)
    assert codec(Converted).fields["name"].help == "a name"
    assert {part.expected for part in service.parts()} >= {"str", "Retry", "list of Login"}


def test_a_flavors_own_configuration_is_a_class_too() -> None:
    assert [*config_codec(Flavor).fields][:2] == ["name", "uuid"]
    assert config_codec(Flavor).fields["uuid"].type is UUID
    assert config_codec(Flavor) is config_codec(Flavor)
