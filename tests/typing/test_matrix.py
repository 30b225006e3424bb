"""What each type checker reports of each mistake, with each component type; and that it reports nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from . import verdicts
from .checkers import CHECKERS, Checker, Report, pinned_versions
from .component_types import component_types
from .files import marks
from .mistakes import MISTAKES

pytestmark = pytest.mark.once

UPDATE = "python -m tests.typing.update_verdicts"

MISSED_BY_ALL = {
    "constant-as-field": "an upper-case name is a field like any other",
    "field-default-mutable": "only dataclasses are looked at for it",
    "field-private": "its name in the constructor is attrs' own rule",
    "field-unannotated": "it may be a constant",
    "field-not-serializable": "hooks are registered at run time",
    "decorated": "a class may be decorated",
    "constructor-replaced": "a class may have another constructor than its base",
    "assigned-on-flavor": "private state can be assigned, so the class is not frozen",
    "replaced-unknown": "there is no type for some of a class's fields",
    "stack-of-two": "the types of the others are not in a stack's type",
    "loads-wrong-type": "what is in a document is known when it is read",
    "loads-wrong-flavor": "the same",
}
"""What no type checker reports, and why; all of it is reported at run time."""

MISSED_BY = {
    "mypy": {"parameter-renamed"},
    "pyright": set[str](),
    "ty": {"flavor-missing", "flavor-missing-final", "constant-missing", "constant-missing-final"},
    "pyrefly": {"class-keyword-unknown"},
}
"""What a single type checker does not report."""


@pytest.mark.usefixtures("written")
@pytest.mark.parametrize("checker", CHECKERS, ids=lambda checker: checker.name)
def test_a_type_checker_reports_the_mistakes_it_is_known_to_report_and_nothing_else(checker: Checker, tmp_path: Path) -> None:
    if not checker.is_installed:
        pytest.skip(f'{checker.name} is not installed: pip install -e ".[dev]"')
    assert checker.version == pinned_versions()[checker.name], "the verdicts are those of another version"
    found, stray = verdicts.reported(checker.run(tmp_path))
    assert [f"{report.path}:{report.line}: {report.text}" for report in stray] == []
    kept = verdicts.by_checker(verdicts.load())[checker.name]
    assert verdicts.changes(kept, found) == [], f"if that is right: {UPDATE}"


def test_a_verdict_is_kept_for_every_mistake_and_component_type() -> None:
    forms = component_types()
    wanted = {mistake.slug: [form.slug for form in forms if mistake.can_be_made_with(form)] for mistake in MISTAKES}
    assert {slug: list(by_type) for slug, by_type in verdicts.load().items()} == wanted, UPDATE


def test_every_mistake_is_reported_by_a_type_checker_or_at_run_time() -> None:
    unseen = {slug for slug, by_type in verdicts.load().items() if not all(by_type.values())}
    assert unseen == MISSED_BY_ALL.keys()
    assert [mistake.slug for mistake in MISTAKES if mistake.slug in unseen and mistake.stage == "never"] == []


def test_each_type_checker_misses_what_it_is_known_to_miss_with_every_component_type() -> None:
    missed: dict[str, set[str]] = {}
    for name, found in verdicts.by_checker(verdicts.load()).items():
        missed[name] = {slug for slug, by_type in verdicts.load().items() if set(by_type) != found[slug]}
        assert {slug for slug in missed[name] if found[slug]} == set(), f"{name} reports it with some"
    assert missed == {name: MISSED_BY_ALL.keys() | own for name, own in MISSED_BY.items()}


def test_the_page_about_typing_shows_the_verdicts_that_are_kept() -> None:
    assert verdicts.PAGE.read_text("utf-8") == verdicts.page_with(verdicts.table(verdicts.load())), UPDATE
    counted = verdicts.page_with(verdicts.summary(verdicts.load()), verdicts.README)
    assert verdicts.README.read_text("utf-8") == counted, UPDATE


def test_each_mistake_is_marked_once_in_the_file_of_every_component_type_that_it_can_be_made_with(written: Path) -> None:
    for form in component_types():
        slugs = [slug for slug, _ in marks(written / "wrong_uses" / f"{form.slug}.py")]
        assert slugs == [mistake.slug for mistake in MISTAKES if mistake.can_be_made_with(form)]


def test_changed_verdicts_are_told_one_by_one() -> None:
    kept = {"positional": {"alerter"}, "name-missing": {"alerter"}}
    found = {"positional": {"alerter", "feature_store"}, "name-missing": set[str]()}
    assert verdicts.changes(kept, kept) == []
    assert verdicts.changes(kept, found) == [
        "name-missing with alerter is not reported any more",
        "positional with feature_store is reported now",
    ]


PLANTED = """
class Fine:
    colour = "red"

    def paint(
        self,
    ) -> str:  # mistake: return-type
        return "painted"

    def wash(self) -> None: ...


broken = Fine(  # mistake: keyword-unknown
    colour="blue",
)
"""


def test_a_mistake_counts_on_its_statement_and_on_its_class_and_nowhere_else(tmp_path: Path) -> None:
    path = tmp_path / "planted.py"
    path.write_text(PLANTED, "utf-8")
    assert dict(marks(path)) == {"return-type": {2, 5, 6, 7}, "keyword-unknown": {13, 14, 15}}


def test_a_report_on_a_line_that_is_right_is_told(written: Path) -> None:
    path = written / "wrong_uses" / "alerter.py"
    lines = dict(marks(path))["flavor-type"]
    found, stray = verdicts.reported(
        [Report(path, max(lines), "wrong"), Report(path, 1, "also"), Report(Path("other.py"), 1, "")]
    )
    assert {slug: types for slug, types in found.items() if types} == {"flavor-type": {"alerter"}}
    assert [report.text for report in stray] == ["also", ""]
