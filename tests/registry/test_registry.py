"""Component types and flavors by name, wherever they come from."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, final

import pytest
from typing_extensions import override

from stackkit.components.alerter import ALERTER, BaseAlerter
from stackkit.components.catalog import COMPONENT_TYPES
from stackkit.core.component import StackComponent
from stackkit.core.component_type import ComponentType
from stackkit.errors import (
    ComponentTypeNotFoundError,
    FlavorDefinitionError,
    FlavorNotFoundError,
    NameTakenError,
    Problem,
)
from stackkit.flavors.alerter.console import ConsoleAlerter
from stackkit.flavors.catalog import FLAVORS
from stackkit.registry.registry import FlavorRecord, FlavorRegistry

from .modules import ModuleFolder

CONSOLE = "stackkit.flavors.alerter.console:ConsoleAlerter"


@final
class Pager(BaseAlerter):
    """Pages somebody.

    In the middle of the night.
    """

    FLAVOR: ClassVar[str] = "pager"

    @override
    def post(self, message: str) -> bool:
        return bool(message)

    @override
    def ask(self, question: str) -> bool:
        return bool(question)


class BaseAnnotator(StackComponent, abstract=True):
    """The base of a type that the kit does not know."""

    TYPE: ClassVar[ComponentType[Any]] = ComponentType[Any]("annotator")


@final
class Scribe(BaseAnnotator):
    """A flavor of that type."""

    FLAVOR: ClassVar[str] = "scribe"


def install(folder: Path, package: str, *lines: str) -> None:
    """Install a package that brings flavors, and put its folder on the path."""
    metadata = folder / f"{package}-1.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "entry_points.txt").write_text("\n".join(lines), encoding="utf-8")
    sys.path.append(str(folder))


def only(error: pytest.ExceptionInfo[Any]) -> Problem:
    problems: tuple[Problem, ...] = error.value.problems
    assert len(problems) == 1
    return problems[0]


class TestTypes:
    def test_those_of_the_kit_are_listed_in_its_order(self) -> None:
        assert FlavorRegistry().types()[: len(COMPONENT_TYPES)] == list(COMPONENT_TYPES)

    @pytest.mark.parametrize("slug", [entry.slug for entry in COMPONENT_TYPES])
    def test_each_of_the_kit_has_a_base_and_a_token(self, slug: str) -> None:
        registry = FlavorRegistry()
        assert registry.token(slug) == ComponentType(slug)
        assert registry.base(slug).__name__ == registry.entry(slug).base.partition(":")[2]

    def test_one_that_is_not_there_is_named_with_a_similar_one(self) -> None:
        with pytest.raises(ComponentTypeNotFoundError) as refused:
            FlavorRegistry().entry("artefact_store")
        assert only(refused) == Problem("there is no component type artefact_store", remedy="did you mean artifact_store?")

    def test_one_that_a_package_brings_is_there_with_its_flavors(self, folder: ModuleFolder) -> None:
        install(
            folder.path,
            "annotations",
            "[stackkit.component_types]",
            f"annotator = {__name__}:BaseAnnotator",
            "[stackkit.flavors]",
            f"annotator.scribe = {__name__}:Scribe",
        )
        registry = FlavorRegistry()
        assert [entry.slug for entry in registry.types()][-1] == "annotator"
        assert registry.entry("annotator").summary == "from annotations"
        assert registry.base("annotator") is BaseAnnotator
        assert registry.flavor("annotator", "scribe") is Scribe

    def test_a_package_cannot_take_the_place_of_one_of_the_kit(self, folder: ModuleFolder) -> None:
        install(folder.path, "hostile", "[stackkit.component_types]", f"alerter = {__name__}:BaseAnnotator")
        assert FlavorRegistry().base("alerter") is BaseAlerter

    @pytest.mark.parametrize(
        ("path", "what"),
        [
            ("nowhere_to_be_found:Base", "there is no module nowhere_to_be_found"),
            (CONSOLE, "this is no base of it"),
            ("stackkit.core.secret:Secret", "this is no base of it"),
            ("stackkit.core.component_type:SLUG", "this is no base of it"),
        ],
    )
    def test_one_whose_base_is_wrong_says_so_when_it_is_used(self, path: str, what: str, folder: ModuleFolder) -> None:
        install(folder.path, "wrong", "[stackkit.component_types]", f"annotator = {path}")
        registry = FlavorRegistry()
        assert "annotator" in [entry.slug for entry in registry.types()]
        with pytest.raises(ComponentTypeNotFoundError) as refused:
            registry.token("annotator")
        assert only(refused).what == f"the component type annotator is broken: {what}"

    def test_one_that_only_a_flavor_has_is_listed_and_has_the_base_of_that_flavor(self) -> None:
        record = FlavorRecord("annotator", "scribe", f"{__name__}.Scribe", "workspace")
        registry = FlavorRegistry([record])
        assert [entry.slug for entry in registry.types()][-1] == "annotator"
        assert registry.base("annotator") is BaseAnnotator

    def test_one_of_a_class_from_code_needs_no_path(self) -> None:
        class BaseLocal(StackComponent, abstract=True):
            TYPE: ClassVar[ComponentType[Any]] = ComponentType[Any]("local_type")

        @final
        class Local(BaseLocal):
            FLAVOR: ClassVar[str] = "local"

        registry = FlavorRegistry()
        registry.register(Local)
        assert registry.base("local_type") is BaseLocal
        assert registry.token("local_type") == ComponentType("local_type")


class TestListing:
    def test_the_flavors_of_the_kit_are_always_there(self) -> None:
        built_in = [record for record in FlavorRegistry().records() if record.source == "built-in"]
        assert {(record.type, record.name, record.path) for record in built_in} == {(e.type, e.name, e.path) for e in FLAVORS}
        assert all(record.summary for record in built_in)

    def test_they_are_sorted_and_of_one_type_if_asked_for(self) -> None:
        registry = FlavorRegistry(
            [FlavorRecord("alerter", "a", "m.A", "workspace"), FlavorRecord("zoo", "z", "m.Z", "workspace")]
        )
        assert [record.name for record in registry.records("alerter")] == ["a", "console"]
        everything = [(record.type, record.name) for record in registry.records()]
        assert everything == sorted(everything)
        assert registry.records("nothing") == []

    def test_nothing_is_imported(self) -> None:
        registry = FlavorRegistry([FlavorRecord("alerter", "a", "not_there.A", "workspace")])
        assert registry.record("alerter", "a").path == "not_there.A"
        assert len(registry.records("alerter")) == 2

    def test_an_unknown_flavor_is_named_with_a_similar_one(self) -> None:
        with pytest.raises(FlavorNotFoundError) as refused:
            FlavorRegistry().record("alerter", "consol")
        assert only(refused) == Problem("there is no alerter flavor consol", remedy="did you mean console?")

    def test_an_unknown_type_is_named_rather_than_its_flavor(self) -> None:
        with pytest.raises(FlavorNotFoundError) as refused:
            FlavorRegistry().flavor("alertr", "console")
        assert only(refused) == Problem("there is no component type alertr", remedy="did you mean alerter?")

    @pytest.mark.parametrize("name", ["s3", "Artifact_Store.s3", ".s3", "artifact_store.", "artifact_store.S 3", "a/b.c"])
    def test_an_entry_point_that_is_not_named_type_and_flavor_is_passed_over(self, name: str, folder: ModuleFolder) -> None:
        before = FlavorRegistry().records()
        install(folder.path, "odd", "[stackkit.flavors]", f"{name} = m:X", "alerter.good.one = m:X")
        assert [record.name for record in FlavorRegistry().records() if record not in before] == ["good.one"]


class TestPrecedence:
    def test_the_kit_comes_before_the_workspace_and_that_before_what_is_installed(self, folder: ModuleFolder) -> None:
        install(
            folder.path / "1", "one", "[stackkit.flavors]", "alerter.console = one:C", "alerter.x = one:X", "alerter.y = one:Y"
        )
        install(folder.path / "2", "two", "[stackkit.flavors]", "alerter.y = two:Y")
        own = [FlavorRecord("alerter", name, "own.C", "workspace") for name in ("console", "x")]
        found = {record.name: (record.source, record.path) for record in FlavorRegistry(own).records("alerter")}
        assert found == {"console": ("built-in", CONSOLE), "x": ("workspace", "own.C"), "y": ("installed", "one:Y")}


class Growing:
    """Flavors of a workspace, to which others add."""

    def __init__(self) -> None:
        self.records: list[FlavorRecord] = []

    def __iter__(self) -> Iterator[FlavorRecord]:
        return iter(self.records)


class TestWorkspace:
    def test_what_others_register_and_delete_is_followed(self) -> None:
        growing = Growing()
        registry = FlavorRegistry(growing)
        growing.records = [FlavorRecord("alerter", "pager", f"{__name__}.Pager", "workspace")]
        assert registry.flavor("alerter", "pager") is Pager
        growing.records = []
        assert [record.name for record in registry.records("alerter")] == ["console"]
        with pytest.raises(FlavorNotFoundError):
            registry.flavor("alerter", "pager")

    def test_a_flavor_that_got_another_path_is_imported_anew(self, folder: ModuleFolder) -> None:
        growing = Growing()
        registry = FlavorRegistry(growing, folder.path)
        for module in ("first_home", "second_home"):
            folder.write_alerter(module, "Mailer", "mail")
            growing.records = [FlavorRecord("alerter", "mail", f"{module}.Mailer", "workspace")]
            registry.refresh()
            assert registry.flavor("alerter", "mail").__module__ == module

    def test_a_broken_flavor_stays_listed_with_its_reason(self, folder: ModuleFolder) -> None:
        records = [FlavorRecord("alerter", "gone", "gone_module.Gone", "workspace", "It was fine.")]
        registry = FlavorRegistry(records, folder.path)
        assert records[0] in registry.records()
        what = "gone_module.Gone: the flavor gone is broken: there is no module gone_module"
        assert registry.failure(records[0]) == f"{what}; put gone_module.py into {folder.path}, or install it"
        with pytest.raises(FlavorNotFoundError) as refused:
            registry.flavor("alerter", "gone")
        assert str(refused.value) == registry.failure(records[0])

    def test_one_that_is_mended_can_be_used_at_once(self, folder: ModuleFolder) -> None:
        record = FlavorRecord("alerter", "mail", "mended.Mailer", "workspace")
        registry = FlavorRegistry([record], folder.path)
        assert registry.failure(record) != ""
        folder.write_alerter("mended", "Mailer", "mail")
        assert registry.failure(record) == ""
        assert registry.flavor("alerter", "mail").FLAVOR == "mail"

    def test_every_problem_of_a_broken_class_is_told_with_its_line(self, folder: ModuleFolder) -> None:
        file = folder.write("half", "from stackkit.components.alerter import BaseAlerter\nclass Half(BaseAlerter): ...\n")
        registry = FlavorRegistry([FlavorRecord("alerter", "half", "half.Half", "workspace")], folder.path)
        with pytest.raises(FlavorNotFoundError) as refused:
            registry.flavor("alerter", "half")
        assert [(problem.file, problem.line) for problem in refused.value.problems] == [(str(file), 2)] * 2
        assert all(problem.what.startswith("the flavor half is broken: ") for problem in refused.value.problems)

    def test_a_class_that_calls_itself_otherwise_by_now_is_broken(self, folder: ModuleFolder) -> None:
        folder.write_alerter("restless", "Mailer", "post")
        registry = FlavorRegistry([FlavorRecord("alerter", "mail", "restless.Mailer", "workspace")], folder.path)
        with pytest.raises(FlavorNotFoundError) as refused:
            registry.flavor("alerter", "mail")
        assert only(refused) == Problem(
            "the flavor mail is broken: its class calls itself post",
            where="restless.Mailer",
            remedy='write FLAVOR: ClassVar[str] = "mail", or register it anew',
        )

    def test_a_class_that_is_of_another_type_by_now_is_broken(self, folder: ModuleFolder) -> None:
        registry = FlavorRegistry([FlavorRecord("artifact_store", "pager", f"{__name__}.Pager", "workspace")], folder.path)
        with pytest.raises(FlavorNotFoundError, match="the flavor pager is broken: is of the type alerter, not artifact store"):
            registry.flavor("artifact_store", "pager")

    def test_flavors_of_the_kit_are_not_imported_to_see_whether_they_are_broken(self) -> None:
        program = """
