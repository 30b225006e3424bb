"""The functions that are generated for a flavor, as a whole: the envelope around its configuration is part of them."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Final, Literal

from stackkit.core.component import StackComponent, type_of
from stackkit.serialization.converter import config_codec
from stackkit.serialization.formats.json_format import encode_json
from stackkit.serialization.formats.table import Data
from stackkit.serialization.mirror.decoding import of, repeats_no_key, struct
from stackkit.serialization.mirror.reading import COMMAS, MARKED, Reading
from stackkit.serialization.mirror.source import Function, Source
from stackkit.serialization.mirror.writing import Writing

_COMMAS: Final = 3
"""How many commas the envelope has, between four keys."""


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
        reading = Reading(source, from_json=True)
        config = reading.read(config_codec(flavor))
        fields = [(name, of(Literal, value), msgspec.NODEFAULT) for name, value in _constants(flavor).items()]
        envelope = struct([*fields, ("version", int, msgspec.NODEFAULT), ("config", config.type, msgspec.NODEFAULT)])
        decode = msgspec.json.Decoder(envelope).decode
        source.line(f"if type(value) is not bytes: value = {source.constant(_as_bytes)}(value)")
        source.line(f"envelope = {source.constant(decode)}(value)")
        source.leave_if(f"envelope.version != {flavor.VERSION}")
        if reading.has_mappings:
            source.line(f"{MARKED} = 36 in value or 92 in value  # a dollar sign, or the beginning of an escaped one")
        source.line(f"{COMMAS} = {config.commas + _COMMAS}")
        source.line("config = envelope.config")
        made = source.variable(config.write("config") if config.write else "config")
        is_checked = f"{source.constant(repeats_no_key)}(value, {source.constant(decode)})"
        source.line(f"return {made} if value.count(44) == {COMMAS} or {is_checked} else None")
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
        source.leave_if(f"type(version) is not int or version != {flavor.VERSION}")
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
    source = Source()
    with _guarded(source):
        config = Writing(source, to_json=False).write(config_codec(flavor), 0, "value")
        head = "".join(f"{key!r}: {value!r}, " for key, value in _head(flavor).items())
        source.line(f"return {{{head}'config': {config}}}")
    return source.function("value")


def writes_json(flavor: type[StackComponent]) -> Function:
    """A function that writes components of a flavor as JSON.

    Args:
        flavor: The flavor's class.

    Raises:
        UnmirroredError: None can be made.
        UnsupportedTypeError: Fields of the flavor cannot be serialized.
    """
    import msgspec

    source = Source()
    with _guarded(source):
        config = Writing(source, to_json=True).write(config_codec(flavor), 0, "value")
        head, encode = encode_json(_head(flavor))[:-1] + b',"config":', msgspec.json.Encoder(order="deterministic").encode
        source.line(f"return {head!r} + {source.constant(encode)}({config}) + b'}}'")
    return source.function("value")


def _head(flavor: type[StackComponent]) -> dict[str, object]:
    return {**_constants(flavor), "version": flavor.VERSION}
