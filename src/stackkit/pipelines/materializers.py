"""Materializers: how values of a type become the content of an artifact, and values again."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import IO, ClassVar, Final, Generic, TypeVar, cast, get_origin

from typing_extensions import override

from stackkit.errors import PipelineError, Problem
from stackkit.pipelines.importable import function_at
from stackkit.pipelines.values import is_writable, read_parameter, write_parameter

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


class BytesMaterializer(Materializer[bytes]):
    """Bytes as they are."""

    @override
    def save(self, value: bytes, file: IO[bytes], tp: object) -> None:
        file.write(value)

    @override
    def load(self, file: IO[bytes], tp: object, folder: Path) -> bytes:
        return file.read()


class TextMaterializer(Materializer[str]):
    """Texts in UTF-8."""

    @override
    def save(self, value: str, file: IO[bytes], tp: object) -> None:
        file.write(value.encode("utf-8", "surrogatepass"))

    @override
    def load(self, file: IO[bytes], tp: object, folder: Path) -> str:
        return file.read().decode("utf-8", "surrogatepass")


KIT: Final = {
    "json": f"{__name__}:JsonMaterializer",
    "bytes": f"{__name__}:BytesMaterializer",
    "text": f"{__name__}:TextMaterializer",
}
"""The materializers of the kit, by name."""

_BY_TYPE: Final = {("builtins", "bytes"): "bytes", ("builtins", "str"): "text"}
"""Which of them a type has, by the module and name of a class, so that none has to be imported to be compared with."""


@cache
def materializer(name: str) -> Materializer[object]:
    """A materializer, by its name or import path.

    Raises:
        PipelineError: It is none.
        ImportPathError: It cannot be imported here.
    """
    found = function_at(KIT.get(name, name))
    if not (isinstance(found, type) and issubclass(found, Materializer)):
        raise PipelineError(Problem(f"{name} is no materializer", remedy="name a class that inherits Materializer"))
    cls = cast("type[Materializer[object]]", found)
    if inspect.isabstract(cls):
        raise PipelineError(Problem(f"{name} lacks methods", remedy="define save and load"))
    return cls()


def materializer_name(tp: object, wished: str | type | None = None) -> str:
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
    named = next(_named(tp), None)
    if named is not None:
        return named
    if is_writable(tp):
        return "json"
    shown = getattr(tp, "__qualname__", str(tp))
    remedy = 'write a Materializer, or name one: materializers={"output": "cloudpickle"}'
    raise PipelineError(Problem(f"no materializer writes {shown}", remedy=remedy))


def _named(tp: object) -> Iterator[str]:
    cls = get_origin(tp) or tp
    if isinstance(cls, type):
        for base in cls.__mro__:
            if base.__module__ == "builtins" and base is not cls:
                continue  # a subclass of str or bytes is written as what it is
            name = _BY_TYPE.get((base.__module__.partition(".")[0], base.__qualname__))
            if name is not None:
                yield name
