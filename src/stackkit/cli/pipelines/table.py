"""A run as a table at a terminal, which is drawn anew while the run goes on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from stackkit.cli.render import visible
from stackkit.cli.run_rows import elapsed
from stackkit.cli.standard_output import lines_handed_on, terminal
from stackkit.core.runs import DONE, RunRecord, StepRecord, StepStatus

if TYPE_CHECKING:  # rich takes a tenth of a second, and only a terminal needs it
    from rich.console import Console, RenderableType
    from rich.text import Text

STYLES: Final[dict[StepStatus, str]] = {
    "completed": "green",
    "cached": "cyan",
    "running": "yellow",
    "failed": "bold red",
    "killed": "magenta",
}
_AROUND: Final = 5
"""How many lines of the terminal are not for steps: the headings, the count, and room for what is typed."""
_FEWEST: Final = 5
_FIRST: Final[tuple[StepStatus, ...]] = ("failed", "killed", "running")
_PER_SECOND: Final = 8


class LiveTable:
    """A row for each step, as far as they fit on the terminal; what steps print appears above.

    Args:
        steps: The names of the steps.
    """

    def __init__(self, steps: Sequence[str]) -> None:
        self._steps = steps
        self._records: dict[str, StepRecord] = {}
        self._run: RunRecord | None = None
        self._open = ExitStack()
        self._console: Console | None = None

    def __enter__(self) -> Self:
        from rich.console import Console
        from rich.live import Live

        with ExitStack() as opened:
            self._console = Console(file=opened.enter_context(terminal()), highlight=False, markup=False, emoji=False)
            live = Live(
                console=self._console,
                get_renderable=self._drawn,
                refresh_per_second=_PER_SECOND,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            opened.enter_context(live)
            opened.enter_context(lines_handed_on(self._above))
            self._open = opened.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._open.close()

    def begin(self, run: RunRecord, done: Iterable[StepRecord]) -> None:
        """Show what runs, and what is done of it."""
        self._records |= {step.step: step for step in done}
        self._run = run

    def step(self, step: StepRecord) -> None:
        """Show how a step stands."""
        self._records |= {step.step: step}

    def _above(self, line: str) -> None:
        from rich.text import Text

        if self._console is not None:
            self._console.print(Text.from_ansi(line.rstrip("\r").rpartition("\r")[2]), soft_wrap=True)

    def _drawn(self) -> RenderableType:
        from rich.console import Group
        from rich.table import Table
        from rich.text import Text

        if self._run is None or self._console is None:
            return Text("")
        records = self._records
        table = Table(box=None, header_style="bold", pad_edge=False)
        for heading in ("STEP", "STATUS", "TIME"):
            table.add_column(heading, no_wrap=True)
        for name in shown(self._steps, records, max(self._console.height - _AROUND, _FEWEST)):
            table.add_row(*self._row(name, records.get(name)))
        title = f"run {self._run.name} on {self._run.stack}"
        return Group(Text(visible(title)), table, Text(counted(self._steps, records.values())))

    @staticmethod
    def _row(name: str, step: StepRecord | None) -> list[Text]:
        from rich.text import Text

        if step is None:
            return [Text(visible(name), "dim"), Text("waiting", "dim"), Text("")]
        again = f"  attempt {step.attempt}" if step.attempt > 1 else ""
        return [Text(visible(name)), Text(step.status, STYLES[step.status]), Text(elapsed(step.started, step.ended) + again)]


def shown(steps: Sequence[str], records: dict[str, StepRecord], most: int) -> list[str]:
    """The steps that a table has room for, in the order of the pipeline: what failed or runs, what ended last, what is next.

    Args:
        steps: The names of all steps.
        records: Those that have begun.
        most: How many there is room for.
    """
    if len(steps) <= most:
        return [*steps]
    begun = [records[name] for name in steps if name in records]
    first = [step.step for status in _FIRST for step in begun if step.status == status]
    ended = [step for step in begun if step.status in DONE]
    last = [step.step for step in sorted(ended, key=_end, reverse=True)]
    waiting = [name for name in steps if name not in records]
    chosen = {*[*first, *last[: most // 2], *waiting, *last[most // 2 :]][:most]}
    return [name for name in steps if name in chosen]


def _end(step: StepRecord) -> datetime:
    return step.ended or step.started


def counted(steps: Sequence[str], records: Iterable[StepRecord]) -> str:
    """How many steps stand how, in a line.

    Args:
        steps: The names of all steps.
        records: Those that have begun.
    """
    count = Counter(step.status for step in records)
    done = sum(count[status] for status in DONE)
    others = [f"{count[status]} {status}" for status in ("cached", "running", "failed", "killed") if count[status]]
    return ", ".join([f"{done} of {len(steps)} done", *others])
