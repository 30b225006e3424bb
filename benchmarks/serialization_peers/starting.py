"""What libraries cost before they are fast: to import them, to define flavors, and to use a flavor for the first time."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from itertools import count, pairwise
from types import CodeType, ModuleType
from typing import Final

from harness.timing import Timings
from serialization_peers.library import Library

MODULES: Final[Mapping[str, str]] = {
    "stackkit": "by_stackkit",
    "by hand": "by_hand",
    "msgspec Struct": "by_msgspec",
    "pydantic": "by_pydantic",
    "mashumaro": "by_mashumaro",
    "adaptix": "by_adaptix",
    "cattrs": "by_cattrs",
}
IMPORTS: Final[Mapping[str, str]] = {
    "stackkit": "from stackkit import BaseAlerter, dumps, loads",
    "by hand": "import attrs, orjson",
    "msgspec Struct": "import msgspec",
    "pydantic": "from pydantic import BaseModel, TypeAdapter",
    "mashumaro": "from mashumaro.mixins.orjson import DataClassORJSONMixin",
    "adaptix": "import orjson; from adaptix import Retort",
    "cattrs": "import attrs; from cattrs.preconf.orjson import make_converter",
}
PHASES: Final = ("definition", "first use", "second use", "third use")
_numbers = count()


def first_uses(data: bytes, rounds: int) -> dict[str, Timings]:
    """What each phase in the life of a flavor takes, for every library.

    Args:
        data: A document of the large flavor; a use is to read it and to write what was read.
        rounds: How often each library defines its flavors anew.
    """
    codes = {name: _code(module) for name, module in MODULES.items()}
    taken: dict[str, dict[str, list[float]]] = {phase: {name: [] for name in codes} for phase in PHASES}
    for turn in range(rounds + 1):
        for name, code in codes.items():
            gc.collect()
            for phase, seconds in zip(PHASES, _lived(code, data), strict=True):
                if turn:  # the first one warms up what the libraries keep for all flavors
                    taken[phase][name].append(seconds)
    return {phase: Timings({name: tuple(times) for name, times in sides.items()}) for phase, sides in taken.items()}


def _lived(code: CodeType, data: bytes) -> list[float]:
    """Processor time for each phase, of flavors that are made anew."""
    module = ModuleType(f"made_anew_{next(_numbers)}")
    sys.modules[module.__name__] = module  # where annotations are looked up
    moments = [time.process_time()]
    exec(code, vars(module))  # noqa: S102 - a module of this package, to have its classes defined again
    library: Library = module.LIBRARY
    moments.append(time.process_time())
    for _ in range(len(PHASES) - 1):
        library.large.dump(library.large.load(data))
        moments.append(time.process_time())
    del sys.modules[module.__name__]
    return [after - before for before, after in pairwise(moments)]


def _code(module: str) -> CodeType:
    spec = find_spec(f"serialization_peers.{module}")
    get_code: Callable[[str], CodeType] = getattr(spec.loader, "get_code") if spec else _missing  # noqa: B009 - no loader's type tells
    return get_code(f"serialization_peers.{module}")


def _missing(module: str) -> CodeType:
    raise ModuleNotFoundError(module)
