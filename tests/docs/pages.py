"""Runs the examples of a page of documentation, from top to bottom, as a reader would.

Blocks of code are taken by their language:

- any block with `title="my_mod.py"` is written to that file, in the page's folder;
- `python` blocks are run in one namespace; those with `>>>` are compared with what Python answers, others print nothing;
- `console` blocks hold `$ command` lines, run in a shell in that folder, and what they print.

In expected output `...` stands for any text within a line, and alone on a line for any number of lines. A command fails
exactly where the page shows a line that begins with `Error:`, unless it says itself what follows (`… || echo status $?`).
"""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import chdir, redirect_stdout
from io import StringIO
from pathlib import Path
from types import ModuleType

import attrs

_FENCE = re.compile(r"^```(?P<language>[a-z]*)(?: title=\"(?P<title>[^\"]+)\")?\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
_ANY_LINES = "..."


@attrs.frozen
class Block:
    """A block of code of a page.

    Args:
        language: What it is written in; empty where the page does not say.
        title: The file that it is; empty where it is none.
        text: What is in it.
        line: Where its text begins in the page, from 1.
    """

    language: str
    title: str
    text: str
    line: int

    @property
    def is_checked(self) -> bool:
        """Whether running the page would tell when it is wrong."""
        return bool(self.title) or self.language in ("python", "console")


@attrs.frozen
class Step:
    """A command of a console block, and what it should print.

    Args:
        command: As it is typed, its continuation lines included.
        output: The expected lines.
        line: Where the command stands in the page, from 1.
    """

    command: str
    output: tuple[str, ...]
    line: int

    @property
    def fails(self) -> bool:
        """Whether the command is expected to fail."""
        return "||" not in self.command and any(line.startswith("Error:") for line in self.output)


def blocks(text: str) -> list[Block]:
    """The blocks of code of a page."""
    return [
        Block(found["language"], found["title"] or "", found["text"], text.count("\n", 0, found.start("text")) + 1)
        for found in _FENCE.finditer(text)
    ]


def prose(text: str) -> str:
    """What is left of a page without its code, in blocks and in lines."""
    return re.sub(r"`[^`\n]+`", "", _FENCE.sub("", text))


def steps(block: Block) -> Iterator[Step]:
    """The commands of a console block.

    Raises:
        AssertionError: The block does not begin with a command.
    """
    lines = block.text.splitlines()
    assert lines[0].startswith("$ "), f"line {block.line} is no command"
    starts = [number for number, line in enumerate(lines) if line.startswith("$ ")]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        split = start + 1
        while lines[split - 1].endswith("\\"):
            split += 1
        yield Step("\n".join(lines[start:split])[2:], tuple(lines[split:end]), block.line + start)


def matches(expected: Sequence[str], actual: Sequence[str]) -> bool:
    """Whether output is as expected; spaces at the ends of lines and empty lines at the end do not count."""
    pattern = ""
    for line in "\n".join(line.rstrip() for line in expected).rstrip().splitlines():
        pattern += r"(?:.*\n)*?" if line == _ANY_LINES else ".*".join(map(re.escape, line.split(_ANY_LINES))) + r"\n"
    text = "\n".join(line.rstrip() for line in actual).rstrip()
    return re.fullmatch(pattern, f"{text}\n" if text else "") is not None


class Reader:
    """Somebody who tries all that a page shows, in a folder of their own.

    Args:
        page: The page.
        folder: An empty folder.
        programs: Where commands are looked for first; where this Python is, by default.
        variables: Further environment variables.
    """

    def __init__(
        self, page: Path, folder: Path, programs: Path | None = None, variables: Mapping[str, str] | None = None
    ) -> None:
        self._page = page
        self._folder = folder
        home = folder.parent / "home"
        home.mkdir()
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("STACKKIT", "PYTEST", "XDG_", "PYTHONDONT"))
        }
        path = f"{programs or Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        own = {"PATH": path, "HOME": str(home), "COLUMNS": "80", "PYTHONUNBUFFERED": "1"}
        own["PYTEST_DEBUG_TEMPROOT"] = str(home)  # else its runs clear up after those of others
        self._environment = {**kept, **own, **(variables or {})}
        self._module = ModuleType("page")

    def read(self) -> None:
        """Try everything, from top to bottom.

        Raises:
            AssertionError: Something did not go as the page says.
        """
        page = blocks(self._page.read_text(encoding="utf-8"))
        own = {Path(block.title).stem for block in page}
        hidden = {name: sys.modules.pop(name) for name in own if name in sys.modules}
        sys.modules[self._module.__name__] = self._module
        sys.path.insert(0, str(self._folder))
        try:
            with chdir(self._folder):
                for block in page:
                    self._try(block)
        finally:
            sys.path.remove(str(self._folder))
            for name in (self._module.__name__, *own):
                sys.modules.pop(name, None)
            sys.modules.update(hidden)

    def _try(self, block: Block) -> None:
        if block.title:
            file = self._folder / block.title
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block.text, encoding="utf-8")
        elif block.language == "console":
            for step in steps(block):
                self._type(step)
        elif block.language == "python":
            self._run(block)

    def _type(self, step: Step) -> None:
        done = subprocess.run(
            ["bash", "-c", step.command],  # noqa: S607 - whichever bash the reader has
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=60,
            text=True,
            check=False,
        )
        place = f"{self._page.name}:{step.line}: $ {step.command}"
        expected = "\n".join(step.output)
        assert matches(step.output, done.stdout.splitlines()), f"{place}\nprints\n{done.stdout}\nand not\n{expected}"
        assert (done.returncode != 0) == step.fails, f"{place}\nexits with {done.returncode} and prints\n{done.stdout}"

    def _run(self, block: Block) -> None:
        namespace = vars(self._module)
        place = f"{self._page.name}:{block.line}"
        if ">>>" in block.text:
            test = doctest.DocTestParser().get_doctest(block.text, namespace, place, str(self._page), block.line - 1)
            report = StringIO()
            runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
            runner.run(test, out=report.write, clear_globs=False)
            namespace.update(test.globs)  # the test has a copy
            assert not runner.failures, report.getvalue()
            return
        lines = "\n" * (block.line - 1)  # so that a traceback names the line of the page
        printed = StringIO()
        with redirect_stdout(printed):
            exec(compile(lines + block.text, self._page, "exec", dont_inherit=True), namespace)  # noqa: S102 - our own page
        assert not printed.getvalue(), f"{place} prints, and the page does not show it: {printed.getvalue()}"
