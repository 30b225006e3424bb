"""What a component type or a flavor is, in words for a person."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator

from typing_extensions import override

from stackkit.cli.fields import RESERVED, option_name
from stackkit.core.component import StackComponent
from stackkit.core.constants import required_constants
from stackkit.registry.registry import FlavorRegistry
from stackkit.serialization.converter import config_codec


def field_rows(flavor: type[StackComponent]) -> list[dict[str, object]]:
    """A flavor's own fields: option, type, default, and what the author says of them."""
    codec = config_codec(flavor)
    return [
        {
            "option": option_name(name),
            "type": codec.codecs[name].expected,
            "default": "required" if field.required else _default(field.default),
            "about": field.help,
        }
        for name, field in codec.fields.items()
        if name not in RESERVED
    ]


def _default(value: object) -> str:
    factory = getattr(value, "factory", None)
    return f"{getattr(factory, '__name__', 'made anew')}()" if factory is not None else repr(value)


def explanation(registry: FlavorRegistry, slug: str) -> str:
    """What a component type is, and what a flavor of it defines.

    Args:
        registry: Where the type is looked up.
        slug: Its slug.
    """
    base = registry.base(slug)
    title = slug.replace("_", " ")
    flavors = ", ".join(record.name for record in registry.records(slug)) or "none yet"
    return "\n".join(
        [
            f"{title.capitalize()}: {registry.entry(slug).summary}",
            "",
            inspect.getdoc(inspect.getmodule(base)) or "",
            "",
            f"A flavor is one class that inherits {base.__module__}.{base.__qualname__} and defines",
            *(f"  {line}" for line in _to_define(base)),
            "",
            f"Flavors: {flavors}",
        ]
    )


def _signature(method: Callable[..., object]) -> str:
    found = inspect.signature(method)
    plain = [p.replace(annotation=_Plain(p.annotation)) for p in found.parameters.values() if p.annotation is not p.empty]
    kept = [p for p in found.parameters.values() if p.annotation is p.empty]
    return str(found.replace(parameters=[*kept, *plain], return_annotation=_Plain(found.return_annotation)))


class _Plain:
    """An annotation in a signature, shown without the quotes of `from __future__ import annotations`."""

    def __init__(self, annotation: object) -> None:
        self._annotation = annotation

    @override
    def __repr__(self) -> str:
        return self._annotation if isinstance(self._annotation, str) else inspect.formatannotation(self._annotation)


def _to_define(base: type[StackComponent]) -> Iterator[str]:
    for name in required_constants(base):
        yield f"{name}: ClassVar[...] = ..."
    for name in sorted(getattr(base, "__abstractmethods__", ())):
        summary = (inspect.getdoc(getattr(base, name)) or "").partition("\n")[0]
        yield f"def {name}{_signature(getattr(base, name))}"
        if summary:
            yield f"    {summary}"
