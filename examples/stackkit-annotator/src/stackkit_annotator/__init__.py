"""Annotators for stackkit: a component type that does not come with the kit."""

from __future__ import annotations

from stackkit_annotator.annotator import ANNOTATOR, Annotator, BaseAnnotator, LabelError, Task, TaskNotFoundError

__all__ = ["ANNOTATOR", "Annotator", "BaseAnnotator", "LabelError", "Task", "TaskNotFoundError"]