import sys
from stackkit.registry.registry import FlavorRegistry
registry = FlavorRegistry()
assert {registry.failure(record) for record in registry.records() if record.source == "built-in"} == {""}
print(*(name for name in sys.modules if name.startswith("stackkit.flavors.") and name != "stackkit.flavors.catalog"))
"""
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == ""


class TestRegistering:
    def test_a_class_from_code_is_a_flavor_from_then_on(self) -> None:
        registry = FlavorRegistry()
        record = registry.register(Pager)
        assert record == FlavorRecord("alerter", "pager", f"{__name__}:Pager", "code", "Pages somebody.")
        assert registry.flavor("alerter", "pager") is Pager
        assert record in registry.records(ALERTER.slug)
        assert [each.name for each in FlavorRegistry().records(ALERTER.slug)] == ["console"]

    def test_it_can_be_repeated(self) -> None:
        registry = FlavorRegistry()
        assert registry.register(Pager) == registry.register(Pager)
        assert registry.register(ConsoleAlerter).source == "built-in"

    def test_one_that_cannot_be_imported_by_any_path_can_be_used(self) -> None:
        @final
        class Hidden(BaseAlerter):
            FLAVOR: ClassVar[str] = "hidden"

            @override
            def post(self, message: str) -> bool:
                return bool(message)

            @override
            def ask(self, question: str) -> bool:
                return bool(question)

        registry = FlavorRegistry()
        registry.register(Hidden)
        assert registry.flavor("alerter", "hidden") is Hidden
        assert registry.records("alerter")[-1].summary == ""

    def test_a_name_that_another_class_has_is_refused(self) -> None:
        @final
        class Console(BaseAlerter):
            FLAVOR: ClassVar[str] = "console"

            @override
            def post(self, message: str) -> bool:
                return bool(message)

            @override
            def ask(self, question: str) -> bool:
                return bool(question)

        registry = FlavorRegistry()
        with pytest.raises(NameTakenError) as refused:
            registry.register(Console)
        assert only(refused) == Problem(
            f"there is an alerter flavor console already: {CONSOLE} (built-in)", remedy="give your class another FLAVOR"
        )
        assert registry.flavor("alerter", "console") is ConsoleAlerter

    def test_a_wrong_class_is_refused_and_nothing_is_registered(self) -> None:
        registry = FlavorRegistry()
        before = registry.records()
        with pytest.raises(FlavorDefinitionError, match="is a base for flavors, not a flavor"):
            registry.register(BaseAlerter)  # type: ignore[type-abstract]  # a checker refuses it, too
        assert registry.records() == before


def test_a_type_from_an_installed_package_is_used_like_one_of_the_kit(tmp_path: Path) -> None:
    """A package on the path of another process brings a type, a flavor and all that follows."""
    (tmp_path / "notes.py").write_text(
        """
