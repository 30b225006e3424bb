"""The constants of a flavor: which are required, and what they may be."""

from __future__ import annotations

import pytest

from stackkit.components.artifact_store import BaseArtifactStore
from stackkit.core.constants import a, required_constants, type_name

from .planted import WHOLE, HasLimits, HasUnresolvable, accept, refusal, shop

CONSTANT_MISTAKES = {
    "FLAVOR: ClassVar[int] = 5": 'Shop.FLAVOR: is an int, not str; write FLAVOR: ClassVar[str] = "..."',
    'FLAVOR: ClassVar[str] = "My Shop"': (
        'Shop.FLAVOR: "My Shop" is not a flavor name; use lower case letters, digits, dots, - and _'
    ),
    'FLAVOR: ClassVar[str] = ""': 'Shop.FLAVOR: "" is not a flavor name; use lower case letters, digits, dots, - and _',
    'FLAVOR: ClassVar[str] = "-shop"': (
        'Shop.FLAVOR: "-shop" is not a flavor name; use lower case letters, digits, dots, - and _'
    ),
    "VERSION: ClassVar[int] = 0": "Shop.VERSION: is 0, not a whole number from 1; write VERSION: ClassVar[int] = 1",
    "VERSION: ClassVar[int] = True": "Shop.VERSION: is True, not a whole number from 1; write VERSION: ClassVar[int] = 1",
    'VERSION: ClassVar[str] = "2"': "Shop.VERSION: is '2', not a whole number from 1; write VERSION: ClassVar[int] = 1",
    "TYPE: ClassVar[ComponentType[Any]] = ANNOTATOR": "Shop.TYPE: is annotator, its base's is alerter; leave TYPE out",
    'TYPE: ClassVar[str] = "alerter"': 'Shop.TYPE: is a str, not a ComponentType; write ComponentType[...]("...")',
}


@pytest.mark.parametrize(("body", "message"), CONSTANT_MISTAKES.items(), ids=CONSTANT_MISTAKES)
def test_a_constant_of_the_wrong_form_is_refused(body: str, message: str, *, postponed: bool) -> None:
    assert refusal(shop(body), postponed=postponed) == [message]


def test_a_missing_constant_is_named_with_the_line_to_write() -> None:
    whole = WHOLE.replace('FLAVOR: ClassVar[str] = "shop"', "")
    message = 'Shop.FLAVOR: is not assigned; write FLAVOR: ClassVar[str] = "..."'
    assert refusal(shop("", whole=whole), postponed=True) == [message]
    assert refusal(shop("FLAVOR: ClassVar[str]", whole=whole), postponed=True) == [message]


def test_a_constant_that_became_a_field_is_reported_once() -> None:
    whole = WHOLE.replace("FLAVOR: ClassVar[str]", "FLAVOR: str")
    message = "Shop.FLAVOR: became a field; write FLAVOR: ClassVar[...] = ..., with typing's ClassVar"
    assert refusal(shop("", whole=whole), postponed=True) == [message]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ('"s3://"', "a str"),
        ('{"s3://"}', "a set"),
        ("frozenset({1})", "a frozenset that holds an int"),
        ("None", "None"),
    ],
)
def test_schemes_that_are_no_frozenset_of_str_are_refused(value: str, shown: str) -> None:
    whole = 'FLAVOR: ClassVar[str] = "shop"\n'
    schemes, methods = refusal(
        shop(f"SUPPORTED_SCHEMES: ClassVar[Any] = {value}", bases="BaseArtifactStore", whole=whole), postponed=True
    )
    remedy = "write SUPPORTED_SCHEMES: ClassVar[frozenset[str]] = frozenset({...})"
    assert schemes == f"Shop.SUPPORTED_SCHEMES: is {shown}, not frozenset[str]; {remedy}"
    assert methods.startswith("Shop: does not define copyfile, exists,")


LIMITS = "LIMIT = None\nRATIO = 1\nMODE = 'fast'\nANYTHING = object()\nKINDS = (1, 2)\nTABLE = {'rows': 1}\nLABEL = 5\n"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("LIMIT = 'x'", "Shop.LIMIT: is a str, not int | None; write LIMIT: ClassVar[int | None] = ..."),
        ("LIMIT = True", "Shop.LIMIT: is a bool, not int | None; write LIMIT: ClassVar[int | None] = ..."),
        ("RATIO = '1'", "Shop.RATIO: is a str, not float; write RATIO: ClassVar[float] = ..."),
        (
            "MODE = 'slow'",
            "Shop.MODE: is a str, not Literal['fast', 'safe']; write MODE: ClassVar[Literal['fast', 'safe']] = ...",
        ),
        ("KINDS = [1]", "Shop.KINDS: is a list, not tuple[int, ...]; write KINDS: ClassVar[tuple[int, ...]] = ..."),
    ],
)
def test_constants_of_a_third_partys_protocol_are_checked(body: str, message: str) -> None:
    accept(shop(LIMITS, bases="BaseAlerter, HasLimits"), postponed=True)
    assert refusal(shop(LIMITS + body, bases="BaseAlerter, HasLimits"), postponed=True) == [message]


def test_a_constant_is_required_even_where_its_type_cannot_be_resolved() -> None:
    message = "Shop.ORDER: is not assigned; write ORDER: ClassVar[OrderedDict[str, int]] = ..."
    assert refusal(shop("", bases="BaseAlerter, HasUnresolvable"), postponed=True) == [message]
    accept(shop("ORDER = 5", bases="BaseAlerter, HasUnresolvable"), postponed=True)


@pytest.mark.parametrize("name", ["s3", "a", "0", "my-store", "my_store", "v1.2"])
def test_flavor_names_are_lower_case_words(name: str) -> None:
    accept(shop(f"FLAVOR = {name!r}"), postponed=True)


def test_required_constants_are_those_of_the_protocols() -> None:
    assert required_constants(BaseArtifactStore) == {"FLAVOR": str, "SUPPORTED_SCHEMES": frozenset[str]}
    assert required_constants(HasUnresolvable) == {"ORDER": "OrderedDict[str, int]"}
    assert set(required_constants(HasLimits)) == {"LIMIT", "RATIO", "MODE", "ANYTHING", "KINDS", "TABLE", "LABEL"}


@pytest.mark.parametrize(("value", "shown"), [(5, "an int"), ("", "a str"), (None, "None"), (OSError(), "an OSError")])
def test_a_value_is_told_by_its_kind(value: object, shown: str) -> None:
    assert a(value) == shown


@pytest.mark.parametrize(
    ("tp", "shown"), [(int, "int"), (int | None, "int | None"), (frozenset[str], "frozenset[str]"), ("Text", "Text")]
)
def test_a_type_is_told_as_source_writes_it(tp: object, shown: str) -> None:
    assert type_name(tp) == shown
