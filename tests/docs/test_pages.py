"""That examples which are wrong are found."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

from .pages import Reader, blocks, matches, prose, steps


def read(text: str, folder: Path) -> None:
    page = folder / "page.md"
    page.write_text(text, encoding="utf-8")
    (folder / "work").mkdir()
    Reader(page, folder / "work").read()


def test_blocks_have_their_language_title_text_and_line() -> None:
    text = 'One.\n\n```python title="a.py"\nx = 1\n```\n\n```\nplain\n```\n'
    assert [(b.language, b.title, b.text, b.line, b.is_checked) for b in blocks(text)] == [
        ("python", "a.py", "x = 1\n", 4, True),
        ("", "", "plain\n", 8, False),
    ]


def test_prose_has_no_code() -> None:
    assert prose("There are `3` of\n```python\n4\n```\nfive.") == "There are  of\n\nfive."


def test_steps_are_commands_with_their_output_and_line() -> None:
    (block,) = blocks("```console\n$ a \\\n    b\none\n\ntwo\n$ c\nError: no\n```\n")
    assert [(s.command, s.output, s.line, s.fails) for s in steps(block)] == [
        ("a \\\n    b", ("one", "", "two"), 2, False),
        ("c", ("Error: no",), 7, True),
    ]


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        (["a  ", "b", ""], ["a", "b"]),
        ([], []),
        (["a ... c"], ["a b c"]),
        (["a", "...", "d"], ["a", "b", "c", "d"]),
        (["a", "..."], ["a"]),
        (["..."], []),
    ],
)
def test_output_that_is_as_expected_matches(expected: list[str], actual: list[str]) -> None:
    assert matches(expected, actual)


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        (["a"], ["a", "b"]),
        (["a", "b"], ["a"]),
        ([], ["a"]),
        (["a ... c"], ["a b", "c"]),
        (["a", "...", "d"], ["a", "b"]),
        (["a.b"], ["axb"]),
        (["  a"], ["a"]),
    ],
)
def test_other_output_does_not_match(expected: list[str], actual: list[str]) -> None:
    assert not matches(expected, actual)


def test_blocks_share_a_namespace_and_a_folder(tmp_path: Path) -> None:
    text = """
```python title="sub/hello.py"
print("hello")
```

```python
import dataclasses

@dataclasses.dataclass
class Point:
    x: int
```

```python
>>> Point(x=3)
Point(x=3)
>>> y = Point(4).x
```

```python
assert y == 4
```

```console
$ python sub/hello.py
hello
$ ls missing
Error: is not what ls says
```
"""
    with pytest.raises(AssertionError, match=r"page.md:27: \$ ls missing\nprints\nls: "):
        read(text, tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("```console\n$ echo a\nb\n```\n", "prints\na\n\nand not\nb"),
        ("```console\n$ exit 3\n```\n", "exits with 3"),
        ("```console\n$ echo Error: no\nError: no\n```\n", "exits with 0"),
        ("```console\necho a\n```\n", "line 2 is no command"),
        ("```python\n>>> 1 + 1\n3\n```\n", "Expected:\n    3\nGot:\n    2"),
        ("```python\n>>> 1 / 0\n```\n", "ZeroDivisionError"),
        ("```python\nprint(5)\n```\n", "the page does not show it: 5"),
    ],
)
def test_an_example_that_is_wrong_is_reported(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=message.replace("+", r"\+")):
        read(text, tmp_path)


def test_the_line_of_a_page_is_named_where_its_code_raises(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        read("one\n\n```python\nx = 1\nx / 0\n```\n", tmp_path)
    last = caught.traceback[-1]
    assert (Path(last.path).name, last.lineno + 1) == ("page.md", 5)


def test_commands_find_no_workspace_but_the_readers_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STACKKIT_WORKSPACE", "/elsewhere")
    monkeypatch.setenv("XDG_DATA_HOME", "/elsewhere")
    read('```console\n$ echo "$HOME $STACKKIT_WORKSPACE$XDG_DATA_HOME."\n.../home .\n```\n', tmp_path)


def test_a_command_may_say_itself_what_follows_a_failure(tmp_path: Path) -> None:
    read("```console\n$ sh -c 'echo Error: no; exit 3' || echo status $?\nError: no\nstatus 3\n```\n", tmp_path)


def test_modules_of_the_page_can_be_imported_and_are_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = ModuleType("known")
    monkeypatch.setitem(sys.modules, "known", other)
    text = "".join(f'```python title="{name}.py"\nx = 1\n```\n' for name in ("known", "new"))
    read(text + "```python\n>>> import known, new\n>>> known.x, new.x\n(1, 1)\n```\n", tmp_path)
    assert sys.modules["known"] is other
    assert "new" not in sys.modules
    assert str(tmp_path / "work") not in sys.path
