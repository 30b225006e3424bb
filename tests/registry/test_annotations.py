"""Annotations that contradict those of a base are told, with file and line; what cannot be compared is passed over."""

from __future__ import annotations

from textwrap import indent

import attrs
import pytest

from stackkit import Problem, check
from stackkit.registry.resolve import resolve

from .modules import ModuleFolder

HEAD = """
from __future__ import annotations

from abc import ABC
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeVar, final

from attrs import field
from stackkit import BaseAlerter, BaseArtifactStore, Components, Problem, StrPath

if TYPE_CHECKING:
    from decimal import Decimal

T = TypeVar("T")


class Bell(BaseAlerter, ABC):
    '''A base of somebody's own.'''

    tone: str = "high"
    volume: int | None = None

    def post(self, message: str) -> bool:
        return True

    def ask(self, question: str) -> bool:
        return True

    def ring(self, times: int, /, *, gap: float = 0.5) -> list[str]:
        return []

    @property
    def label(self) -> str | None:
        return None

    @classmethod
    def made(cls, name: str) -> Bell:
        raise NotImplementedError

    @staticmethod
    def pitch(tone: Literal["high", "low"]) -> int:
        return 440


"""


def problems(folder: ModuleFolder, body: str) -> list[Problem]:
    """What is wrong with a flavor that inherits `Bell`, by its body."""
    text = f'{HEAD}class Shop(Bell):\n    """A bell."""\n\n    FLAVOR: ClassVar[str] = "shop"\n{indent(body, "    ")}\n'
    folder.write("shop", text)
    return check(resolve("shop.Shop", folder.path))


WRONG = {
    "def post(self, message: int) -> bool: ...": "Shop.post: takes message: int, its base takes str; write message: str",
    "def post(self, message: str) -> str: ...": "Shop.post: returns str, its base bool; write -> bool",
    "def post(self, message: str | None) -> bool | None: ...": "Shop.post: returns bool | None, its base bool; write -> bool",
    "def post(self, message: bytes) -> None: ...": (
        "Shop.post: takes message: bytes, its base takes str; write message: str\n"
        "Shop.post: returns None, its base bool; write -> bool"
    ),
    "def ring(self, times: bool, /, *, gap: float = 0.5) -> list[str]: ...": (
        "Shop.ring: takes times: bool, its base takes int; write times: int"
    ),
    "def ring(self, times: int, /, *, gap: int = 1) -> list[str]: ...": (
        "Shop.ring: takes gap: int, its base takes float; write gap: float"
    ),
    "def ring(self, times: int, /, *, gap: float = 0.5) -> list[int]: ...": (
        "Shop.ring: returns list[int], its base list[str]; write -> list[str]"
    ),
    "@property\ndef label(self) -> int: ...": "Shop.label: returns int, its base str | None; write -> str | None",
    "@cached_property\ndef label(self) -> int: ...": "Shop.label: returns int, its base str | None; write -> str | None",
    "@property\ndef is_running(self) -> str: ...": "Shop.is_running: returns str, its base bool; write -> bool",
    "@classmethod\ndef made(cls, name: str) -> str: ...": "Shop.made: returns str, its base Bell; write -> Bell",
    '@staticmethod\ndef pitch(tone: Literal["high"]) -> int: ...': (
        "Shop.pitch: takes tone: Literal['high'], its base takes Literal['high', 'low']; write tone: Literal['high', 'low']"
    ),
    "def validate(self, components: str) -> list[Problem]: ...": (
        "Shop.validate: takes components: str, its base takes Components; write components: Components"
    ),
    "def logs(self) -> Iterable[int]: ...": "Shop.logs: returns Iterable[int], its base Iterable[str]; write -> Iterable[str]",
    "tone: int = 5": "Shop.tone: is int, its base has str; give it another name",
    "name: int": "Shop.name: is int, its base has str; give it another name",
    'retries: int = "three"': "Shop.retries: has a default that is a str, not int; change the one or the other",
    "retries: int = None": "Shop.retries: has a default that is None, not int; change the one or the other",
    "sizes: tuple[int, ...] = (1, 'two')": (
        "Shop.sizes: has a default that is a tuple, not tuple[int, ...]; change the one or the other"
    ),
}


