"""Mistakes that no type checker was asked about are reported when the code runs: where, and how early, is said in the table."""

from __future__ import annotations

from pathlib import Path

import pytest

from .component_types import component_types
from .mistakes import MISTAKES, Mistake
from .running import answer

FORMS = component_types()


@pytest.mark.usefixtures("written")
@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.slug)
def test_a_mistake_is_reported_as_early_as_the_table_says(mistake: Mistake, tmp_path: Path) -> None:
    answers = {form.slug: answer(mistake, form, tmp_path) for form in FORMS if mistake.can_be_made_with(form)}
    assert {slug: said.stage for slug, said in answers.items()} == dict.fromkeys(answers, mistake.stage)
    for said in answers.values():
        if said.registration is not None:
            problem = said.registration.problems[0]
            assert (problem.file, problem.line in said.lines) == (str(said.path), True), problem
