"""Errors say what is wrong, where, and what to do, to people and to programs."""

from __future__ import annotations

import copy
import inspect
import pickle
from collections.abc import Callable

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackkit import errors
from stackkit.errors import ArtifactNotFoundError, ConfigurationError, FlavorDefinitionError, Problem, StackkitError

CLASSES = sorted(
    (cls for cls in vars(errors).values() if inspect.isclass(cls) and issubclass(cls, StackkitError)),
    key=lambda cls: cls.__name__,
)
every_class = pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)

TEXTS = st.text(max_size=8)
PROBLEMS = st.builds(Problem, TEXTS, where=TEXTS, remedy=TEXTS, file=st.none() | TEXTS, line=st.none() | st.integers(1, 999))


# One problem


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (Problem("is wrong"), "is wrong"),
        (Problem("is wrong", where="config.retries"), "config.retries: is wrong"),
        (Problem("is wrong", remedy="mend it"), "is wrong; mend it"),
        (Problem("is wrong", where="A.b", remedy="mend it"), "A.b: is wrong; mend it"),
        (Problem("is wrong", file="a.py", line=7), "a.py:7: is wrong"),
        (Problem("is wrong", file="a.py"), "a.py: is wrong"),
        (Problem("is wrong", line=7), "is wrong"),
        (Problem("is wrong", where="A.b", file="a.py", line=7), "a.py:7: A.b: is wrong"),
    ],
)
def test_a_problem_is_one_line_of_its_parts(problem: Problem, text: str) -> None:
    assert str(problem) == text


@given(PROBLEMS)
def test_a_problem_is_one_printable_line_whatever_it_speaks_of(problem: Problem) -> None:
    assert len(str(problem).splitlines()) <= 1
    assert str(problem).isprintable()


def test_what_would_break_the_line_is_escaped_and_the_rest_is_kept() -> None:
    assert str(Problem("déjà\nvu\x1b[31m", where="a\ud800b")) == r"a\ud800b: déjà\nvu\x1b[31m"


@pytest.mark.parametrize(
    ("where", "prefix", "seen"),
    [
        ("retries", "config", "config.retries"),
        ("", "config", "config"),
        ("[0]", "config", "config[0]"),
        ("[0].size", "config.disks", "config.disks[0].size"),
        ("retries", "", "retries"),
        ("", "", ""),
    ],
)
def test_a_problem_is_seen_from_further_out(where: str, prefix: str, seen: str) -> None:
    problem = Problem("is wrong", where=where, remedy="mend it", file="a.py", line=7)
    assert problem.under(prefix) == attrs.evolve(problem, where=seen)


@given(PROBLEMS, st.lists(st.sampled_from(["config", "disks", "[0]"]), max_size=4))
def test_a_place_is_built_from_the_inside_out(problem: Problem, parts: list[str]) -> None:
    inside = Problem(problem.what, where="leaf")
    for part in reversed(parts):
        inside = inside.under(part)
    assert inside.where == ".".join([*parts, "leaf"]).replace(".[", "[")


def test_the_parts_of_a_problem_are_given_by_name() -> None:
    construct: Callable[..., Problem] = Problem
    for extra in range(1, 5):
        with pytest.raises(TypeError):
            construct("is wrong", *(["here"] * extra))


def test_a_problem_does_not_change() -> None:
    with pytest.raises(AttributeError):
        setattr(Problem("is wrong"), "what", "is right")  # noqa: B010 - a type checker refuses the assignment


# Errors


@every_class
def test_every_error_is_documented_and_of_the_one_tree(cls: type[StackkitError]) -> None:
    assert (cls.__doc__ or "").strip()
    assert cls.__mro__.index(StackkitError) < cls.__mro__.index(Exception)
    assert cls.__name__.endswith("Error")


@every_class
@pytest.mark.parametrize("count", range(7))
def test_every_error_carries_all_its_problems_and_reads_a_line_for_each(cls: type[StackkitError], count: int) -> None:
    problems = [Problem(f"problem {index}", where="here") for index in range(count)]
    error = cls(*problems)
    assert error.problems == tuple(problems)
    assert error.args == tuple(problems)
    assert str(error) == "\n".join(f"here: problem {index}" for index in range(count))


@every_class
@pytest.mark.parametrize("count", range(7))
def test_every_error_survives_pickling_and_copying(cls: type[StackkitError], count: int) -> None:
    error = cls(*(Problem(f"problem {index}", where="here", line=index) for index in range(count)))
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):  # noqa: S301 - our own
        assert type(again) is cls
        assert again.problems == error.problems
        assert (str(again), again.args) == (str(error), error.args)


@every_class
def test_every_error_takes_plain_texts(cls: type[StackkitError]) -> None:
    assert cls("is wrong", Problem("is odd")).problems == (Problem("is wrong"), Problem("is odd"))


@pytest.mark.parametrize(
    ("cls", "builtin"),
    [
        (errors.FlavorDefinitionError, TypeError),
        (errors.ConfigurationError, ValueError),
        (errors.FrozenConfigurationError, AttributeError),
        (errors.UnknownNameError, LookupError),
        (errors.MissingExtraError, ImportError),
        (errors.ArtifactNotFoundError, FileNotFoundError),
        (errors.ArtifactExistsError, FileExistsError),
        (errors.ArtifactIsADirectoryError, IsADirectoryError),
        (errors.ArtifactNotADirectoryError, NotADirectoryError),
        (errors.PathOutsideStoreError, PermissionError),
        (errors.SecretNotFoundError, KeyError),
        (errors.SecretExistsError, ValueError),
    ],
)
def test_an_error_is_caught_by_the_builtin_that_programs_expect(cls: type[StackkitError], builtin: type[Exception]) -> None:
    with pytest.raises(builtin):
        raise cls("is wrong")


def test_two_problems_are_not_taken_for_a_number_and_its_text() -> None:
    error = ArtifactNotFoundError("first", "second", "third")
    assert (error.errno, error.filename) == (None, None)
    assert str(error) == "first\nsecond\nthird"


def test_a_cause_stays_with_its_error() -> None:
    cause = OSError(2, "No such file")
    with pytest.raises(StackkitError) as caught:
        raise ConfigurationError("is wrong") from cause
    assert caught.value.__cause__ is cause


def test_the_class_that_was_refused_does_not_travel_with_its_error() -> None:
    error = FlavorDefinitionError("is wrong")
    error.flavor_class = type("Refused", (), {})
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    assert again.flavor_class is None
    assert again.problems == error.problems
