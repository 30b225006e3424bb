"""Everything that is wrong with a flavor, at once, with file and line."""

from __future__ import annotations

from typing import Any, ClassVar, final

import cattrs
import pytest
from typing_extensions import override

from stackkit.components.alerter import ALERTER, BaseAlerter
from stackkit.components.artifact_store import ARTIFACT_STORE
from stackkit.core.component import StackComponent
from stackkit.core.component_type import ComponentType
from stackkit.errors import FlavorDefinitionError, ImportPathError, Problem
from stackkit.flavors.alerter.console import ConsoleAlerter
from stackkit.registry.check import check, load_flavor

from .modules import ModuleFolder


class Weird:
    """A class that no converter knows."""


class Bell(BaseAlerter, abstract=True):
    """A base for bells."""

    @override
    def post(self, message: str) -> bool:
        return bool(message)

    @override
    def ask(self, question: str) -> bool:
        return bool(question)


@final
class WeirdBell(Bell):
    """A flavor with fields that cannot be written."""

    FLAVOR: ClassVar[str] = "weird"

    first: Weird
    second: list[Weird]


@final
class RaisingBell(Bell):
    """A flavor whose hooks fail."""

    FLAVOR: ClassVar[str] = "raising"

    @classmethod
    @override
    def configure_converter(cls, converter: cattrs.Converter) -> None:
        raise RuntimeError("no\nhooks")


class Untyped(StackComponent, abstract=True):
    """A base that has a flavor's name and no type."""

    FLAVOR: ClassVar[str] = "untyped"


def what(problems: list[Problem]) -> list[tuple[str, str, str]]:
    return [(problem.where, problem.what, problem.remedy) for problem in problems]


class TestClasses:
    @pytest.mark.parametrize("kind", [None, ALERTER, ComponentType[Any]("alerter")])
    def test_a_right_flavor_has_no_problems(self, kind: ComponentType[Any] | None) -> None:
        assert check(ConsoleAlerter, kind=kind) == []

    @pytest.mark.parametrize(
        ("thing", "where", "kind"),
        [(5, "it", "an int"), (check, "check", "a function"), (ConsoleAlerter(name="x"), "it", "a ConsoleAlerter")],
    )
    def test_what_is_no_class_is_refused(self, thing: object, where: str, kind: str) -> None:
        assert what(check(thing)) == [(where, f"is {kind}, not a class", "name the class of a flavor")]

    def test_a_class_that_is_no_component_is_refused_with_its_line(self) -> None:
        problems = check(Weird)
        assert what(problems) == [("Weird", "is not a stack component", "inherit a base such as BaseArtifactStore")]
        assert problems[0].file == __file__
        assert problems[0].line is not None

    def test_a_flavor_of_another_type_is_told_where_it_belongs(self) -> None:
        assert what(check(ConsoleAlerter, kind=ARTIFACT_STORE)) == [
            (
                "ConsoleAlerter",
                "is of the type alerter, not artifact store",
                "register it with: stackkit alerter flavor register",
            )
        ]

    @pytest.mark.parametrize("base", [StackComponent, BaseAlerter, Bell])
    def test_a_base_is_no_flavor(self, base: type) -> None:
        found = [("is a base for flavors, not a flavor", "name a class that inherits it")]
        assert [(text, remedy) for _, text, remedy in what(check(base))] == found

    def test_a_base_without_a_type_says_so(self) -> None:
        assert what(check(Untyped)) == [("Untyped", "has no component type", "inherit a base such as BaseArtifactStore")]

    def test_every_field_that_cannot_be_written_is_named_with_its_line(self) -> None:
        problems = check(WeirdBell)
        assert [problem.where for problem in problems] == ["WeirdBell.first", "WeirdBell.second"]
        assert all("Weird" in problem.what and problem.remedy for problem in problems)
        first, second = (problem.line or 0 for problem in problems)
        assert second == first + 1

    def test_hooks_that_raise_are_told_as_the_flavors_problem(self) -> None:
        problems = check(RaisingBell)
        assert what(problems) == [
            ("RaisingBell.configure_converter", "raises RuntimeError: no", "mend it: every document needs it")
        ]
        assert problems[0].line is not None

    def test_problems_of_every_sort_are_told_at_once(self) -> None:
        assert len(check(WeirdBell, kind=ARTIFACT_STORE)) == 3


