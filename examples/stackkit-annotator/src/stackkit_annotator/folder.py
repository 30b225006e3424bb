"""Tasks in a folder of this machine: one file, one line of JSON for each task."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import ClassVar, final

import attrs
from typing_extensions import override

from stackkit import Problem, StackkitError
from stackkit_annotator.annotator import BaseAnnotator, Task, TaskNotFoundError


def _absolute(path: Path) -> Path:
    return path.expanduser().absolute()


@final
class FolderAnnotator(BaseAnnotator):
    """Tasks in a JSON-lines file of a folder.

    Any number of processes may use the same folder. Each change replaces the file: it is there whole, or not at all.

    Args:
        path: The folder.
    """

    FLAVOR: ClassVar[str] = "folder"

    path: Path = attrs.field(converter=_absolute, metadata={"help": "the folder that the tasks are kept in"})

    @property
    def file(self) -> Path:
        """The file that the tasks are kept in."""
        return self.path / "tasks.jsonl"

    @property
    @override
    def is_provisioned(self) -> bool:
        """Whether the folder is there."""
        return self.path.is_dir()

    @override
    def provision(self) -> None:
        """Make the folder."""
        self.path.mkdir(parents=True, exist_ok=True)

    @override
    def deprovision(self) -> None:
        """Remove the folder if nothing is in it: what people have said is not thrown away."""
        with suppress(OSError):
            self.path.rmdir()

    @override
    def add_tasks(self, data: Iterable[str]) -> list[Task]:
        with self._changing() as tasks:
            added = [Task(str(number), text) for number, text in enumerate(data, len(tasks) + 1)]
            tasks.extend(added)
        return added

    @override
    def get_tasks(self, *, labelled: bool | None = None) -> list[Task]:
        return [task for task in self._read() if labelled is None or labelled == (task.label is not None)]

    @override
    def annotate(self, task: str, label: str) -> None:
        self.check_label(label)
        with self._changing() as tasks:
            place = next((index for index, known in enumerate(tasks) if known.id == task), None)
            if place is None:
                raise TaskNotFoundError(Problem(f"there is no task {task}", where=self.name, remedy="see get_tasks()"))
            tasks[place] = attrs.evolve(tasks[place], label=label)

    @contextmanager
    def _changing(self) -> Generator[list[Task], None, None]:
        """The tasks, to be changed by one process at a time; they are written when the block ends without an error."""
        import msgspec

        self.provision()
        with self._locked():
            tasks = self._read()
            yield tasks
            draft = self.path / ".tasks.new"
            with draft.open("wb") as opened:
                opened.write(msgspec.json.Encoder().encode_lines(tasks))
                opened.flush()
                os.fsync(opened.fileno())
            draft.replace(self.file)

    @contextmanager
    def _locked(self) -> Generator[None, None, None]:
        folder = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)

    def _read(self) -> list[Task]:
        import msgspec

        try:
            return msgspec.json.Decoder(Task).decode_lines(self.file.read_bytes())
        except FileNotFoundError:
            return []
        except msgspec.DecodeError as error:
            raise StackkitError(Problem(f"is damaged: {error}", where=str(self.file), remedy="mend the file")) from error
