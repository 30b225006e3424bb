"""Label what nobody has labelled yet, by a rule."""

from __future__ import annotations

from typing import assert_type

from stackkit_annotator import ANNOTATOR, Annotator

from stackkit import Workspace

with Workspace.find() as workspace:
    annotator = workspace.stacks.get()[ANNOTATOR]
    assert_type(annotator, Annotator)  # to every type checker

    annotator.add_tasks(["it purrs", "it barks"])
    for task in annotator.get_tasks(labelled=False):
        annotator.annotate(task.id, "cat" if "purrs" in task.data else "dog")
    for task in annotator.get_tasks():
        print(f"{task.id}: {task.data}: {task.label}")
