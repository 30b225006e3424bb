"""The guard: a broken flavor is refused where its class is defined, and every mistake in it is named."""

from __future__ import annotations

from textwrap import indent

import pytest

from stackkit.errors import FlavorDefinitionError

from .planted import ANNOTATOR, accept, define, refusal, shop

FIELD_MISTAKES = {
    'REGION: str = "eu"': "Shop.REGION: became a field; write REGION: ClassVar[...] = ..., with typing's ClassVar",
    "_client: object = None": (
        "Shop._client: is private, and yet a parameter of the constructor; "
        "write _client: object = field(init=False, default=...)"
    ),
    "_count: int = field(default=0)": (
        "Shop._count: is private, and yet a parameter of the constructor; write _count: int = field(init=False, default=...)"
    ),
    "tags: list[str] = []": (
        "Shop.tags: has a mutable default, a list that all instances would share; write field(factory=list[str])"
    ),
    "tags: Any = field(default={})": (
        "Shop.tags: has a mutable default, a dict that all instances would share; write field(factory=dict)"
    ),
    "retries = 3": "Shop.retries: has no annotation; write retries: int = ..., or retries: ClassVar[int] = ...",
    "region = None": ("Shop.region: has no annotation; write region: <its type> = ..., or region: ClassVar[<its type>] = ..."),
    "kind = ALERTER": ("Shop.kind: has no annotation; write kind: ComponentType = ..., or kind: ClassVar[ComponentType] = ..."),
    "retries = field(default=3)": "Shop.retries: has no annotation; write retries: <its type> = field(...)",
    "_client = field(default=None)": "Shop._client: has no annotation; write _client: <its type> = field(init=False, ...)",
    "validate: bool = True": "Shop.validate: is a field, its base has a method; give it another name",
    "is_running: bool = True": "Shop.is_running: is a field, its base has a property; give it another name",
    "configure_converter: str": ("Shop.configure_converter: is a field, its base has a class method; give it another name"),
}


@pytest.mark.parametrize(("body", "message"), FIELD_MISTAKES.items(), ids=FIELD_MISTAKES)
def test_a_field_that_does_not_say_what_it_is_is_refused(body: str, message: str, *, postponed: bool) -> None:
    assert refusal(shop(body), postponed=postponed) == [message]


HAS_FIELD = "class Base(BaseAlerter, ABC):\n    region: str = 'eu'\n"


@pytest.mark.parametrize(
    "source",
    [
        HAS_FIELD + shop("@property\ndef region(self): return 'us'", bases="Base"),
        HAS_FIELD + "class Mixin:\n    region = property()\n" + shop("", bases="Mixin, Base"),
    ],
)
def test_a_property_that_stands_before_a_field_of_its_base_is_refused(source: str) -> None:
    message = "Shop.region: is a property, its base has a field; give it another name"
    assert refusal(source, postponed=True) == [message]


def test_the_fields_of_a_mixin_are_checked_too() -> None:
    message = (
        "Shop._seen: is private, and yet a parameter of the constructor; write _seen: ... = field(init=False, default=...)"
    )
    assert refusal(shop("", bases="Classic, BaseAlerter"), postponed=True) == [message]


def test_a_class_variable_that_attrs_takes_for_a_field_is_refused() -> None:
    body = "limit: tp.ClassVar[int] = 5"
    message = "Shop.limit: became a field; write limit: ClassVar[...] = ..., with typing's ClassVar"
    assert refusal(shop(body), postponed=True) == [message]


