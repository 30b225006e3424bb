"""The fixtures that pytest has wherever stackkit is installed, as tests of somebody else use them."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

pytest_plugins = ["pytester"]

OPTIONS = ("-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-W", "error")


@pytest.fixture
def outer(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A folder of tests, run by somebody who has a home, a workspace, and variables of stackkit's."""
    home = pytester.mkdir("home")
    (home / "marker").touch()
    used = pytester.mkdir("used")
    (used / ".stackkit").mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "data"))
    monkeypatch.setenv("STACKKIT_WORKSPACE", str(used))
    monkeypatch.setenv("STACKKIT_STORE_URL", "postgresql://db")
    monkeypatch.setenv("PYTEST_ADDOPTS", "")
    return pytester


def check(outer: pytest.Pytester, text: str, **outcomes: int) -> pytest.RunResult:
    """Run a module of tests in a process of its own, and compare how many of them passed."""
    outer.makepyfile(text)
    result = outer.runpytest_subprocess(*OPTIONS)
    result.assert_outcomes(**outcomes)
    return result


def left(outer: pytest.Pytester) -> list[str]:
    """What there is in the user's home and workspace."""
    folders = (outer.path / "home", outer.path / "used")
    return sorted(str(path.relative_to(outer.path)) for folder in folders for path in folder.rglob("*"))


ALERTER = """
from typing import ClassVar
from stackkit import BaseAlerter

class Mine(BaseAlerter):
    "Tells."

    FLAVOR: ClassVar[str] = "NAME"

    def post(self, message: str) -> bool:
        return True

    def ask(self, question: str) -> bool:
        return True
"""

# The workspace


def test_a_workspace_is_new_and_empty_in_each_test(outer: pytest.Pytester) -> None:
    text = """
    import pytest
    from stackkit import Workspace
    from stackkit.flavors.alerter.console import ConsoleAlerter

    @pytest.mark.parametrize("time", range(2))
    def test_it(workspace, tmp_path, time):
        assert isinstance(workspace, Workspace)
        assert workspace.root == tmp_path / "stackkit" / "workspace"
        assert workspace.components.all() == workspace.stacks.all() == []
        assert "workspace" not in {record.source for record in workspace.flavors.all()}
        workspace.components.register(ConsoleAlerter(name="terminal"))
    """
    check(outer, text, passed=2)
    assert left(outer) == ["home/marker", "used/.stackkit"]


def test_the_workspace_is_the_one_in_use_and_nothing_of_the_user_leaks_in(outer: pytest.Pytester) -> None:
    text = """
    import os, subprocess, sys
    from pathlib import Path
    from stackkit import Workspace

    def test_it(workspace, stackkit_home):
        with Workspace.find() as found:
            assert found.root == workspace.root
        assert {name for name in os.environ if name.startswith("STACKKIT_")} == {"STACKKIT_WORKSPACE"}
        command = [sys.executable, "-m", "stackkit", "alerter", "register", "terminal", "--flavor=console"]
        subprocess.run(command, check=True)
        assert [record.name for record in workspace.components.all()] == ["terminal"]
        assert Path.home() == stackkit_home
        assert "XDG_DATA_HOME" not in os.environ
        assert [*stackkit_home.iterdir()] == []

    def test_another():
        assert os.environ["STACKKIT_STORE_URL"] == "postgresql://db"
        assert Path(os.environ["STACKKIT_WORKSPACE"]).name == "used"
        assert os.environ["HOME"].endswith("home")
    """
    check(outer, text, passed=2)


def test_the_workspace_is_closed_after_the_test(outer: pytest.Pytester) -> None:
    text = """
    import os
    from contextlib import suppress

    def opened():
        for name in os.listdir("/proc/self/fd"):
            with suppress(OSError):
                yield os.readlink(f"/proc/self/fd/{name}").rpartition("/")[2]

    def test_it(workspace):
        assert workspace.stacks.all() == []
        assert "workspace.db" in opened()

    def test_later():
        assert "workspace.db" not in opened()
    """
    check(outer, text, passed=2)


