"""JSON Schema of a flavor's documents, made of its codecs.

What validates is what loads, and what was written validates, but for what JSON Schema has no words for:

- To it 1.0 is the whole number 1. A field of type int takes no float, and a float field no whole number that a float
  cannot hold.
- In a list that stands for a set, elements differ as they are written; `1.0` and `1.00` are one Decimal.
- A field's own converter, validators other than those of attrs, and hooks of a user's own say nothing in the schema.
- Flags of more than ten bits that are not in a row, or of more than 64, are numbers of any bits.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Final, get_origin
from urllib.parse import quote

import attrs

from stackkit.core.component import StackComponent, type_of
from stackkit.core.narrow import is_list
from stackkit.errors import StackkitError
from stackkit.serialization.codecs.choices import UnionCodec
from stackkit.serialization.codecs.classes import ClassCodec
from stackkit.serialization.codecs.codec import Codec
from stackkit.serialization.codecs.constants import ConstantCodec
from stackkit.serialization.codecs.containers import MappingCodec, RowCodec, SetCodec, TupleCodec
from stackkit.serialization.converter import config_codec
from stackkit.serialization.document import KEYS
from stackkit.serialization.fields import ConfigField
from stackkit.serialization.schemas.rules import Rules
from stackkit.serialization.schemas.scalars import Schema, scalar_schema

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_EMPTY: Final[Mapping[object, object]] = {
    list: list[object](),
    dict: dict[str, object](),
    set: set[object](),
    frozenset: frozenset[object](),
    tuple: (),
}
"""Factories whose results are defaults like any other; what another factory makes may differ each time."""


def json_schema(flavor: type[StackComponent]) -> Schema:
    """The JSON Schema (2020-12) of a flavor's documents in their current version.

    Args:
        flavor: The flavor's class.

    Returns:
        The schema, as builtins.

    Raises:
        UnsupportedTypeError: Fields of the class cannot be serialized; every one is named.

    >>> from stackkit.flavors.alerter.console import ConsoleAlerter
    >>> schema = json_schema(ConsoleAlerter)
    >>> schema["title"], schema["required"]
    ('alerter console', ['type', 'flavor', 'version', 'config'])
    """
    maker = _Maker()
    config = maker.object(config_codec(flavor))
    kind = type_of(flavor)
    constants = {"type": kind.slug, "flavor": flavor.FLAVOR, "version": flavor.VERSION}
    properties: Schema = {**{name: {"const": value} for name, value in constants.items()}, "config": config}
    return {
        "$schema": DIALECT,
        "title": f"{kind.title} {flavor.FLAVOR}",
        **_description(_summary(flavor)),
        "type": "object",
        "properties": properties,
        "required": [*KEYS],
        "additionalProperties": False,
        **({"$defs": maker.definitions} if maker.definitions else {}),
    }


def value_schemas(*codecs: Codec) -> tuple[list[Schema], Schema]:
    """The JSON Schemas (2020-12) of values outside of any document.

    Args:
        codecs: The codecs of the values.

    Returns:
        A schema for each codec, and the definitions that they refer to as `#/$defs/...`.

    Raises:
        UnsupportedTypeError: Fields of a class cannot be serialized; every one is named.

    >>> from stackkit.serialization.converter import FlavorConverter
    >>> value_schemas(FlavorConverter().codec(list[str]))
    ([{'type': 'array', 'items': {'type': 'string'}}], {})
    """
    maker = _Maker()
    return [maker.of(codec, Rules()) for codec in codecs], maker.definitions


class _Maker:
    """Makes the schemas of codecs, and gathers those of nested classes."""

    def __init__(self) -> None:
        self.definitions: Schema = {}
        self._names: dict[type, str] = {}

    def of(self, codec: Codec, rules: Rules) -> Schema:
        """The schema of a codec's documents; it demands nothing of types with hooks of a user's own."""
        schema = (
            self._made_of_others(codec, rules)
            or scalar_schema(codec, rules, self._define)
            or {"description": f"a {codec.expected}"}
        )
        choices = rules.choices(codec)
        if choices is None:
            return schema
        return {"enum": choices} if isinstance(codec, ConstantCodec) else {**schema, "enum": choices}

    def object(self, codec: ClassCodec) -> Schema:
        """The schema of a class's objects."""
        rules = _rules(codec.cls)
        return {
            "title": codec.cls.__name__,
            **_description(_summary(codec.cls)),
            "type": "object",
            "properties": {name: self._field(codec, name, rules.get(name, Rules())) for name in codec.fields},
            **({"required": [name for name in codec.fields if name in codec.required]} if codec.required else {}),
            "additionalProperties": False,
        }

    def _field(self, codec: ClassCodec, name: str, rules: Rules) -> Schema:
        field, inner = codec.fields[name], codec.codecs[name]
        return {**self.of(inner, rules), **_description(field.help), **_default(field, inner)}

    def _made_of_others(self, codec: Codec, rules: Rules) -> Schema | None:
        if isinstance(codec, ClassCodec):
            return _reference(self._named(codec))
        if isinstance(codec, UnionCodec):
            return self._union(codec, rules)
        whole, items = rules.for_container(), rules.for_items()
        if isinstance(codec, RowCodec):
            return {"type": "array", "items": self.of(codec.item, items), **whole.lengths("minItems", "maxItems")}
        if isinstance(codec, SetCodec):
            lengths = whole.lengths("minItems", "maxItems")
            return {"type": "array", "items": self.of(codec.item, items), "uniqueItems": True, **lengths}
        if isinstance(codec, MappingCodec):
            keys: Schema = {"pattern": "^(?!\\$(?!\\$))"}  # `$…` marks what is special
            lengths = whole.lengths("minProperties", "maxProperties")
            values = self.of(codec.item, items)
            return {"type": "object", "propertyNames": keys, "additionalProperties": values, **lengths}
        if isinstance(codec, TupleCodec):
            places = [self.of(item, items) for item in codec.items]
            number = {"minItems": len(places), "maxItems": len(places)}
            return {"type": "array", **({"prefixItems": places, "items": False} if places else {}), **number}
        return None

    def _define(self, name: str, schema: Schema) -> Schema:
        self.definitions[name] = schema
        return _reference(name)

    def _named(self, codec: ClassCodec) -> str:
        """The name of a class among the definitions; its schema is made when it is first asked for."""
        if codec.cls not in self._names:
            plain, number = codec.cls.__name__, 2
            name = plain
            while name in self.definitions:
                name, number = f"{plain}{number}", number + 1
            self._names[codec.cls] = name
            self.definitions[name] = {}  # so that its fields may be of the class itself
            self.definitions[name] = self.object(codec)
        return self._names[codec.cls]

    def _union(self, codec: UnionCodec, rules: Rules) -> Schema:
        classes = [option for option in codec.options if isinstance(option, ClassCodec)]
        schemas: list[object] = []
        for option in codec.options:
            schema = self.of(option, rules.for_option(option))
            marks = _needed_marks(option, classes) if isinstance(option, ClassCodec) else []
            inner = schema["anyOf"] if schema.keys() == {"anyOf"} else None
            schemas.extend(inner if is_list(inner) else [{**schema, **({"required": marks} if marks else {})}])
        return {"anyOf": schemas}


