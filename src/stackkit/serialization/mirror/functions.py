"""The functions that are generated for a flavor, as a whole: the envelope around its configuration is part of them."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, Final, Literal, TypeAlias

from stackkit.core.component import StackComponent, type_of
from stackkit.serialization.converter import config_codec
from stackkit.serialization.formats import Data
from stackkit.serialization.mirror.decoding import of, quotes_in, struct
from stackkit.serialization.mirror.reading import QUOTES, Reading
from stackkit.serialization.mirror.source import Source
from stackkit.serialization.mirror.writing import Writing

Function: TypeAlias = Callable[[Any], Any]
"""Makes a component of a document, or the other way round; None where the codecs have to look at it."""

_QUOTES: Final = 12
"""How many quotation marks the envelope has: four keys and two texts."""


@contextmanager
def _guarded(source: Source) -> Generator[None]:
    """What is written inside of the context raises nothing: the codecs tell what is wrong."""
    with source.block("try:"):
        yield
    source.line("except Exception: return None")


def reads_json(flavor: type[StackComponent]) -> Function:
    """A function that reads JSON documents of a flavor.

    Args:
        flavor: The flavor's class.

    Raises:
        UnmirroredError: None can be made.
        UnsupportedTypeError: Fields of the flavor cannot be serialized.
    """
    import msgspec

    source = Source()
    with _guarded(source):
        source.line(f"if type(value) is not bytes: value = {source.constant(_as_bytes)}(value)")
        source.line(f"found = value.count(34) if 92 not in value else {source.constant(quotes_in)}(value)")
        config = Reading(source, from_json=True).read(config_codec(flavor))
        fields = [(name, of(Literal, value), msgspec.NODEFAULT) for name, value in _constants(flavor).items()]
        envelope = struct([*fields, ("version", int, msgspec.NODEFAULT), ("config", config.type, msgspec.NODEFAULT)])
        source.line(f"envelope = {source.constant(msgspec.json.Decoder(envelope).decode)}(value)")
        source.leave_if(f"envelope.version != {source.constant(flavor)}.VERSION")
        source.line(f"{QUOTES} = {config.quotes + _QUOTES}")
        source.line("config = envelope.config")
        made = config.write("config") if config.write else "config"
        source.line(f"return {made} if found == {QUOTES} else None")
    return source.function("value")


def _as_bytes(data: Data) -> bytes:
    return data.encode() if isinstance(data, str) else bytes(data)


def _constants(flavor: type[StackComponent]) -> dict[str, str]:
    return {"type": type_of(flavor).slug, "flavor": flavor.FLAVOR}


def reads_builtins(flavor: type[StackComponent]) -> Function:
    """A function that reads documents of a flavor that are builtins.

    Args:
        flavor: The flavor's class.

    Raises:
        UnmirroredError: None can be made.
        UnsupportedTypeError: Fields of the flavor cannot be serialized.
    """
    source = Source()
    with _guarded(source):
        source.leave_if("type(value) is not dict or len(value) != 4")
        for key, expected in _constants(flavor).items():
            found = source.variable(f"value[{key!r}]")
            source.leave_if(f"type({found}) is not str or {found} != {expected!r}")
        source.line("version = value['version']")
        source.leave_if(f"type(version) is not int or version != {source.constant(flavor)}.VERSION")
        source.line("config = value['config']")
        config = Reading(source, from_json=False).read(config_codec(flavor))
        source.line(f"return {config.write('config') if config.write else 'config'}")
    return source.function("value")


def writes_builtins(flavor: type[StackComponent]) -> Function:
    """A function that writes components of a flavor as builtins.

    Args:
        flavor: The flavor's class.

    Raises:
        UnmirroredError: None can be made.
        UnsupportedTypeError: Fields of the flavor cannot be serialized.
    """
    import msgspec

    return _writes(flavor, msgspec.to_builtins, to_json=False)


def writes_json(flavor: type[StackComponent]) -> Function:
    """A function that writes components of a flavor as JSON.

    Args:
        flavor: The flavor's class.

    Raises:
        UnmirroredError: None can be made.
        UnsupportedTypeError: Fields of the flavor cannot be serialized.
    """
    import msgspec

    return _writes(flavor, msgspec.json.Encoder(order="deterministic").encode, to_json=True)


def _writes(flavor: type[StackComponent], finish: Function, *, to_json: bool) -> Function:
    import msgspec

    source = Source()
    with _guarded(source):
        config = Writing(source, to_json=to_json).write(config_codec(flavor), 0, "value")
        envelope = source.constant(msgspec.defstruct("Envelope", ["type", "flavor", "version", "config"], gc=False))
        constants = ", ".join(map(repr, _constants(flavor).values()))
        document = f"{envelope}({constants}, {source.constant(flavor)}.VERSION, {config})"
        source.line(f"return {source.constant(finish)}({document})")
    return source.function("value")
