"""How fast documents are read and written beside what others offer, what that takes in memory, and what it costs to start."""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from operator import attrgetter
from pathlib import Path
from time import process_time
from typing import Final

import orjson

from harness.memory import measure_memory
from harness.process import process
from harness.report import Report
from harness.script import Options, run
from harness.timing import Side, Timings, duration, take_turns
from serialization_peers import by_adaptix, by_cattrs, by_hand, by_mashumaro, by_msgspec, by_pydantic, by_stackkit
from serialization_peers.documents import (
    MANY,
    MISSPELT,
    NEAR_MISSES,
    VALUES,
    difference,
    document_with_repeated_key,
    large,
    mixed,
    rich_types,
    small,
    wrong_document,
    wrong_documents,
)
from serialization_peers.library import Form, Library
from serialization_peers.starting import IMPORTS, MODULES, PHASES, first_uses
from stackkit import StackComponent, dumps

PEERS: Final = (by_stackkit, by_hand, by_msgspec, by_pydantic, by_mashumaro, by_adaptix, by_cattrs)
LIBRARIES: Final[Mapping[str, Library]] = {module.LIBRARY.name: module.LIBRARY for module in PEERS}
OURS, BASELINE = "stackkit", "pydantic"
OPERATIONS: Final = ("loads", "dumps", "round trip", "to builtins", "from builtins")
GOALS: Final = (
    ("pydantic", {"loads": 0.6, "dumps": 0.6, "round trip": 0.6, "to builtins": 0.75, "from builtins": 1.0}),
    ("by hand", {"loads": 0.55}),
    ("msgspec Struct", {"loads": 1.75}),
)
PEAK_GOAL = 1.1
ERROR_GOAL = 6
ROUNDS, ROUNDS_OF_MANY, STARTS = 15, 9, 11
INTRODUCTION = f"""\
All of them read and write the same documents, envelope included; what they read is compared with what it should be before
anything is timed. The cells of a table are medians of the processor's time for one call, and the ratio to {BASELINE}: all take
turns in one run, with the garbage collector on. "By hand" is strict code written for each of the classes, on orjson; a msgspec
Struct is filled by C code. stackkit has no call for several components: 10,000 are read and written one by one, by all. What
the libraries look at differs, as the first table says: stackkit alone looks for repeated keys, and at values that it writes."""


def sides(library: Library, form: Form, documents: Sequence[bytes]) -> dict[str, Side]:
    """What is timed: every operation, on one document or on all of them."""
    load, dump, read, write = form.load, form.dump, form.from_builtins, form.to_builtins
    values = [checked(library, form, data) for data in documents]
    builtins = [json.loads(data) for data in documents]
    if len(documents) == 1:
        data, value, plain = documents[0], values[0], builtins[0]
        single = (
            partial(load, data),
            partial(dump, value),
            lambda: load(dump(value)),
            partial(write, value),
            partial(read, plain),
        )
        return dict(zip(OPERATIONS, single, strict=True))
    return {
        "loads": lambda: [load(data) for data in documents],
        "dumps": lambda: [dump(value) for value in values],
        "round trip": lambda: [load(dump(value)) for value in values],
        "to builtins": lambda: [write(value) for value in values],
        "from builtins": lambda: [read(plain) for plain in builtins],
    }


def checked(library: Library, form: Form, data: bytes) -> object:
    """What a library makes of a document, when that and all that it makes of it are right.

    Raises:
        ValueError: They are not.
    """
    expected, value = by_stackkit.LIBRARY.mixed.load(data), form.load(data)
    answers = {
        "loads": value,
        "from builtins": form.from_builtins(json.loads(data)),
        "dumps": by_stackkit.LIBRARY.mixed.load(form.dump(value)),
        "to builtins": form.from_builtins(json.loads(orjson.dumps(form.to_builtins(value)))),
    }
    for operation, answer in answers.items():
        if wrong := difference(expected, getattr(answer, "config", answer)):
            raise ValueError(f"{library.name}, {operation}{wrong}")
    return value