def test_each_test_may_write_a_module_of_the_same_name(outer: pytest.Pytester) -> None:
    text = """
    import sys
    from pathlib import Path
    import pytest

    @pytest.mark.parametrize("name", ["first", "second"])
    def test_it(workspace, name):
        text = Path("alerter.txt").read_text().replace("NAME", name)
        (workspace.root / "my_mod.py").write_text(text)
        assert workspace.flavors.register("my_mod.Mine").name == name

    def test_later():
        assert "my_mod" not in sys.modules
        assert not [place for place in sys.path if place.endswith("workspace")]
    """
    outer.makefile(".txt", alerter=ALERTER)
    check(outer, text, passed=3)


# The stack


def test_a_stack_has_a_local_component_of_each_type_that_the_kit_has_one_of(outer: pytest.Pytester) -> None:
    text = """
    from stackkit import ALERTER, ARTIFACT_STORE, SECRETS_MANAGER, SecretGroup, Stack
    from stackkit.flavors.catalog import FLAVORS
    from stackkit.stack.lifecycle import states, up
    from stackkit.testing.plugin import LOCAL

    def test_it(stack, tmp_path):
        assert isinstance(stack, Stack)
        assert {component.TYPE.slug for component in stack} == {entry.type for entry in FLAVORS if entry.name in LOCAL}
        assert {ALERTER, ARTIFACT_STORE, SECRETS_MANAGER} <= {component.TYPE for component in stack}
        assert {component.FLAVOR for component in stack} <= {*LOCAL}
        with stack[ARTIFACT_STORE].open("file", "w") as file:
            file.write("text")
        stack[SECRETS_MANAGER].register_secret(SecretGroup("db", {"password": "hunter2"}))
        assert [*(tmp_path / "stackkit").rglob("file")] == [tmp_path / "stackkit" / "artifact_store" / "file"]
        assert stack[ALERTER].post("hello")

    def test_another(stack):
        assert stack[ARTIFACT_STORE].glob("**") == stack[SECRETS_MANAGER].get_all_secret_keys() == []
    """
    check(outer, text, passed=2)
    assert left(outer) == ["home/marker", "used/.stackkit"]


OWN = """
import pytest
from typing import ClassVar
from stackkit import ALERTER, ARTIFACT_STORE, SECRETS_MANAGER, BaseAlerter
from stackkit.flavors.artifact_store.local import LocalArtifactStore
from stackkit.stack.lifecycle import up

events = []

class Mine(BaseAlerter):
    FLAVOR: ClassVar[str] = "mine"
    address: str = ""

    def post(self, message: str) -> bool:
        return True

    def ask(self, question: str) -> bool:
        return True

    @property
    def is_running(self) -> bool:
        return "resume" in events

    def resume(self) -> None:
        events.append("resume")

    def suspend(self) -> None:
        events.remove("resume")
        events.append("suspend")
"""


def test_a_component_of_ones_own_takes_the_place_of_the_kits(outer: pytest.Pytester) -> None:
    text = """
    @pytest.fixture
    def stack_components(tmp_path):
        return [Mine(name="here"), LocalArtifactStore(name="files", path=str(tmp_path / "files"))]

    def test_it(stack):
        assert [component.name for component in stack][:2] == ["here", "files"]
        assert isinstance(stack[ALERTER], Mine)
        assert stack[SECRETS_MANAGER].FLAVOR == "local"

    class TestInAClass:
        @pytest.fixture
        def stack_components(self):
            return [Mine(name="elsewhere")]

        def test_it(self, stack):
            assert stack[ALERTER].name == "elsewhere"
            assert stack[ARTIFACT_STORE].name == "local"

    @pytest.mark.parametrize("stack_components", [[Mine(name="one")], []])
    def test_each(stack, stack_components):
        assert stack[ALERTER].name == (stack_components[0].name if stack_components else "console")
    """
    check(outer, OWN + text.replace("\n    ", "\n"), passed=4)


def test_what_the_test_brought_up_is_brought_down_after_it(outer: pytest.Pytester) -> None:
    text = """
    @pytest.fixture
    def stack_components():
        return [Mine(name="here")]

    def test_it(stack):
        assert events == []
        up(stack)
        assert events == ["resume"]

    def test_later():
        assert events == ["suspend"]

    def test_nothing_was_up(stack):
        events.clear()

    def test_last():
        assert events == []
    """
    check(outer, OWN + text.replace("\n    ", "\n"), passed=4)


