"""`init`, `status` and `check`, and how the workspace is found."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.command_line import CommandLine
from tests.cli.sources import MODULE, STORE


@pytest.fixture
def bare(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """The command line in a folder that is no workspace."""
    return CommandLine(folder, capsys, monkeypatch)


class TestInit:
    def test_a_workspace_is_made_here(self, bare: CommandLine) -> None:
        assert bare.done("init --empty").out == f"workspace made: {bare.folder}\n"
        assert (bare.folder / ".stackkit" / "workspace.db").is_file()
        assert (bare.folder / ".stackkit" / ".gitignore").read_text() == "*\n"

    def test_a_second_time_changes_nothing(self, composed: CommandLine) -> None:
        before = composed.documents()
        assert composed.done("init").out == f"workspace is there already: {composed.folder}\n"
        assert composed.documents() == before

    def test_a_new_folder_is_made_with_those_above_it(self, bare: CommandLine) -> None:
        assert bare.done("init deep/new --empty").out == f"workspace made: {bare.folder}/deep/new\n"
        assert bare.done("--workspace deep/new status --output json").json["workspace"] == f"{bare.folder}/deep/new"

    def test_it_has_a_stack_that_runs_on_this_machine(self, bare: CommandLine) -> None:
        kinds = "artifact store, metadata store, orchestrator, secrets manager"
        said = f"workspace made: {bare.folder}/new\nstack default made, and active: {kinds}\n"
        assert bare.done("init new").out == said
        rows = bare.done("--workspace new status --output json").json["components"]
        assert [(row["type"], row["name"], row["flavor"]) for row in rows] == [
            ("orchestrator", "default", "local"),
            ("artifact_store", "default", "local"),
            ("metadata_store", "default", "sqlite"),
            ("secrets_manager", "default", "local"),
        ]
        for kind, file in (("artifact-store", "artifacts"), ("metadata-store", "metadata.db")):
            config = bare.done(f"--workspace new {kind} describe --output json").json["config"]
            assert config["path"] == f"{bare.folder}/new/.stackkit/{file}"

    def test_a_workspace_that_has_something_gets_no_other_stack(self, stackkit: CommandLine) -> None:
        stackkit.done("alerter register terminal --flavor=console")
        before = stackkit.documents()
        assert stackkit.done("init").out == f"workspace is there already: {stackkit.folder}\n"
        assert stackkit.documents() == before

    def test_a_workspace_that_has_nothing_yet_gets_the_stack(self, stackkit: CommandLine) -> None:
        assert "stack default made" in stackkit.done("init").out

    def test_a_file_is_no_folder(self, bare: CommandLine) -> None:
        bare.write("file", "")
        assert "'file' is a file" in bare.refused("init file", status=2)

    @pytest.mark.parametrize("place", ["/proc/nowhere", "/dev/null/x"])
    def test_a_place_that_cannot_be_written_to(self, bare: CommandLine, place: str) -> None:
        assert "no workspace can be made" in bare.refused(f"init {place}")


class TestFinding:
    def test_it_is_found_upwards(self, composed: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
        below = composed.folder / "a" / "b"
        below.mkdir(parents=True)
        monkeypatch.chdir(below)
        assert composed.done("status --output json").json["workspace"] == str(composed.folder)
        assert composed.done("artifact-store flavor describe custom --output json").json["class"] == "my_mod.MyStore"

    @pytest.mark.parametrize("line", ["--workspace {} status", "--workspace={} status"])
    def test_it_is_named(self, composed: CommandLine, monkeypatch: pytest.MonkeyPatch, line: str) -> None:
        monkeypatch.chdir("/")
        assert composed.done(f"{line.format(composed.folder)} --output json").json["workspace"] == str(composed.folder)

    def test_the_environment_names_it(self, composed: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir("/")
        monkeypatch.setenv("STACKKIT_WORKSPACE", str(composed.folder))
        assert composed.done("stack get").out == "main\n"
        assert "artifact-store" in composed.done("stack register --help").out

    def test_the_option_comes_before_the_environment(self, composed: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("STACKKIT_WORKSPACE", "/nowhere")
        assert composed.done(f"--workspace {composed.folder} stack get").out == "main\n"

    def test_outside_of_projects_the_users_own_is_made(
        self, bare: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        found = Path(bare.done("status --output json").json["workspace"]) if bare("status").status == 0 else None
        assert found is not None
        assert found.is_relative_to(tmp_path / "user")
        assert (found / ".stackkit").is_dir()

    @pytest.mark.parametrize("line", ["--workspace /nowhere stack list", "--workspace . stack list"])
    def test_a_folder_that_is_no_workspace(self, bare: CommandLine, line: str) -> None:
        assert "is no workspace" in bare.refused(line)

    def test_an_environment_that_names_no_workspace(self, bare: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("STACKKIT_WORKSPACE", "/nowhere")
        message = bare.refused("stack list")
        assert message.startswith("/nowhere: is no workspace")
        assert message.endswith("stackkit init /nowhere")

    @pytest.mark.parametrize(
        "line", ["--help", "stack --help", "stack register -h", "artifact-store register -h", "stack list -h"]
    )
    def test_help_needs_no_workspace_and_makes_none(
        self, bare: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str
    ) -> None:
        bare.done(line)
        assert not (tmp_path / "user").exists()
        monkeypatch.setenv("STACKKIT_WORKSPACE", "/nowhere")
        bare.done(line)

    def test_a_store_that_is_damaged_is_told(self, composed: CommandLine) -> None:
        database = composed.folder / ".stackkit" / "workspace.db"
        for file in database.parent.glob("workspace.db*"):
            file.unlink()
        database.write_bytes(b"no database " * 100)
        answer = composed("stack list")
        assert answer.status == 1
        assert str(database) in answer.err
        assert len(answer.err.splitlines()) == 1


class TestStatus:
    def test_it_tells_where_things_are_and_how_they_stand(self, composed: CommandLine) -> None:
        above, below = composed.done("status").out.split("\n\n")
        assert [line.split(maxsplit=1)[0] for line in above.splitlines()] == ["workspace", "store", "active"]
        assert str(composed.folder) in above
        assert [line.split() for line in below.splitlines()] == [
            ["TYPE", "NAME", "FLAVOR", "PROVISIONED", "RUNNING", "FAILURE"],
            ["artifact", "store", "prod", "custom", "yes", "yes"],
            ["secrets", "manager", "vault", "local", "no", "no"],
        ]

    def test_without_an_active_stack(self, stackkit: CommandLine) -> None:
        answer = stackkit("status")
        assert answer.status == 0
        assert answer.err == "no stack is active: stackkit stack set NAME\n"
        status = stackkit.done("status --output json").json
        assert (status["active_stack"], status["components"]) == (None, [])


class TestCheck:
    def test_a_right_flavor_is_told_to_be_right_and_not_registered(self, stackkit: CommandLine) -> None:
        stackkit.write(MODULE, STORE)
        assert stackkit.done("check my_mod.MyStore").out == "my_mod.MyStore is right: MyStore is the flavor custom\n"
        assert stackkit.documents() == []
