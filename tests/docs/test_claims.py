"""What the documentation says beside its examples: numbers, links, commands of make, files that it shows."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from tests.docs.pages import blocks, prose

from stackkit import BaseArtifactStore
from stackkit.components.catalog import COMPONENT_TYPES
from stackkit.serialization.codecs.builtin_values import NATIVE_INTS
from stackkit.serialization.document import Envelope
from stackkit.serialization.formats.table import FORMATS
from stackkit.store.server_schema import LONGEST_NAME, session_statements

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "examples" / "README.md",
    ROOT / "examples" / "stackkit-annotator" / "README.md",
    ROOT / "examples" / "stackkit-sqlite-store" / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
]
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))

NUMBER = re.compile(r"(?<![\w.])(\d[\d.]*|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|twenty)\b", re.IGNORECASE)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def requires_python() -> str:
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["requires-python"])


CLAIMS: Mapping[str, Callable[[], bool]] = {
    "Python 3.11 or newer": lambda: requires_python() == ">=3.11",
    "There are ten component types in the kit": lambda: len(COMPONENT_TYPES) == 10,
    "All 13 methods are here": lambda: len(BaseArtifactStore.__abstractmethods__) == 13,
    "Four formats carry the same values": lambda: len(FORMATS) == 4,
    "a whole number from 1": lambda: Envelope.read({"type": "a", "flavor": "b", "version": 1, "config": {}}).version == 1,
    "A kind or key has up to 1024 bytes of UTF-8": lambda: LONGEST_NAME == 1024,
    "is given up after ten minutes": lambda: (
        "10min" in " ".join(session_statements("postgresql", 1)) and "600" in " ".join(session_statements("mysql", 1))
    ),
    "a whole number that 64 bits do not hold": lambda: range(-(2**63), 2**63) == NATIVE_INTS,
}
"""Every number that a page says in prose, and whether it is so."""


MEASURED = {"typing.md": "tests/typing measures what this page says"}


def words(page: Path) -> str:
    """The prose of a page, in one line, without the numbers of its lists, links, and tables that follow from the code."""
    text = re.sub(r"<!-- (\w+) -->.*?<!-- end of \1 -->", "", prose(page.read_text(encoding="utf-8")), flags=re.DOTALL)
    text = re.sub(r"^\d+\. ", "", text, flags=re.MULTILINE)
    return " ".join(re.sub(r"\]\([^)]*\)", "]", text).split())


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_number_in_prose_is_right(claim: str) -> None:
    assert CLAIMS[claim]()
    assert any(claim in words(page) for page in PAGES), "no page says so any more"


@each_page
def test_every_number_in_prose_is_checked(page: Path) -> None:
    if page.name in MEASURED:
        pytest.skip(MEASURED[page.name])
    text = words(page)
    for claim in CLAIMS:
        text = text.replace(claim, "")
    assert NUMBER.findall(text) == []


@pytest.mark.parametrize(("text", "found"), [("in 0.2 s", ["0.2"]), ("all ten", ["ten"]), ("x86 often v1", []), ("2x", [])])
def test_numbers_are_found(text: str, found: list[str]) -> None:
    assert NUMBER.findall(text) == found


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@each_page
def test_every_link_leads_somewhere(page: Path) -> None:
    dead: list[str] = []
    for target in LINK.findall(prose(page.read_text(encoding="utf-8"))):
        path, _, anchor = target.partition("#")
        place = page.parent / path if path else page
        if not target.startswith("https://") and (not place.exists() or (anchor and anchor not in anchors(place))):
            dead.append(target)
    assert dead == []


@each_page
def test_every_command_of_make_is_one(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)", page.read_text(encoding="utf-8"))) <= targets


def test_the_readme_names_the_two_commands_and_the_program_that_they_install() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert {"`make demo`", "`make test`", "`.venv/bin/stackkit`"} <= set(re.findall(r"`[^`\n]+`", text))
    assert "VENV ?= .venv\n" in (ROOT / "Makefile").read_text("utf-8")
    assert "stackkit" in tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]


@pytest.mark.parametrize(
    ("page", "title", "file"),
    [
        ("README.md", "quickstart.py", "quickstart.py"),
        ("docs/custom-flavors.md", "my_mod.py", "custom-artifact-store/my_mod.py"),
    ],
)
def test_a_program_that_a_page_shows_is_the_one_that_is_type_checked(page: str, title: str, file: str) -> None:
    shown = {block.title: block.text for block in blocks((ROOT / page).read_text("utf-8"))}
    assert shown[title] == (ROOT / "examples" / file).read_text("utf-8")


def test_the_example_of_the_readme_stays_short() -> None:
    assert (ROOT / "examples" / "quickstart.py").read_text("utf-8").count("\n") <= 20
