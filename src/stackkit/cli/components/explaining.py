"""What a component type or a flavor is, in words for a person."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import get_args, get_type_hints

from typing_extensions import override

from stackkit.cli.components.fields import option_name, own_fields, shown_default, shown_type
from stackkit.core.component import StackComponent
from stackkit.core.constants import required_constants, type_name
from stackkit.registry.registry import FlavorRegistry
from stackkit.serialization.converter import config_codec


def field_rows(flavor: type[StackComponent]) -> list[dict[str, object]]:
    """A flavor's own fields: option, type, default, and what the author says of them."""
    codec = config_codec(flavor)
    return [
        {
            "option": option_name(name),
            "type": shown_type(codec.codecs[name]),
            "default": "required" if field.required else shown_default(field, codec.codecs[name]),
            "about": field.help,
        }
        for name, field in own_fields(codec).items()
    ]


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
            f"{title.capitalize()}: {registry.entry(slug).summary}.",
            "",
            f"A flavor is one class that inherits {base.__module__}.{base.__qualname__} and defines",
            *(f"  {line}" for line in _to_define(base)),
            *_laws(base),
            "",
            f"Flavors: {flavors}",
        ]
    )


def _to_define(base: type[StackComponent]) -> Iterator[str]:
    for name, wanted in required_constants(base).items():
        if not hasattr(base, name):
            yield f"{name}: ClassVar[{type_name(wanted)}] = ..."
    for name in sorted(getattr(base, "__abstractmethods__", ())):
        yield f"def {name}{_signature(getattr(base, name))}"
        summary = (inspect.getdoc(getattr(base, name)) or "").partition("\n")[0]
        if summary:
            yield f"    {summary}"


def _laws(base: type[StackComponent]) -> Iterator[str]:
    """What holds for every component of a type, as the docstring of its Protocol says it, from `Laws` on."""
    try:
        (token,) = get_args(get_type_hints(base)["TYPE"])  # ClassVar[ComponentType[ArtifactStore]]
        (protocol,) = get_args(token)
    except (NameError, TypeError, ValueError, KeyError):  # somebody's own base, annotated otherwise
        return
    _, found, laws = (inspect.getdoc(protocol) or "").partition("\nLaws")
    if found:
        yield ""
        yield from f"Laws{laws}".rstrip().splitlines()


def _signature(method: Callable[..., object]) -> str:
    found = inspect.signature(method)
    plain = [p if p.annotation is p.empty else p.replace(annotation=_Plain(p.annotation)) for p in found.parameters.values()]
    return str(found.replace(parameters=plain, return_annotation=_Plain(found.return_annotation)))


class _Plain:
    """An annotation in a signature, shown without the quotes of `from __future__ import annotations`."""

    def __init__(self, annotation: object) -> None:
        self._annotation = annotation

    @override
    def __repr__(self) -> str:
        return self._annotation if isinstance(self._annotation, str) else inspect.formatannotation(self._annotation)
