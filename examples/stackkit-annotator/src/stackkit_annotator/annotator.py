"""Annotators: where people say what is in the data."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import ClassVar, Final, Protocol

import attrs

from stackkit import Component, ComponentType, Problem, StackComponent, StackkitError


class TaskNotFoundError(StackkitError, LookupError):
    """The annotator has no task of this identifier."""


class LabelError(StackkitError, ValueError):
    """A label is none of those to choose from."""


@attrs.frozen
class Task:
    """Something to label.

    Args:
        id: What identifies it within its annotator.
        data: What people are shown: a text, or the address of an image.
        label: What they said; None until they have.
    """

    id: str
    data: str
    label: str | None = None


class Annotator(Component, Protocol):
    """Tasks that people label.

    Laws: `get_tasks` gives every task that was added, in that order; `annotate` changes the label of one task and nothing
    else; an unknown task raises `TaskNotFoundError`, a label that is none of `labels` raises `LabelError`.
    """

    TYPE: ClassVar[ComponentType[Annotator]]

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels to choose from; any label will do where there are none."""
        ...

    def add_tasks(self, data: Iterable[str]) -> list[Task]: ...
    def get_tasks(self, *, labelled: bool | None = None) -> list[Task]: ...
    def annotate(self, task: str, label: str) -> None: ...


ANNOTATOR: Final = ComponentType[Annotator]("annotator")


class BaseAnnotator(StackComponent, ABC):
    """The base of every annotator.

    Args:
        labels: The labels to choose from; any label will do where there are none.
    """

    TYPE: ClassVar[ComponentType[Annotator]] = ANNOTATOR

    labels: tuple[str, ...] = attrs.field(default=(), metadata={"help": "the labels to choose from; any, where none is given"})

    @abstractmethod
    def add_tasks(self, data: Iterable[str]) -> list[Task]:
        """Add something to label: all of it or nothing.

        Args:
            data: What people are shown, one for each task.

        Returns:
            The new tasks.
        """

    @abstractmethod
    def get_tasks(self, *, labelled: bool | None = None) -> list[Task]:
        """The tasks, in the order in which they were added.

        Args:
            labelled: True for those that have a label, False for those that have none, None for all.
        """

    @abstractmethod
    def annotate(self, task: str, label: str) -> None:
        """Label a task; an earlier label is replaced.

        Args:
            task: The task's identifier.
            label: One of `labels`.

        Raises:
            TaskNotFoundError: There is no such task.
            LabelError: The label is none of those to choose from.
        """

    def check_label(self, label: str) -> None:
        """Refuse a label that is none of those to choose from: for flavors, before they keep it.

        Raises:
            LabelError: It is none of them.
        """
        if self.labels and label not in self.labels:
            raise LabelError(Problem(f'there is no label "{label}"', where=self.name, remedy=f"use {', '.join(self.labels)}"))