def test_a_secret_of_the_stack_is_given_to_a_component_of_ones_own(outer: pytest.Pytester) -> None:
    text = """
    from typing import ClassVar
    import pytest
    from stackkit import ALERTER, SECRETS_MANAGER, BaseAlerter, Secret, SecretGroup

    class Mine(BaseAlerter):
        FLAVOR: ClassVar[str] = "mine"
        token: Secret

        def post(self, message: str) -> bool:
            return message == self.token.reveal()

        def ask(self, question: str) -> bool:
            return False

    @pytest.fixture
    def stack_components():
        return [Mine(name="here", token=Secret("chat.token"))]

    def test_it(stack):
        stack[SECRETS_MANAGER].register_secret(SecretGroup("chat", {"token": "hunter2"}))
        assert stack[ALERTER].post("hunter2")
    """
    check(outer, text, passed=1)


# The suites


def test_what_a_law_finds_is_told_with_its_values(outer: pytest.Pytester) -> None:
    text = """
    from typing import ClassVar
    import pytest
    from stackkit import BaseAlerter
    from stackkit.testing.contracts.component import ComponentContract

    class Mine(BaseAlerter):
        FLAVOR: ClassVar[str] = "mine"

        def post(self, message: str) -> bool:
            return True

        def ask(self, question: str) -> bool:
            return False

    class TestMine(ComponentContract):
        @pytest.fixture
        def component(self):
            return Mine(name="mine")

        def test_states(self, component, monkeypatch):
            monkeypatch.setattr(Mine, "is_running", property(lambda self: False))
            self.test_bringing_it_up_can_be_repeated(component)
    """
    outer.makepyfile(text)
    result = outer.runpytest_subprocess(*OPTIONS, "-k", "test_states")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E *assert (True, False) == (True, True)"])


# What it costs

LOADED = """
import sys

def test_nothing_is_loaded_that_no_test_uses():
    ours = {name for name in sys.modules if name.partition(".")[0] == "stackkit"}
    assert ours == {"stackkit", "stackkit.testing", "stackkit.testing.plugin"}
    assert not {"attrs", "cattrs", "msgspec", "hypothesis", "click", "yaml"} & set(sys.modules)
"""


def test_who_uses_no_fixture_pays_for_no_more_than_the_plugin(outer: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    outer.makepyfile(LOADED)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # those of other packages load what they like
    result = outer.runpytest_subprocess(*OPTIONS, "-p", "stackkit.testing.plugin")
    result.assert_outcomes(passed=1)


def test_the_fixtures_are_listed_with_what_they_are(outer: pytest.Pytester) -> None:
    result = outer.runpytest_subprocess(*OPTIONS, "--fixtures")
    for name in ("workspace", "stack", "stack_components", "stackkit_home"):
        assert any(line.startswith(f"{name} -- ") for line in result.outlines), name


def test_tests_without_stackkits_fixtures_may_have_ones_of_the_same_name(outer: pytest.Pytester) -> None:
    text = """
    import pytest

    @pytest.fixture
    def workspace():
        return 1

    @pytest.fixture
    def stack():
        return [2]

    def test_it(workspace, stack):
        assert [workspace, *stack] == [1, 2]
    """
    check(outer, text, passed=1)


WITHOUT_EXTRAS = """
import sys

for name in ("hypothesis", "jsonschema", "polars", "pyarrow", "fastapi", "uvicorn", "httpx"):
    sys.modules[name] = None  # as if it were not installed

import pytest

sys.exit(pytest.main(sys.argv[1:]))
"""


def test_without_any_extra_the_fixtures_work(outer: pytest.Pytester) -> None:
    """Somebody may test a program that uses stackkit, and have no flavors to test."""
    outer.makepyfile("from stackkit.stack.lifecycle import up\ndef test_it(workspace, stack): up(stack)")
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = (sys.executable, "-c", WITHOUT_EXTRAS, *OPTIONS, "-p", "stackkit.testing.plugin")
    done = subprocess.run(command, cwd=outer.path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert left(outer) == ["home/marker", "used/.stackkit"]
