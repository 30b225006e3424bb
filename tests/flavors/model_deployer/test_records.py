"""What is kept of a server."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackkit.components.model_deployer import ModelDeployment
from stackkit.errors import LifecycleError
from stackkit.flavors.model_deployer.records import ServerFolder, ServerRecord, folders

texts = st.text(st.characters(exclude_categories=["Cs"]))
deployments = st.builds(
    ModelDeployment,
    model_name=texts,
    model_uri=texts,
    model_type=texts,
    pipeline_name=texts,
    run_name=texts,
    step_name=texts,
)
records = st.builds(
    ServerRecord,
    uuid=st.uuids(),
    deployment=deployments,
    port=st.integers(0, 65535),
    wanted=st.booleans(),
    starting=st.booleans(),
    failure=texts,
)


@given(record=records)
def test_a_record_is_read_as_it_was_written(record: ServerRecord, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = ServerFolder(tmp_path_factory.getbasetemp())
    folder.write(record)
    assert folder.read() == record


def test_a_record_that_is_gone_is_none_and_a_damaged_one_says_where_it_is(tmp_path: Path) -> None:
    folder = ServerFolder(tmp_path)
    assert folder.read() is None
    (tmp_path / "record.json").write_text("{", encoding="utf-8")
    with pytest.raises(LifecycleError, match=str(tmp_path)):
        folder.read()


def test_only_folders_of_servers_are_taken_for_them(tmp_path: Path) -> None:
    record = ServerRecord(deployment=ModelDeployment(model_name="m", model_uri="m:f"))
    for name in ("lock", "failed.log", "notes", str(record.uuid).upper(), str(record.uuid)):
        (tmp_path / name).mkdir()
    assert [folder.path.name for folder in folders(tmp_path)] == [str(record.uuid)]
    assert list(folders(tmp_path / "none")) == []


def test_the_last_lines_of_a_log_are_given_however_it_is_encoded(tmp_path: Path) -> None:
    folder = ServerFolder(tmp_path)
    assert folder.lines() == []
    folder.log.write_bytes(b"one\ntwo\xff\nthree")
    assert folder.lines() == ["one", "two\ufffd", "three"]
    assert [folder.lines(tail) for tail in (0, 1, 9)] == [[], ["three"], ["one", "two\ufffd", "three"]]