def _reference(name: str) -> Schema:
    return {"$ref": f"#/$defs/{quote(name, safe='$+')}"}


def _needed_marks(codec: ClassCodec, classes: Sequence[ClassCodec]) -> list[str]:
    """The fields by which a class is told from the others of a union; they are asked for, although they have defaults."""
    others = [other.marks for other in classes if other is not codec]
    return [name for name in codec.marks if name not in codec.required and any(name in marks for marks in others)]


def _rules(cls: type) -> Mapping[str, Rules]:
    """What the validators of a class's fields ask; nothing of a field whose converter comes before them."""
    fields = attrs.fields(cls) if attrs.has(cls) else ()
    return {field.name: Rules.of([field.validator]) for field in fields if field.converter is None}


def _summary(cls: type) -> str:
    """The first paragraph of a class's docstring; what a dataclass writes there itself is none."""
    text = inspect.cleandoc(cls.__doc__ or "").partition("\n\n")[0]
    return "" if text.startswith(f"{cls.__name__}(") else " ".join(text.split())


def _description(text: str) -> Schema:
    return {"description": text} if text else {}


def _default(field: ConfigField, codec: Codec) -> Schema:
    """A field's default, where it has one that is always the same and can be written."""
    default = field.default
    if hasattr(default, "takes_self"):  # an attrs.Factory, which its stub takes for a function
        factory: object = getattr(default, "factory", None)
        default = _EMPTY.get(get_origin(factory) or factory, attrs.NOTHING)
    if default is attrs.NOTHING:
        return {}
    try:
        return {"default": codec.dump(default)}
    except StackkitError:
        return {}
