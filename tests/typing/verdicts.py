"""Which type checker reports which mistake: measured, kept in `verdicts.json`, and shown as a table."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, TypeAlias

from .checkers import CHECKERS, Report, pinned_versions
from .component_types import component_types
from .files import ROOT, WRITTEN, marks
from .mistakes import MISTAKES, SECTIONS, Mistake

VERDICTS: Final = ROOT / "tests/typing/verdicts.json"
PAGE: Final = ROOT / "docs/typing.md"
README: Final = ROOT / "README.md"

Verdicts: TypeAlias = Mapping[str, Mapping[str, str]]
"""The names of the checkers that report a mistake, by the mistake's slug and the slug of the component type."""


def reported(reports: Iterable[Report]) -> tuple[dict[str, set[str]], list[Report]]:
    """What one type checker reports.

    Args:
        reports: Its reports on all files.

    Returns:
        The component types with which it reports a mistake, by the mistake's slug; and the reports on lines that are right.
    """
    by_file: dict[Path, set[int]] = defaultdict(set)
    stray: list[Report] = []
    places = {path: dict(marks(path)) for path in (WRITTEN / "wrong_uses").glob("*.py")}
    for report in reports:
        by_file[report.path].add(report.line)
        if not any(report.line in lines for lines in places.get(report.path, {}).values()):
            stray.append(report)
    found: dict[str, set[str]] = {mistake.slug: set() for mistake in MISTAKES}
    for path, mistakes in places.items():
        for slug, lines in mistakes.items():
            if lines & by_file[path]:
                found[slug].add(path.stem)
    return found, stray


def combined(found: Mapping[str, Mapping[str, set[str]]]) -> Verdicts:
    """The verdicts of all type checkers.

    Args:
        found: What each reports, as `reported` tells it, by its name.
    """
    return {
        mistake.slug: {
            form.slug: " ".join(name for name, types in found.items() if form.slug in types[mistake.slug])
            for form in component_types()
            if mistake.can_be_made_with(form)
        }
        for mistake in MISTAKES
    }


def by_checker(verdicts: Verdicts) -> dict[str, dict[str, set[str]]]:
    """What each type checker reports, by its name: the inverse of `combined`."""
    return {
        checker.name: {
            slug: {kind for kind, names in by_type.items() if checker.name in names.split()}
            for slug, by_type in verdicts.items()
        }
        for checker in CHECKERS
    }


def changes(kept: Mapping[str, set[str]], found: Mapping[str, set[str]]) -> list[str]:
    """What a type checker reports that it did not, and the other way round, a line for each mistake and component type.

    Args:
        kept: What it reported.
        found: What it reports now.
    """
    new = [f"{slug} with {kind} is reported now" for slug, kinds in found.items() for kind in kinds - kept.get(slug, set())]
    gone = [f"{slug} with {kind} is not reported any more" for slug, kinds in kept.items() for kind in kinds - found[slug]]
    return sorted(new + gone)


def load() -> Verdicts:
    """The verdicts that are kept."""
    kept: Verdicts = json.loads(VERDICTS.read_text("utf-8"))
    return kept


def save(verdicts: Verdicts) -> None:
    """Keep verdicts, one line for each mistake and component type; show them in the docs, and their number in README."""
    VERDICTS.write_text(json.dumps(verdicts, indent=2) + "\n", "utf-8")
    PAGE.write_text(page_with(table(verdicts)), "utf-8")
    README.write_text(page_with(summary(verdicts), README), "utf-8")


BEGIN: Final = "<!-- verdicts -->"
END: Final = "<!-- end of verdicts -->"


def page_with(text: str, page: Path = PAGE) -> str:
    """A page, that about typing by default, with another table in it."""
    before, _, rest = page.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{text}\n\n{END}{after}"


def table(verdicts: Verdicts) -> str:
    """Verdicts in Markdown: with which versions they were measured, and a table for each kind of mistakes."""
    pins = pinned_versions()
    *others, last = [f"{checker.name} {pins[checker.name]}" for checker in CHECKERS]
    sections = [f"### {title}\n\n{_section(mistakes, verdicts)}" for title, mistakes in SECTIONS.items()]
    return "\n\n".join([f"Measured with {', '.join(others)} and {last}.", *sections])


def summary(verdicts: Verdicts) -> str:
    """In Markdown, how many mistakes of each kind are reported with every component type."""
    names = [checker.name for checker in CHECKERS]
    head = ["Mistakes with", "made", *names, "without a type checker"]
    rows = [head, ["---"] * len(head)]
    for title, mistakes in SECTIONS.items():
        whole = [[_cell(name, verdicts[mistake.slug]) == YES for mistake in mistakes] for name in names]
        running = sum(mistake.stage != "never" for mistake in mistakes)
        counts = [len(mistakes), *map(sum, whole), running]
        rows.append([title[:1].lower() + title[1:], *map(str, counts)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _section(mistakes: Iterable[Mistake], verdicts: Verdicts) -> str:
    names = [checker.name for checker in CHECKERS]
    rows = [["Mistake", *names, "import", "registration", "call"], ["---"] * (len(names) + 4)]
    for mistake in mistakes:
        by_type = verdicts[mistake.slug]
        rows.append([mistake.title, *(_cell(name, by_type) for name in names), *_stages(mistake)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _cell(checker: str, by_type: Mapping[str, str]) -> str:
    saying = [slug for slug, names in by_type.items() if checker in names.split()]
    if len(saying) in (0, len(by_type)):
        return YES if saying else NO
    return f"for {', '.join(slug.replace('_', ' ') for slug in saying)}"


YES: Final = "yes"
NO: Final = "-"


def _stages(mistake: Mistake) -> Iterator[str]:
    yield YES if mistake.stage == "definition" else NO
    yield YES if mistake.stage in ("definition", "registration") else NO
    yield {"call": YES, "writing": "`dumps`"}.get(mistake.stage, NO)
