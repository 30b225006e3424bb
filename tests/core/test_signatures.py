"""An override fits exactly when every call that the base takes can be made on it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import cached_property, lru_cache, partial, partialmethod
from inspect import Parameter, Signature
from itertools import chain, combinations, product
from operator import attrgetter
from typing import TypeAlias

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from stackkit.core.signatures import kind_of, mismatch, recipe


def function(parameters: str) -> Callable[..., Mapping[str, object]]:
    """A function of these parameters that tells what each got."""
    made: Callable[..., Mapping[str, object]] = eval(f"lambda {parameters}: locals()")  # noqa: S307 - the text is in this file
    return made


NAMES = ("a", "b", "c")
VARIADIC = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)


@st.composite
def signatures(draw: st.DrawFn, *, variadic: bool) -> Signature:
    """Signatures of a few parameters of every kind, some with defaults."""
    names = draw(st.lists(st.sampled_from(NAMES), unique=True))
    kinds = [Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY]
    parameters = [Parameter(name, draw(st.sampled_from(kinds))) for name in names]
    if variadic:
        extra = [Parameter("args", Parameter.VAR_POSITIONAL), Parameter("kwargs", Parameter.VAR_KEYWORD)]
        parameters += draw(st.lists(st.sampled_from(extra), unique_by=attrgetter("name")))
    parameters.sort(key=attrgetter("kind"))
    optional = False
    for index, parameter in enumerate(parameters):
        by_position = parameter.kind in (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
        has_default = parameter.kind not in VARIADIC and ((optional and by_position) or draw(st.booleans()))
        optional = optional or (by_position and has_default)
        parameters[index] = parameter.replace(default=None if has_default else Parameter.empty)
    return Signature(parameters)


def method(signature: Signature) -> object:
    """A method that takes those parameters."""
    return function(f"self, {str(signature)[1:-1]}")


Call: TypeAlias = tuple[int, tuple[str, ...]]


def calls() -> list[Call]:
    """How something may be called: with how many positional arguments, and with which keywords."""
    keywords = chain.from_iterable(combinations(NAMES, size) for size in range(len(NAMES) + 1))
    return list(product(range(len(NAMES) + 1), keywords))


CALLS = calls()


def bound(signature: Signature, call: Call) -> Mapping[str, object] | None:
    """What each parameter gets in a call, or None where it is refused."""
    try:
        return function(str(signature)[1:-1])(*range(call[0]), **{name: name for name in call[1]})
    except TypeError:
        return None


def misunderstood(base: Signature, own: Signature) -> list[Call]:
    """The calls of the base that the override refuses, or gives to parameters of other names."""
    found: list[Call] = []
    for call in CALLS:
        meant, got = bound(base, call), bound(own, call)
        names = [p.name for p in base.parameters.values() if p.kind is not Parameter.POSITIONAL_ONLY]
        if meant is not None and (got is None or any(name in meant and got.get(name) != meant[name] for name in names)):
            found.append(call)
    return found


@given(signatures(variadic=False), signatures(variadic=True))
@example(inspect.signature(function("a, /, *, b")), inspect.signature(function("b")))
@example(inspect.signature(function("b=0, /, a=0")), inspect.signature(function("a=0, *args, **kwargs")))
def test_an_override_that_fits_takes_every_call_of_its_base(base: Signature, own: Signature) -> None:
    if mismatch(method(base), method(own)) is None:
        assert [call for call in CALLS if bound(base, call) is not None and bound(own, call) is None] == []


@given(signatures(variadic=False), signatures(variadic=False))
def test_an_override_fits_exactly_when_it_understands_every_call_of_its_base(base: Signature, own: Signature) -> None:
    assert (mismatch(method(base), method(own)) is None) == (misunderstood(base, own) == [])


@given(signatures(variadic=True))
def test_every_signature_fits_itself(signature: Signature) -> None:
    assert mismatch(method(signature), method(signature)) is None


def base(self: object, path: str, mode: str = "r", *, deep: bool = False) -> None:
    """What the overrides below are compared with."""


@pytest.mark.parametrize(
    ("own", "why"),
    [
        (function("self, path, mode='r', *, deep=False"), None),
        (function("this, path, mode='r', *, deep=False"), None),
        (function("self, path, mode='r', deep=False"), None),
        (function("self, *args, **kwargs"), None),
        (function("*args, **kwargs"), None),
        (function("self, path, mode='r', more=1, *, deep=False, other=2"), None),
        (function("self, path, mode='r'"), "takes no keyword deep"),
        (function("self, path, *, deep=False"), "takes no parameter mode"),
        (function("self, *args, deep=False"), "takes no keyword path"),
        (function("self, *, path, mode='r', deep=False"), "takes path by keyword only"),
        (function("self, path, mode, *, deep=False"), "requires mode, which is optional in its base"),
        (function("self, path, mode='r', *, deep"), "requires deep, which is optional in its base"),
        (function("self, file, mode='r', *, deep=False"), "calls its parameter file, its base calls it path"),
        (function("self, mode, path='', *, deep=False"), "calls its parameter mode, its base calls it path"),
        (function("self, path, /, mode='r', *, deep=False"), "takes path by position only"),
        (function("self, path, mode='r', *, deep=False, a, b"), "requires a, b, which its base does not pass"),
    ],
)
def test_the_difference_is_told(own: object, why: str | None) -> None:
    assert mismatch(base, own) == why


@pytest.mark.parametrize(
    ("parent", "own", "why"),
    [
        ("self, *args, **kwargs", "self, path, *, deep", None),
        ("self, *args", "self, path", None),
        ("self, *args", "self, *args, deep", "requires deep, which its base does not pass"),
        ("self, **kwargs", "self, *, deep", None),
        ("self, **kwargs", "self, path, **kwargs", "requires path, which its base does not pass"),
        ("self, a, /, *, b", "self, b, /, **kwargs", None),
        ("self, a, /, *, b", "self, b, **kwargs", "takes b where its base takes a"),
    ],
)
def test_what_a_base_may_pass_is_taken_into_account(parent: str, own: str, why: str | None) -> None:
    assert mismatch(function(parent), function(own)) == why


def test_a_method_without_a_receiver_takes_nothing() -> None:
    assert mismatch(base, function("")) == "takes no parameter path"


def test_values_stand_for_each_other() -> None:
    assert mismatch(5, "text") is None


def test_class_and_static_methods_are_compared_by_what_their_callers_pass() -> None:
    assert mismatch(classmethod(function("cls, path")), classmethod(function("cls"))) == "takes no parameter path"
    assert mismatch(classmethod(function("cls, path")), classmethod(function("kind, path"))) is None
    assert mismatch(staticmethod(function("path")), staticmethod(function("file"))) == (
        "calls its parameter file, its base calls it path"
    )


async def coroutine(self: object) -> None:
    """An async method."""


@pytest.mark.parametrize(
    ("member", "kind"),
    [
        (property(), "a property"),
        (cached_property(function("self")), "a property"),
        (classmethod(function("cls")), "a class method"),
        (staticmethod(function("")), "a static method"),
        (coroutine, "an async method"),
        (base, "a method"),
        (lru_cache(base), "a method"),
        (5, "a value"),
        (None, "a value"),
        (partialmethod(base, 1), None),
        (partial(base, 1), None),
        (len, None),
        (int, None),
    ],
)
def test_members_have_kinds(member: object, kind: str | None) -> None:
    assert kind_of(member) == kind


def test_members_of_different_kinds_do_not_stand_for_each_other() -> None:
    assert mismatch(base, property()) == "is a property, its base has a method"
    assert mismatch(property(), base) == "is a method, its base has a property"
    assert mismatch(base, coroutine) == "is an async method, its base has a method"
    assert mismatch(property(), cached_property(function("self"))) is None


def test_what_cannot_be_judged_is_accepted() -> None:
    assert mismatch(base, partialmethod(base, 1)) is None


@pytest.mark.parametrize(
    ("member", "written"),
    [
        (base, "write def name(self, path, mode='r', *, deep=False)"),
        (coroutine, "write async def name(self)"),
        (property(), "write @property def name(self)"),
        (classmethod(function("cls, converter")), "write @classmethod def name(cls, converter)"),
        (staticmethod(function("x, /")), "write @staticmethod def name(x, /)"),
    ],
)
def test_the_recipe_is_the_bases_signature_without_annotations(member: object, written: str) -> None:
    assert recipe("name", member) == written