@pytest.mark.parametrize(("body", "message"), WRONG.items(), ids=WRONG)
def test_what_contradicts_a_base_is_told(body: str, message: str, folder: ModuleFolder) -> None:
    found = problems(folder, body)
    assert "\n".join(str(attrs.evolve(problem, file=None, line=None)) for problem in found) == message
    line = HEAD.count("\n") + 5 + body.startswith("@")
    assert {(problem.file, problem.line) for problem in found} == {(str(folder.path / "shop.py"), line)}


RIGHT = [
    "def post(self, message: object) -> bool: ...",
    "def post(self, message: str | bytes) -> bool: ...",
    "def post(self, message, urgent: bool = False): ...",
    "def post(self, message: Any) -> Any: ...",
    "def post(self, message: Decimal) -> Nowhere: ...",
    "def post(self, message: T) -> T: ...",
    "def post(self, message: 1 / 0) -> bool: ...",
    "def ring(self, times: float, /, *, gap: float = 0.5) -> list[str]: ...",
    "def ring(self, times: int, /, **options: str) -> list[Any]: ...",
    "def logs(self) -> Iterator[str]: ...",
    "def logs(self) -> list[str]: ...",
    "@property\ndef label(self) -> str: ...",
    "@classmethod\ndef made(cls, name: str) -> Shop: ...",
    "@staticmethod\ndef pitch(tone: str) -> Literal[440]: ...",
    "def _own(self) -> int: ...",
    'tone: Literal["high", "low"] = "low"',
    "volume: int = 3",
    "ratio: float = 1",
    "when: Decimal | None = None",
    "tags: list[str] = field(factory=list)",
    "level: int = field(default='3', converter=int)",
]


@pytest.mark.parametrize("body", RIGHT)
def test_what_fits_or_cannot_be_compared_is_passed_over(body: str, folder: ModuleFolder) -> None:
    assert [problem for problem in problems(folder, body) if "Decimal" not in problem.what] == []


def test_a_flavor_that_inherits_a_final_one_is_told(folder: ModuleFolder) -> None:
    text = HEAD + '@final\nclass Leaf(Bell):\n    FLAVOR: ClassVar[str] = "leaf"\n\n\nclass Twig(Leaf):\n    """A twig."""\n'
    folder.write("leaves", text)
    assert check(resolve("leaves.Leaf", folder.path)) == []
    (problem,) = check(resolve("leaves.Twig", folder.path))
    assert (problem.what, problem.remedy) == ("inherits Leaf, which is final", "inherit what it inherits")
    assert problem.line == HEAD.count("\n") + 6


def test_annotations_that_are_no_text_are_compared_too(folder: ModuleFolder) -> None:
    text = HEAD.replace("from __future__ import annotations\n", "").replace("-> Bell", "-> object")
    text += 'class Shop(Bell):\n    FLAVOR: ClassVar[str] = "shop"\n    def post(self, message: int) -> bool: ...\n'
    folder.write("evaluated", text)
    (problem,) = check(resolve("evaluated.Shop", folder.path))
    assert (problem.what, problem.remedy) == ("takes message: int, its base takes str", "write message: str")


def test_what_a_mixin_contradicts_is_told_with_the_line_of_the_class(folder: ModuleFolder) -> None:
    text = HEAD + "class Mixin:\n    def post(self, message: str) -> str: ...\n\n\n"
    text += 'class Shop(Mixin, Bell):\n    FLAVOR: ClassVar[str] = "shop"\n'
    folder.write("mixed", text)
    (problem,) = check(resolve("mixed.Shop", folder.path))
    assert (problem.where, problem.what) == ("Shop.post", "returns str, its base bool")
    assert problem.line == HEAD.count("\n") + 5