def measure_speed(
    report: Report, title: str, form: Callable[[Library], Form], components: Sequence[StackComponent], rounds: int
) -> None:
    """Time every operation of every library, and compare with the goals."""
    documents = [dumps(component) for component in components]
    prepared = {name: sides(library, form(library), documents) for name, library in LIBRARIES.items()}
    found: dict[str, Timings] = {}
    for operation in OPERATIONS:
        found[operation] = take_turns(
            {name: timed[operation] for name, timed in prepared.items()}, rounds=rounds, clock=process_time
        )
    rows = [(name, *(_cell(found[operation], name) for operation in OPERATIONS)) for name in LIBRARIES]
    report.table(title, ("", *OPERATIONS), rows)
    for peer, limits in GOALS:
        for operation, limit in limits.items():
            report.goal(f"{title}: {operation}, beside {peer}", at_most=limit, found=found[operation].ratio(OURS, peer))


def _cell(timings: Timings, name: str, baseline: str = BASELINE) -> str:
    return f"{duration(timings.median(name))} · {timings.ratio(name, baseline):.2f}"


def measure_array(report: Report, documents: Sequence[bytes], rounds: int) -> None:
    """Time the reading of one JSON array, for those who have a call for that, beside stackkit reading one by one."""
    array = b"[" + b",".join(documents) + b"]"
    read: dict[str, Side] = {f"{OURS}, one by one": partial(read_all, LIBRARIES[OURS], documents)}
    for name, library in LIBRARIES.items():
        if library.load_array:
            read[f"{name}, one array"] = partial(library.load_array, array)
    found = take_turns(read, rounds=rounds, clock=process_time)
    rows = [(name, _cell(found, name, f"{BASELINE}, one array")) for name in read]
    report.table(f"{MANY:,} components as one JSON array", ("", "loads"), rows)


def read_all(library: Library, documents: Sequence[bytes]) -> list[object]:
    """What many documents stand for."""
    load = library.mixed.load
    return [load(data) for data in documents]


def measure_memory_of_many(report: Report, documents: Sequence[bytes]) -> None:
    """The memory that reading many components takes, and keeps."""
    rows: list[tuple[str, ...]] = []
    for name, library in LIBRARIES.items():
        memory = measure_memory(partial(read_all, library, documents))
        rows.append((name, f"{memory.kept / 2**20:.1f} MiB", f"{memory.peak / 2**20:.1f} MiB", f"{memory.ratio:.2f}"))
        if name == OURS:
            report.goal(f"reading {MANY:,} components: peak beside what is kept", at_most=PEAK_GOAL, found=memory.ratio)
    report.table(f"Memory for reading {MANY:,} components, of Python's allocators", ("", "kept", "peak", "peak to kept"), rows)


def measure_strictness(report: Report) -> None:
    """What each library looks at: in documents that are wrong, and in values that are."""
    rows: list[tuple[str, ...]] = []
    for name, library in LIBRARIES.items():
        refused = sum(_error(library, data) is not None for data in wrong_documents().values())
        error = _error(library, wrong_document())
        named = library.mistakes(error) if error else 0
        repeated = "refused" if _error(library, document_with_repeated_key()) else "read"
        written = "written" if writes_wrong_value(library) else "refused"
        left = ", ".join(sorted(rich_types(library.large.to_builtins(library.large.load(dumps(large(1)))))))
        counts = (f"{refused} of {len(NEAR_MISSES)}", f"{named} of {len(MISSPELT)}")
        rows.append((name, *counts, repeated, written, left or "none"))
        if name == OURS:
            report.goal("wrong documents that are read all the same", at_most=0, found=len(NEAR_MISSES) - refused)
            report.goal("mistakes of a document that its error does not name", at_most=0, found=len(MISSPELT) - named)
    header = (
        "",
        "wrong documents refused",
        "mistakes named at once",
        "a repeated key",
        "a wrong value, to write",
        "left in builtins",
    )
    report.table("What is checked", header, rows)


