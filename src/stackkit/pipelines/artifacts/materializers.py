"""Materializers: how values of a type become the content of an artifact, and values again."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from functools import cache
from pathlib import Path
from typing import IO, Any, ClassVar, Final, Generic, TypeVar, cast, get_origin

from typing_extensions import override

from stackkit.errors import NotSerializableError, PipelineError, Problem
from stackkit.pipelines.artifacts.values import is_writable, read_parameter, write_parameter
from stackkit.pipelines.code.importable import function_at

V = TypeVar("V")


class Materializer(ABC, Generic[V]):
    """Writes values of some types, and reads them.

    A class of your own is used where a step names it: `@step(materializers={"output": MyMaterializer})`. It is imported by
    its path wherever the value is read, so it stands at the top of a module.

    >>> class Shouting(Materializer[str]):
    ...     def save(self, value: str, file: IO[bytes], tp: object) -> None:
    ...         file.write(value.upper().encode())
    ...
    ...     def load(self, file: IO[bytes], tp: object, folder: Path) -> str:
    ...         return file.read().decode()
    """

    VERSION: ClassVar[int] = 1
    """Raise it when what is written changes: results in caches are then made anew."""
    CHECK_FIRST: ClassVar[bool] = False
    """Whether all content is checked before `load` sees any: set it where reading what somebody changed can do harm."""

    @abstractmethod
    def save(self, value: V, file: IO[bytes], tp: object) -> None:
        """Write a value.

        Args:
            value: The value.
            file: Where to; it is written from the beginning to the end, and not closed here.
            tp: The annotation of the step's output.
        """

    @abstractmethod
    def load(self, file: IO[bytes], tp: object, folder: Path) -> V:
        """Read a value.

        Args:
            file: What was written; it can be read anywhere.
            tp: The annotation of the parameter that takes it.
            folder: A folder for what has to be a file, there until the step has ended.
        """


class JsonMaterializer(Materializer[object]):
    """Builtins, attrs classes, dataclasses, and all that configurations may hold, as JSON."""

    @override
    def save(self, value: object, file: IO[bytes], tp: object) -> None:
        file.write(write_parameter(value, tp).encode())

    @override
    def load(self, file: IO[bytes], tp: object, folder: Path) -> object:
        return read_parameter(file.read().decode(), tp)


def require_type(value: object, cls: type) -> None:
    """Refuse a value that is not what its step is annotated with.

    Raises:
        NotSerializableError: It is of another class.
    """
    if not isinstance(value, cls):
        raise NotSerializableError(Problem(f"expected {cls.__name__}, got {type(value).__name__}"))


class BytesMaterializer(Materializer[bytes]):
    """Bytes as they are."""

    @override
    def save(self, value: bytes, file: IO[bytes], tp: object) -> None:
        require_type(value, bytes)
        file.write(value)

    @override
    def load(self, file: IO[bytes], tp: object, folder: Path) -> bytes:
        return file.read()


class TextMaterializer(Materializer[str]):
    """Texts in UTF-8."""

    @override
    def save(self, value: str, file: IO[bytes], tp: object) -> None:
        require_type(value, str)
        file.write(value.encode("utf-8", "surrogatepass"))

    @override
    def load(self, file: IO[bytes], tp: object, folder: Path) -> str:
        return file.read().decode("utf-8", "surrogatepass")


_HERE: Final = __name__.rpartition(".")[0]

KIT: Final = {
    "json": f"{__name__}:JsonMaterializer",
    "bytes": f"{__name__}:BytesMaterializer",
    "text": f"{__name__}:TextMaterializer",
    "path": f"{_HERE}.file_materializer:PathMaterializer",
    "numpy": f"{_HERE}.table_materializers:NumpyMaterializer",
    "pyarrow": f"{_HERE}.table_materializers:ArrowMaterializer",
    "pandas": f"{_HERE}.table_materializers:PandasMaterializer",
    "pandas-series": f"{_HERE}.table_materializers:PandasSeriesMaterializer",
    "polars": f"{_HERE}.table_materializers:PolarsMaterializer",
    "polars-series": f"{_HERE}.table_materializers:PolarsSeriesMaterializer",
    "cloudpickle": f"{_HERE}.pickle_materializer:CloudpickleMaterializer",
}
"""The materializers of the kit, by name."""

IN_MEMORY: Final = frozenset(KIT) - {"path"}
"""Those whose values need no file."""

_BY_TYPE: Final = {
    ("builtins", "bytes"): "bytes",
    ("builtins", "str"): "text",
    ("pathlib", "Path"): "path",
    ("numpy", "ndarray"): "numpy",
    ("pyarrow", "Table"): "pyarrow",
    ("pandas", "DataFrame"): "pandas",
    ("pandas", "Series"): "pandas-series",
    ("polars", "DataFrame"): "polars",
    ("polars", "Series"): "polars-series",
}
"""Which of them a type has, by the package and name of a class, so that none has to be imported to be compared with."""


@cache
def materializer(name: str) -> Materializer[object]:
    """A materializer, by its name or import path.

    Raises:
        PipelineError: It is none.
        ImportPathError: It cannot be imported here.
    """
    if name not in KIT and ":" not in name:
        raise PipelineError(Problem(f"there is no materializer {name}", remedy=f"the kit has {', '.join(KIT)}"))
    found = function_at(KIT.get(name, name))
    if not (isinstance(found, type) and issubclass(found, Materializer)):
        raise PipelineError(Problem(f"{name} is no materializer", remedy="name a class that inherits Materializer"))
    cls = cast("type[Materializer[object]]", found)
    if inspect.isabstract(cls):
        raise PipelineError(Problem(f"{name} lacks methods", remedy="define save and load"))
    return cls()


def materializer_name(tp: object, wished: str | type[Materializer[Any]] | None = None) -> str:
    """What writes and reads values of a type.

    Args:
        tp: The annotation of a step's output.
        wished: What its author asks for: the name of a materializer of the kit, or a class.

    Raises:
        PipelineError: Nothing does, or what was asked for is no materializer.
    """
    if wished is not None:
        name = wished if isinstance(wished, str) else f"{wished.__module__}:{wished.__qualname__}"
        materializer(name)
        return name
    cls = _class_of(tp)
    if isinstance(cls, type):  # not of subclasses: they would come back as what they inherit
        named = _BY_TYPE.get((cls.__module__.partition(".")[0], cls.__qualname__))
        if named is not None:
            return named
    if is_writable(tp):
        return "json"
    shown = getattr(tp, "__qualname__", str(tp))
    remedy = 'name one that does, as in @step(materializers={"output": "cloudpickle"}), or write a Materializer'
    raise PipelineError(Problem(f"no materializer writes {shown}", remedy=remedy))


def _class_of(tp: object) -> object:
    """The class that an annotation stands for; `NDArray[...]` is an alias of one, from Python 3.12 on a lazy one."""
    found: object = get_origin(tp) or tp
    while type(found).__name__ == "TypeAliasType":
        value: object = getattr(found, "__value__", None)
        found = get_origin(value) or value
    return found