METHOD_MISTAKES = {
    "def post(self) -> bool: return True": "Shop.post: takes no parameter message; write def post(self, message)",
    "def post(self, message, channel) -> bool: return True": (
        "Shop.post: requires channel, which its base does not pass; write def post(self, message)"
    ),
    "def post(self, text) -> bool: return True": (
        "Shop.post: calls its parameter text, its base calls it message; write def post(self, message)"
    ),
    "def post(self, *, message) -> bool: return True": (
        "Shop.post: takes message by keyword only; write def post(self, message)"
    ),
    "async def post(self, message): return True": (
        "Shop.post: is an async method, its base has a method; write def post(self, message)"
    ),
    "@property\ndef post(self): return True": "Shop.post: is a property, its base has a method; write def post(self, message)",
    "@staticmethod\ndef post(message): return True": (
        "Shop.post: is a static method, its base has a method; write def post(self, message)"
    ),
    "@classmethod\ndef post(cls, message): return True": (
        "Shop.post: is a class method, its base has a method; write def post(self, message)"
    ),
    "post: ClassVar[bool] = True": "Shop.post: is a value, its base has a method; write def post(self, message)",
    "def is_running(self): return True": (
        "Shop.is_running: is a method, its base has a property; write @property def is_running(self)"
    ),
    "@classmethod\ndef configure_converter(cls): ...": (
        "Shop.configure_converter: takes no parameter converter; write @classmethod def configure_converter(cls, converter)"
    ),
    "def __init__(self): ...": (
        "Shop.__init__: replaces the constructor that takes the fields; write __attrs_post_init__(self) for what follows it"
    ),
    "def __setattr__(self, name, value): ...": (
        "Shop.__setattr__: replaces what keeps configuration from changing; leave it out: private attributes can be assigned"
    ),
}


@pytest.mark.parametrize(("body", "message"), METHOD_MISTAKES.items(), ids=METHOD_MISTAKES)
def test_a_method_that_cannot_stand_for_its_bases_is_refused(body: str, message: str) -> None:
    assert refusal(shop(body), postponed=True) == [message]


def test_a_method_from_a_mixin_is_judged_as_if_it_were_written_in_the_class() -> None:
    whole = 'FLAVOR: ClassVar[str] = "shop"\ndef post(self, message): return True\n'
    message = "Shop.ask (from Mute): takes no parameter question; write def ask(self, question)"
    assert refusal(shop("", bases="Mute, BaseAlerter", whole=whole), postponed=True) == [message]
    accept(shop("", bases="Loud, BaseAlerter", whole=whole), postponed=True)


@pytest.mark.parametrize(
    ("whole", "message"),
    [
        (
            'FLAVOR: ClassVar[str] = "shop"\n',
            "Shop: does not define ask, post; define them, or write class Shop(..., abstract=True)",
        ),
        (
            'FLAVOR: ClassVar[str] = "shop"\ndef ask(self, question): return True\n',
            "Shop: does not define post; define it, or write class Shop(..., abstract=True)",
        ),
    ],
)
def test_all_missing_methods_are_named(whole: str, message: str) -> None:
    assert refusal(shop("", whole=whole), postponed=True) == [message]


def test_a_component_that_belongs_to_no_type_is_refused() -> None:
    message = "Shop: has no component type; inherit a base such as BaseArtifactStore"
    assert refusal(shop("", bases="StackComponent"), postponed=True) == [message]


def test_a_component_of_two_types_is_refused() -> None:
    body = "SUPPORTED_SCHEMES = frozenset({''})"
    lines = refusal(shop(body, bases="BaseAlerter, BaseArtifactStore"), postponed=True)
    assert lines[-1] == "Shop: inherits two component types, alerter and artifact_store; inherit one base"


def test_a_flavor_that_is_decorated_is_told_that_its_base_does_it() -> None:
    message = "Shop: is decorated with attrs.define; take the decorator off: the base applies it"
    assert refusal("@attrs.define\n" + shop(""), postponed=True) == [message]


def test_all_mistakes_are_named_at_once() -> None:
    source = """
    class Shop(BaseArtifactStore):
        REGION: str = "eu"
        SUPPORTED_SCHEMES: ClassVar[str] = "s3://"
        VERSION: ClassVar[int] = 0
        retries = 3
        tags: list[str] = []
        _client: object = None

        def exists(self): ...
        def open(self, path, mode="r"): ...
    """
    places = [line.partition(": ")[0] for line in refusal(source, postponed=True)]
    assert places == [
        "Shop.retries",
        "Shop.REGION",
        "Shop.tags",
        "Shop._client",
        "Shop.SUPPORTED_SCHEMES",
        "Shop.FLAVOR",
        "Shop",
        "Shop.exists",
        "Shop.VERSION",
    ]


def test_the_error_carries_the_class_so_that_a_check_can_go_on() -> None:
    with pytest.raises(FlavorDefinitionError) as caught:
        define(shop("retries = 3"), postponed=True)
    assert caught.value.flavor_class is not None
    assert caught.value.flavor_class.__name__ == "Shop"
    assert vars(caught.value.flavor_class)["FLAVOR"] == "shop"