def writes_wrong_value(library: Library) -> bool:
    """Whether a library makes a document of an object that it would not read."""
    value = library.small.load(dumps(small(1)))
    if isinstance(value, StackComponent):
        value = value.replace(retries="5")
    else:
        setattr(getattr(value, "config", value), "retries", "5")  # noqa: B010 - the class is the library's own
    with warnings.catch_warnings(), suppress(Exception):
        warnings.simplefilter("ignore")  # pydantic's, which writes the value all the same
        return bool(library.small.dump(value))
    return False


def _error(library: Library, data: bytes) -> Exception | None:
    try:
        library.large.load(data)
    except Exception as error:  # noqa: BLE001 - each library has errors of its own
        return error
    return None


def measure_errors(report: Report, rounds: int) -> None:
    """Time the refusal of documents with several mistakes."""
    kinds = {f"{len(VALUES)} wrong values": VALUES, f"{len(MISSPELT)} mistakes, one a misspelt key": MISSPELT}
    for kind, mistakes in kinds.items():
        data = wrong_document(mistakes)
        found: list[Timings] = []
        for refused in (_error, _shown):
            refusals = {name: partial(refused, library, data) for name, library in LIBRARIES.items()}
            found.append(take_turns(refusals, rounds=rounds, clock=process_time))
        rows = [(name, *(_cell(timings, name) for timings in found)) for name in LIBRARIES]
        report.table(f"An error for a document of 15 fields with {kind}", ("", "raised", "raised and shown"), rows)
        for what, timings in zip(("raised", "raised and shown"), found, strict=True):
            report.goal(f"{kind}: error {what}, beside {BASELINE}", at_most=ERROR_GOAL, found=timings.ratio(OURS, BASELINE))


def _shown(library: Library, data: bytes) -> str:
    return str(_error(library, data))


def measure_first_use(report: Report, rounds: int) -> None:
    """What a flavor costs that is used once or twice, as by a command line."""
    found = first_uses(dumps(large(1)), rounds)
    rows = [(name, *(_cell(found[phase], name) for phase in PHASES)) for name in LIBRARIES]
    report.table("Defining three flavors; then the uses of the large one: read and write a document", ("", *PHASES), rows)


def measure_imports(report: Report, rounds: int) -> None:
    """What a process takes that imports a library, and one that reads a document too."""
    document = dumps(small(1))
    commands = {"nothing": "pass", **IMPORTS}
    reading = {"nothing": "pass"}
    for name, module in MODULES.items():
        reading[name] = f"from serialization_peers.{module} import LIBRARY; LIBRARY.small.load({document!r})"
    folder = Path(__file__).parent
    tables = [
        take_turns({name: process((sys.executable, "-c", text), folder) for name, text in group.items()}, rounds=rounds)
        for group in (commands, reading)
    ]
    rows = [(name, *(_cell(timings, name) for timings in tables)) for name in commands]
    report.table(
        "A process, from its start to its end, by the clock", ("", "imports it", "and defines flavors, reads a document"), rows
    )


def measure(report: Report, options: Options) -> None:
    """Measure all of it."""
    report.text(INTRODUCTION)
    rounds = options.rounds or ROUNDS
    many = mixed()
    documents = [dumps(component) for component in many]
    measure_strictness(report)
    measure_speed(report, "4 fields", attrgetter("small"), [small(3)], rounds)
    measure_speed(report, "15 fields", attrgetter("large"), [large(1)], rounds)
    measure_speed(report, f"{MANY:,} mixed", attrgetter("mixed"), many, options.rounds or ROUNDS_OF_MANY)
    measure_array(report, documents, options.rounds or ROUNDS_OF_MANY)
    measure_memory_of_many(report, documents)
    measure_errors(report, rounds)
    measure_first_use(report, options.rounds or STARTS)
    measure_imports(report, options.rounds or STARTS)
    report.text("What the command line takes from start to end stands in the section of the command line.")


if __name__ == "__main__":
    run(
        "Serialization",
        __file__,
        measure,
        packages=("attrs", "cattrs", "msgspec", "orjson", "pydantic", "pydantic-core", "mashumaro", "adaptix"),
    )
