"""Components as documents: what is written is read again, as what was expected, and nothing else is."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, assert_type, final
from uuid import UUID

import pytest
from typing_extensions import override

from stackkit.components.alerter import ALERTER, Alerter, BaseAlerter
from stackkit.components.artifact_store import ARTIFACT_STORE, ArtifactStore
from stackkit.core.component import StackComponent
from stackkit.core.component_type import Component, ComponentType
from stackkit.core.secret import Secret
from stackkit.documents import dumps, from_builtins, loads, to_builtins
from stackkit.errors import (
    DocumentError,
    FlavorNotFoundError,
    NewerDocumentError,
    NotSerializableError,
    UnknownNameError,
    UnsupportedTypeError,
)
from stackkit.flavors.alerter.console import ConsoleAlerter
from stackkit.flavors.artifact_store.local import LocalArtifactStore
from stackkit.registry.registry import FlavorRegistry
from stackkit.serialization.formats.table import FORMATS

TERMINAL = ConsoleAlerter(name="terminal", uuid=UUID(int=7))
FILES = LocalArtifactStore(name="files", path="/tmp/files", uuid=UUID(int=8))  # noqa: S108 - never made
ANY = ComponentType[Any]("alerter")


@final
class Mailer(BaseAlerter):
    """A flavor that only some registries know."""

    FLAVOR: ClassVar[str] = "mailer"

    address: str = "ä"
    token: Secret | None = None

    @override
    def post(self, message: str) -> bool:
        return bool(message)

    @override
    def ask(self, question: str) -> bool:
        return bool(question)


@pytest.fixture
def registry() -> FlavorRegistry:
    registry = FlavorRegistry()
    registry.register(Mailer)
    return registry


def said(error: pytest.ExceptionInfo[DocumentError]) -> list[str]:
    return [str(problem) for problem in error.value.problems]


class TestRoundTrip:
    @pytest.mark.parametrize("name", [*FORMATS])
    def test_what_is_written_is_read_again(self, name: str, registry: FlavorRegistry) -> None:
        for component in (TERMINAL, FILES, Mailer(name="m", token=Secret("a.b"))):
            data = dumps(component, name)
            assert loads(data, None, name, registry=registry) == component
            assert loads(bytearray(data), type(component), name) == component
            assert loads(memoryview(data), type(component), name) == component
            assert dumps(loads(data, type(component), name), name) == data

    def test_without_a_format_it_is_json_and_text_will_do(self) -> None:
        assert loads(dumps(TERMINAL)) == loads(dumps(TERMINAL).decode()) == TERMINAL
        assert dumps(TERMINAL) == dumps(TERMINAL, "json")

    def test_without_bytes_it_is_the_same(self) -> None:
        builtins = to_builtins(TERMINAL)
        assert builtins == {
            "type": "alerter",
            "flavor": "console",
            "version": 1,
            "config": {"name": "terminal", "uuid": "00000000-0000-0000-0000-000000000007"},
        }
        assert from_builtins(builtins) == TERMINAL

    def test_equal_components_give_equal_bytes(self) -> None:
        assert dumps(TERMINAL) == dumps(TERMINAL.replace())

    def test_an_unknown_format_is_named(self) -> None:
        for act in (lambda: dumps(TERMINAL, "xml"), lambda: loads(b"", None, "xml")):
            with pytest.raises(UnknownNameError, match='there is no format "xml"; use one of json, yaml'):
                act()

    def test_a_plain_secret_is_not_written(self) -> None:
        component = Mailer(name="m", token=Secret.plain("hunter2"))
        for act in (to_builtins, dumps):
            with pytest.raises(NotSerializableError, match=r"config\.token: a plain secret is never written") as refused:
                act(component)
            assert "hunter2" not in str(refused.value)


class TestExpectations:
    def test_a_checker_knows_what_is_expected(self) -> None:
        data, builtins = dumps(FILES), to_builtins(FILES)
        assert_type(loads(data, LocalArtifactStore), LocalArtifactStore)
        assert_type(loads(data, ARTIFACT_STORE), ArtifactStore)
        assert_type(loads(data), Component)
        assert_type(loads(data, format="json"), Component)
        assert_type(from_builtins(builtins, LocalArtifactStore), LocalArtifactStore)
        assert_type(from_builtins(builtins, ARTIFACT_STORE), ArtifactStore)
        assert_type(from_builtins(builtins), Component)
        assert_type(loads(dumps(TERMINAL), ALERTER, registry=FlavorRegistry()), Alerter)

    def test_a_base_class_stands_for_any_flavor_of_its_type(self, registry: FlavorRegistry) -> None:
        base: Any = BaseAlerter  # an abstract class, which no checker lets through as a type
        assert loads(dumps(Mailer(name="m", uuid=UUID(int=1))), base, registry=registry) == Mailer(name="m", uuid=UUID(int=1))
        assert loads(dumps(TERMINAL), base) == TERMINAL
        with pytest.raises(DocumentError, match="type: expected alerter, got artifact_store"):
            loads(dumps(FILES), base)
        root: Any = StackComponent
        assert loads(dumps(FILES), root) == FILES

    def test_a_base_of_some_flavors_refuses_the_others(self, registry: FlavorRegistry) -> None:
        class Quiet(BaseAlerter, abstract=True):
            """Whom nobody inherits."""

        quiet: Any = Quiet
        with pytest.raises(DocumentError) as refused:
            loads(dumps(TERMINAL), quiet, registry=registry)
        assert said(refused)[0].startswith("flavor: expected a flavor that inherits ")
        assert said(refused)[0].endswith("Quiet, got console; is it another component's document?")

    @pytest.mark.parametrize("expect", [LocalArtifactStore, ARTIFACT_STORE])
    def test_another_type_is_refused(self, expect: Any) -> None:
        with pytest.raises(DocumentError) as refused:
            loads(dumps(TERMINAL), expect)
        assert said(refused) == ["type: expected artifact_store, got alerter; is it another component's document?"]

    def test_another_flavor_is_refused(self) -> None:
        with pytest.raises(DocumentError) as refused:
            loads(dumps(TERMINAL), Mailer)
        assert said(refused) == ["flavor: expected mailer, got console; is it another component's document?"]

    @pytest.mark.parametrize("expect", [5, "alerter", Alerter, dict])
    def test_what_says_nothing_of_a_document_is_refused(self, expect: Any) -> None:
        with pytest.raises(DocumentError, match=r"nothing is loaded as .*; name the class of a flavor, or a token such as"):
            loads(dumps(TERMINAL), expect)


class TestRegistries:
    def test_a_flavors_class_needs_none(self) -> None:
        assert loads(dumps(Mailer(name="m", uuid=UUID(int=1))), Mailer) == Mailer(name="m", uuid=UUID(int=1))

    @pytest.mark.parametrize("expect", [None, ALERTER])
    def test_a_flavor_is_looked_up_in_the_one_that_is_given(self, expect: Any, registry: FlavorRegistry) -> None:
        data = dumps(Mailer(name="m", uuid=UUID(int=1)))
        assert loads(data, expect, registry=registry) == Mailer(name="m", uuid=UUID(int=1))
        with pytest.raises(FlavorNotFoundError, match="there is no alerter flavor mailer; there are console"):
            loads(data, expect)

    def test_installed_packages_are_looked_for_once(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        loads(dumps(TERMINAL))
        metadata = tmp_path / "late-1.dist-info"
        metadata.mkdir()
        (metadata / "entry_points.txt").write_text(f"[stackkit.flavors]\nalerter.mailer = {__name__}:Mailer", encoding="utf-8")
        monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
        data = dumps(Mailer(name="m"))
        with pytest.raises(FlavorNotFoundError):
            loads(data)
        assert loads(data, registry=FlavorRegistry()).name == "m"


class TestRefusals:
    def test_every_mistake_is_named_with_its_path(self) -> None:
        data = {"type": "alerter", "flavor": "mailer", "version": 1, "config": {"adress": "x", "token": "hunter2", "name": 5}}
        with pytest.raises(DocumentError) as refused:
            from_builtins(data, Mailer)
        assert {problem.where for problem in refused.value.problems} == {"config.adress", "config.token", "config.name"}
        assert "hunter2" not in str(refused.value)

    def test_a_newer_document_is_told_to_be_newer(self) -> None:
        with pytest.raises(NewerDocumentError):
            from_builtins(to_builtins(TERMINAL) | {"version": 2}, ConsoleAlerter)

    @pytest.mark.parametrize("data", [b"", b"{", b"[1]", b"null", b"\xff", '{"type": "alerter"}', "\ud800"])
    def test_what_is_no_document_is_refused(self, data: bytes | str) -> None:
        for expect in (None, ALERTER, ConsoleAlerter):
            given: Any = expect
            with pytest.raises(DocumentError):
                loads(data, given)


@pytest.mark.parametrize("write", [to_builtins, dumps])
@pytest.mark.parametrize("given", [None, 5, object(), Mailer])
def test_what_is_no_component_is_refused(write: Callable[[Any], object], given: object) -> None:
    with pytest.raises(UnsupportedTypeError, match="is no flavor, so its fields are not known; let its class"):
        write(given)


def test_a_document_from_elsewhere_runs_nothing(tmp_path: Path) -> None:
    """A module that lies on the path is not imported, whatever a document calls its flavor."""
    (tmp_path / "trap.py").write_text("print('sprung')", encoding="utf-8")
    program = """
from stackkit import loads
from stackkit.errors import StackkitError
for flavor in ("trap", "trap:Trap", "trap.Trap", "../trap", "__import__('trap')"):
    for kind in ("alerter", "trap", "trap:Trap"):
        try:
            loads('{"type": "%s", "flavor": "%s", "version": 1, "config": {}}' % (kind, flavor))
        except StackkitError:
            print("refused")
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
    )
    assert done.stdout.split() == ["refused"] * 15