def test_a_nested_class_is_called_by_its_full_name() -> None:
    source = "def make():\n" + indent("class Outer:\n" + indent(shop("retries = 3"), "    "), "    ") + "\nmake()\nShop = int"
    with pytest.raises(FlavorDefinitionError, match=r"^Outer\.Shop\.retries: has no annotation"):
        define(source, postponed=True)


GOOD = {
    "constants": "REGION = 'eu'\nZONE: ClassVar[str] = 'a'",
    "private class attributes": "_cache = {}\n_names: ClassVar[list[str]] = []",
    "private state": "_client: object = field(init=False, default=None)\n_seen: Any = field(init=False, factory=set)",
    "fields": "region: str\nretries: int = 3\ntags: list[str] = field(factory=list[str])\nzone: str = field(alias='place')",
    "a nested class and a function": "class Error(Exception): pass\ndef other(self): ...\nshout = other",
    "more parameters, all optional": "def post(self, message, channel='', *tags, urgent=False, **more): return True",
    "anything": "def post(self, *args, **kwargs): return True",
    "a cached method": "@lru_cache\ndef post(self, message): return True",
    "a cached property": "@cached_property\ndef is_running(self): return True",
    "a partial method": "def _send(self, kind, message): return True\npost = partialmethod(_send, 'plain')",
    "an import": "import json",
    "a lambda": "post = lambda self, message: True",
    "a hook of its own": "@classmethod\ndef configure_converter(cls, converter): ...",
    "the base's TYPE again": "TYPE: ClassVar[ComponentType[Alerter]] = ALERTER",
    "its own equality": "def __eq__(self, other): return self is other\ndef __hash__(self): return 1",
}


@pytest.mark.parametrize("body", GOOD.values(), ids=GOOD)
def test_what_authors_rightly_write_is_accepted(body: str, *, postponed: bool) -> None:
    accept(shop(body), postponed=postponed)


@pytest.mark.parametrize(
    "source",
    [
        "class Shop(BaseAlerter, ABC): ...",
        "class Shop(BaseAlerter, abstract=True): ...",
        "class Shop(BaseAlerter):\n    @abstractmethod\n    def send(self): ...",
        "class Shop(BaseAlerter):\n    @property\n    @abstractmethod\n    def address(self): ...",
    ],
)
def test_a_class_that_says_it_is_abstract_may_be_incomplete(source: str) -> None:
    accept(source, postponed=True)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("retries = 3", "Shop.retries: has no annotation; write retries: int = ..., or retries: ClassVar[int] = ..."),
        ("def post(self): ...", "Shop.post: takes no parameter message; write def post(self, message)"),
        ('TYPE = "alerter"', 'Shop.TYPE: is a str, not a ComponentType; write ComponentType[...]("...")'),
    ],
)
def test_an_abstract_class_is_checked_as_far_as_it_goes(body: str, message: str) -> None:
    assert refusal(f"class Shop(BaseAlerter, ABC):\n    {body}", postponed=True) == [message]


def test_a_class_variable_of_a_base_may_become_a_property() -> None:
    base = "class Base(BaseAlerter, ABC):\n    label: ClassVar[str] = ''\n"
    accept(base + shop("@property\ndef label(self): return 'a'", bases="Base"), postponed=True)


def test_a_flavor_of_an_abstract_base_must_define_what_that_asks_for() -> None:
    base = "class Base(BaseAlerter, ABC):\n    @abstractmethod\n    def send(self, text): ...\n"
    message = "Shop: does not define send; define it, or write class Shop(..., abstract=True)"
    assert refusal(base + shop("", bases="Base"), postponed=True) == [message]
    accept(base + shop("def send(self, text): ...", bases="Base"), postponed=True)


def test_a_component_type_of_somebodys_own_is_as_good_as_the_kits() -> None:
    base = "class Base(StackComponent, ABC):\n    TYPE: ClassVar[ComponentType[Any]] = ANNOTATOR\n"
    made = define(base + shop("", bases="Base"), postponed=True)
    assert getattr(made, "TYPE", None) is ANNOTATOR
