"""Anything that Python can pickle, for those who ask for it."""

from __future__ import annotations

from pathlib import Path
from typing import IO, ClassVar

from typing_extensions import override

from stackkit.core.extras import Extra
from stackkit.pipelines.artifacts.materializers import Materializer


class CloudpickleMaterializer(Materializer[object]):
    """Any object, as cloudpickle writes it; used where a step asks for it by name.

    What it reads can run any code: read only what your own runs have written. The same value may be written differently
    another time, so that steps that take it run again.
    """

    CHECK_FIRST: ClassVar[bool] = True

    @override
    def save(self, value: object, file: IO[bytes], tp: object) -> None:
        with Extra("cloudpickle"):
            import cloudpickle
        cloudpickle.dump(value, file)

    @override
    def load(self, file: IO[bytes], tp: object, folder: Path) -> object:
        with Extra("cloudpickle"):
            import cloudpickle
        found: object = cloudpickle.load(file)
        return found
