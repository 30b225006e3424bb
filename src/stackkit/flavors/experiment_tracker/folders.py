"""Where runs are: a folder for each experiment, and in it one for each of its runs."""

from __future__ import annotations

import json
import os
import posixpath
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from stackkit.core.narrow import is_dict
from stackkit.errors import Problem, TrackingError
from stackkit.flavors.experiment_tracker.journal import JOURNAL, first_line
from stackkit.flavors.experiment_tracker.names import file_name
from stackkit.flavors.local_files.new_folders import make_folder
from stackkit.flavors.local_files.temporary import clear_folder

METRICS: Final = "metrics"
ARTIFACTS: Final = "artifacts"

_EXPERIMENT: Final = "experiment.json"
_RUN_ID: Final = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9a-f]{8}")
_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


def make_run(
    root: str, experiment: str, name: str, parent: str | None, tags: Mapping[str, str], cleared: set[str]
) -> tuple[str, str]:
    """Make the folder of a run, whole or not at all; that of its experiment too, where it is new.

    Args:
        root: The tracker's folder, made where there is none.
        experiment: The experiment's name.
        name: The run's name; made up when empty.
        parent: The run it is nested in.
        tags: Its first tags.
        cleared: The folders that what dead processes left was cleared away from; completed.

    Returns:
        The run's identifier, and its folder.

    Raises:
        OSError: As the operating system says.
        TrackingError: The experiment's folder is something else.
    """
    folder = _experiment_folder(root, experiment)
    descriptor = os.open(folder, _FOLDER)
    try:
        if folder not in cleared:
            cleared.add(folder)
            clear_folder(descriptor)
        while True:
            run_id = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(4)}"
            line = first_line(run_id, experiment, name or f"run-{run_id[-8:]}", parent, tags)
            if make_folder(descriptor, run_id, {JOURNAL: line}):
                return run_id, posixpath.join(folder, run_id)
    finally:
        os.close(descriptor)


def _experiment_folder(root: str, experiment: str) -> str:
    folder = posixpath.join(root, file_name(experiment))
    if not _is_file(folder, _EXPERIMENT):
        Path(root).mkdir(parents=True, exist_ok=True)
        descriptor = os.open(root, _FOLDER)
        try:
            clear_folder(descriptor)
            content = json.dumps({"experiment": experiment}, ensure_ascii=False).encode() + b"\n"
            made = make_folder(descriptor, posixpath.basename(folder), {_EXPERIMENT: content})
        finally:
            os.close(descriptor)
        if not made and not _is_file(folder, _EXPERIMENT):
            raise TrackingError(Problem("is not the folder of an experiment", where=folder, remedy="move it away"))
    return folder


def find_run(root: str, run_id: str) -> str | None:
    """The folder of a run, or None.

    Args:
        root: The tracker's folder.
        run_id: What identifies it.
    """
    if not _RUN_ID.fullmatch(run_id):
        return None
    return next((folder for entry in _entries(root) if _is_file(folder := f"{entry}/{run_id}", JOURNAL)), None)


def experiments(root: str) -> Iterator[str]:
    """The name of each experiment.

    Args:
        root: The tracker's folder.

    Raises:
        TrackingError: The file that names an experiment is damaged.
    """
    for folder in _entries(root):
        path = posixpath.join(folder, _EXPERIMENT)
        with suppress(FileNotFoundError, NotADirectoryError):
            yield _experiment_name(path)


def _experiment_name(path: str) -> str:
    content = Path(path).read_bytes()
    try:
        found: object = json.loads(content)
    except ValueError:
        found = None
    name = found.get("experiment") if is_dict(found) else None
    if not isinstance(name, str):
        raise TrackingError(Problem("does not name an experiment", where=path, remedy='write {"experiment": "its name"}'))
    return name


def runs(root: str, experiment: str | None = None) -> Iterator[str]:
    """The folders of all runs, or of those of an experiment, in no order.

    Args:
        root: The tracker's folder.
        experiment: The experiment's name.
    """
    folders = _entries(root) if experiment is None else [posixpath.join(root, file_name(experiment))]
    for folder in folders:
        for entry in _entries(folder):
            if _RUN_ID.fullmatch(posixpath.basename(entry)):
                yield entry


def _entries(folder: str) -> list[str]:
    with suppress(FileNotFoundError, NotADirectoryError):
        return [posixpath.join(folder, name) for name in os.listdir(folder)]  # noqa: PTH208 - the names are enough
    return []


def _is_file(folder: str, name: str) -> bool:
    return os.path.isfile(posixpath.join(folder, name))  # noqa: PTH113 - a Path for each run is most of the time