BROKEN = """
from __future__ import annotations
import attrs
from stackkit.components.alerter import BaseAlerter


class Weird:
    pass


class Broken(BaseAlerter):
    first: Weird
    second: str = "fine"
    third: Later | None = None
    fourth: list[Weird] = attrs.field(factory=list)

    def post(self, text: str) -> bool:
        return True


class Later:
    pass
"""


class TestLoading:
    def test_a_right_flavor_is_given(self, folder: ModuleFolder) -> None:
        folder.write_alerter("right", "Mailer", "mail")
        assert load_flavor("right.Mailer", folder.path, kind=ALERTER).FLAVOR == "mail"

    def test_a_class_that_is_not_there_is_an_import_path_error(self, folder: ModuleFolder) -> None:
        with pytest.raises(ImportPathError):
            load_flavor("nowhere_to_be_found.Mailer", folder.path)

    def test_of_a_refused_class_everything_that_is_wrong_is_told_with_file_and_line(self, folder: ModuleFolder) -> None:
        file = folder.write("broken", BROKEN)
        with pytest.raises(FlavorDefinitionError) as refused:
            load_flavor("broken.Broken", folder.path, kind=ARTIFACT_STORE)
        found = [(problem.where, problem.line, problem.what) for problem in refused.value.problems]
        assert found[:4] == [
            ("Broken.FLAVOR", 11, "is not assigned"),
            ("Broken", 11, "does not define ask"),
            ("Broken.post", 17, "calls its parameter text, its base calls it message"),
            ("Broken", 11, "is of the type alerter, not artifact store"),
        ]
        assert [(where, line) for where, line, _ in found[4:]] == [("Broken.first", 12), ("Broken.fourth", 15)]
        assert {problem.file for problem in refused.value.problems} == {str(file)}

    def test_what_the_module_would_have_defined_later_is_not_told_as_missing(self, folder: ModuleFolder) -> None:
        folder.write("broken_too", BROKEN)
        with pytest.raises(FlavorDefinitionError) as refused:
            load_flavor("broken_too.Broken", folder.path)
        assert "Later" not in str(refused.value)

    def test_a_constructor_of_its_own_is_one_mistake_whatever_it_takes(self, folder: ModuleFolder) -> None:
        right = folder.write_alerter("constructed", "Bell", "bell")
        text = right.read_text(encoding="utf-8")
        right.write_text(f"{text}\n    def __init__(self, name: str) -> None: ...\n", encoding="utf-8")
        with pytest.raises(FlavorDefinitionError) as refused:
            load_flavor("constructed.Bell", folder.path)
        assert [problem.where for problem in refused.value.problems] == ["Bell.__init__"]

    def test_the_error_carries_the_class_and_leaves_no_module_behind(self, folder: ModuleFolder) -> None:
        folder.write("carrying", BROKEN)
        with pytest.raises(FlavorDefinitionError) as refused:
            load_flavor("carrying.Broken", folder.path)
        assert getattr(refused.value.flavor_class, "__name__", "") == "Broken"
        with pytest.raises(FlavorDefinitionError):  # imported anew, not found half made
            load_flavor("carrying.Broken", folder.path)

    def test_a_class_that_is_refused_after_its_import_is_carried_too(self) -> None:
        with pytest.raises(FlavorDefinitionError) as refused:
            load_flavor(f"{__name__}:WeirdBell", None)
        assert refused.value.flavor_class is WeirdBell

    def test_a_broken_class_beside_the_one_that_is_meant_is_told(self, folder: ModuleFolder) -> None:
        right = folder.write_alerter("neighbours", "Right", "right")
        text = right.read_text(encoding="utf-8")
        right.write_text(f"{text}\nclass Wrong(Right):\n    FLAVOR = 5\n", encoding="utf-8")
        with pytest.raises(FlavorDefinitionError) as refused:
            load_flavor("neighbours.Right", folder.path)
        assert [problem.where for problem in refused.value.problems] == ["Wrong.FLAVOR"]
        assert refused.value.problems[0].file == str(right)

    def test_something_else_than_a_class_is_refused(self) -> None:
        with pytest.raises(FlavorDefinitionError, match="is a module, not a class"):
            load_flavor("stackkit.core:secret", None)
        with pytest.raises(FlavorDefinitionError, match="is not a stack component"):
            load_flavor("stackkit.core.secret:Secret", None)
