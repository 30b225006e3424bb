from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from stackkit_annotator import Annotator, LabelError, Task, TaskNotFoundError
from stackkit_annotator.folder import FolderAnnotator

from stackkit import StackkitError, check, dumps, loads


@pytest.fixture
def pets(tmp_path: Path) -> FolderAnnotator:
    return FolderAnnotator(name="pets", path=tmp_path / "pets", labels=("cat", "dog"))


def test_the_base_satisfies_the_protocol(pets: FolderAnnotator) -> None:
    found: Annotator = pets
    assert found.get_tasks() == []
    assert check(FolderAnnotator) == []


def test_tasks_come_in_the_order_in_which_they_were_added(pets: FolderAnnotator) -> None:
    assert pets.add_tasks(["purrs", "barks"]) == [Task("1", "purrs"), Task("2", "barks")]
    pets.add_tasks(["purrs"])
    assert [task.data for task in pets.get_tasks()] == ["purrs", "barks", "purrs"]


def test_a_label_goes_to_one_task_and_replaces_the_earlier_one(pets: FolderAnnotator) -> None:
    pets.add_tasks(["purrs", "barks"])
    pets.annotate("2", "cat")
    pets.annotate("2", "dog")
    assert pets.get_tasks() == [Task("1", "purrs"), Task("2", "barks", "dog")]
    assert pets.get_tasks(labelled=True) == [Task("2", "barks", "dog")]
    assert pets.get_tasks(labelled=False) == [Task("1", "purrs")]


def test_an_unknown_task_is_refused(pets: FolderAnnotator) -> None:
    with pytest.raises(TaskNotFoundError, match="pets: there is no task 7"):
        pets.annotate("7", "cat")


def test_a_label_that_is_none_of_the_labels_is_refused(pets: FolderAnnotator) -> None:
    pets.add_tasks(["purrs"])
    with pytest.raises(LabelError, match='pets: there is no label "cow"; use cat, dog'):
        pets.annotate("1", "cow")
    assert pets.get_tasks(labelled=True) == []


def test_any_label_will_do_where_there_are_none_to_choose_from(tmp_path: Path) -> None:
    free = FolderAnnotator(name="free", path=tmp_path)
    free.add_tasks(["moos"])
    free.annotate("1", "cow")
    assert free.get_tasks() == [Task("1", "moos", "cow")]


def test_all_of_the_data_is_added_or_nothing(pets: FolderAnnotator) -> None:
    def data() -> Iterator[str]:
        yield "purrs"
        raise ConnectionError

    with pytest.raises(ConnectionError):
        pets.add_tasks(data())
    assert pets.get_tasks() == []


def test_another_component_of_the_same_folder_has_the_same_tasks(pets: FolderAnnotator) -> None:
    pets.add_tasks(["purrs\nand sleeps", "Grüße 🐈"])
    assert FolderAnnotator(name="other", path=pets.path).get_tasks() == pets.get_tasks()


def add(annotator: FolderAnnotator, number: int) -> None:
    annotator.add_tasks([f"{number} a", f"{number} b"])


def test_many_processes_add_tasks_at_once(pets: FolderAnnotator) -> None:
    with ProcessPoolExecutor(4, get_context("fork")) as pool:
        for done in [pool.submit(add, pets, number) for number in range(20)]:
            done.result()
    tasks = pets.get_tasks()
    assert [task.id for task in tasks] == [str(number + 1) for number in range(40)]
    assert {task.data for task in tasks} == {f"{number} {letter}" for number in range(20) for letter in "ab"}


def test_a_damaged_file_is_named(pets: FolderAnnotator) -> None:
    pets.add_tasks(["purrs"])
    pets.file.write_text('{"id": 1}', encoding="utf-8")
    with pytest.raises(StackkitError, match=r"tasks.jsonl: is damaged: .*; mend the file"):
        pets.get_tasks()


def test_the_folder_is_provisioned_and_kept_while_there_is_something_in_it(pets: FolderAnnotator) -> None:
    assert not pets.is_provisioned
    for _ in range(2):
        pets.provision()
        assert pets.is_provisioned
    pets.deprovision()
    assert not pets.is_provisioned
    pets.deprovision()
    pets.add_tasks(["purrs"])
    pets.deprovision()
    assert pets.is_provisioned


@pytest.mark.parametrize("form", ["json", "yaml"])
def test_it_is_read_from_the_document_that_it_is_written_as(pets: FolderAnnotator, form: str) -> None:
    found = loads(dumps(pets, form), FolderAnnotator, form)
    assert found == pets
    assert found.path == pets.path


def test_a_relative_path_is_made_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert FolderAnnotator(name="pets", path=Path("pets")).path == tmp_path / "pets"