from typing import Any, ClassVar
from stackkit import ComponentType, StackComponent

ANNOTATOR = ComponentType[Any]("annotator")

class BaseAnnotator(StackComponent, abstract=True):
    TYPE: ClassVar[ComponentType[Any]] = ANNOTATOR

class Scribe(BaseAnnotator):
    FLAVOR: ClassVar[str] = "scribe"
    language: str = "en"
""",
        encoding="utf-8",
    )
    metadata = tmp_path / "notes-1.0.dist-info"
    metadata.mkdir()
    text = "[stackkit.component_types]\nannotator = notes:BaseAnnotator\n[stackkit.flavors]\nannotator.scribe = notes:Scribe\n"
    (metadata / "entry_points.txt").write_text(text, encoding="utf-8")
    program = """
import sys
from pathlib import Path
from stackkit import ComponentType, Workspace, dumps, loads
with Workspace.init(Path("project")) as workspace:
    kind = workspace.registry.token("annotator")
    workspace.components.register(workspace.components.new(kind, "mine", "scribe", {"language": "fr"}))
    workspace.stacks.register("s", {"annotator": "mine"}, activate=True)
    component = workspace.stacks.get()[kind]
    assert loads(dumps(component), kind) == component
    print(component.language, [record.source for record in workspace.flavors.all(kind)])
"""
    environment = {"PYTHONPATH": str(tmp_path), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=tmp_path, env=environment
    )
    assert (done.returncode, done.stdout) == (0, "fr ['installed']\n"), done.stderr
