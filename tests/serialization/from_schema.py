"""Documents that a JSON Schema lets through, made by Hypothesis, for the keywords that our schemas use.

hypothesis-jsonschema knows drafts up to 7 alone, no recursion, and does not run with current releases of Hypothesis.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final, TypeAlias

from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from tests.serialization.everything import keys, texts
from tests.serialization.hostile import builtins

from stackkit.core.narrow import is_dict, is_list

Schema: TypeAlias = Mapping[str, object]
Documents: TypeAlias = st.SearchStrategy[object]

UNDERSTOOD: Final = {
    "$schema", "$defs", "$ref", "title", "description", "default", "format", "contentEncoding", "type", "const", "enum",
    "anyOf", "allOf", "pattern", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
    "items", "prefixItems", "minItems", "maxItems", "uniqueItems", "properties", "required", "additionalProperties",
    "propertyNames", "minProperties", "maxProperties",
}  # fmt: skip
DEEPEST: Final = 2


def documents(schema: Schema) -> Documents:
    """Documents that validate.

    Args:
        schema: What `json_schema` gave.
    """
    return _Documents(schema).of(schema, DEEPEST).filter(Draft202012Validator(schema).is_valid)


def narrowed(value: object) -> Schema:
    """A schema that stands within another."""
    assert is_dict(value)
    return {str(key): element for key, element in value.items()}


class _Documents:
    def __init__(self, root: Schema) -> None:
        self._definitions = narrowed(root.get("$defs", {}))
        self._made: dict[tuple[str, int], Documents] = {}

    def of(self, schema: Schema, depth: int) -> Documents:
        assert schema.keys() <= UNDERSTOOD, schema.keys() - UNDERSTOOD
        if "const" in schema:
            return st.just(schema["const"])
        if is_list(enum := schema.get("enum")):
            return st.sampled_from(enum)
        if "$ref" in schema:
            return self._referred_to(str(schema["$ref"]).removeprefix("#/$defs/"), depth)
        if is_list(options := schema.get("anyOf")):
            return st.one_of([self.of(narrowed(option), depth) for option in options])
        return self._of_type(schema, depth)

    def _referred_to(self, name: str, depth: int) -> Documents:
        """What a definition lets through; nothing where it is one within another too often."""
        schema = narrowed(self._definitions[name])
        if depth == 0 and "properties" in schema and not name.startswith("$"):
            return st.nothing()
        if (name, depth) not in self._made:
            self._made[name, depth] = self.of(schema, depth - (not name.startswith("$")))
        return self._made[name, depth]

    def _of_type(self, schema: Schema, depth: int) -> Documents:
        low, high = _bound(schema, "inimum"), _bound(schema, "aximum")
        match schema.get("type"):
            case "null":
                return st.none()
            case "boolean":
                return st.booleans()
            case "integer":
                return st.integers(None if low is None else int(low), None if high is None else int(high))
            case "number":
                floats = st.floats(low, high, allow_nan=False, allow_infinity=False)
                return floats | floats.map(round).filter(lambda number: abs(number) <= 2**53)
            case "string":
                pattern = schema.get("pattern")
                return texts if pattern is None else st.from_regex(str(pattern)) | texts
            case "array":
                return self._arrays(schema, depth)
            case "object":
                return self._objects(schema, depth)
            case _:
                return builtins

    def _arrays(self, schema: Schema, depth: int) -> Documents:
        if is_list(places := schema.get("prefixItems")):
            return st.tuples(*(self.of(narrowed(place), depth) for place in places)).map(list)
        low, high = _size(schema, "minItems", 0), _size(schema, "maxItems", 3)
        items = self.of(narrowed(schema["items"]), depth) if "items" in schema else st.nothing()
        if high == 0 or items.is_empty:
            return st.nothing() if low else st.builds(list[object])
        unique = json.dumps if "uniqueItems" in schema else None
        return st.lists(items, min_size=low, max_size=max(low, min(high, low + 3)), unique_by=unique).map(list[object])

    def _objects(self, schema: Schema, depth: int) -> Documents:
        if "propertyNames" in schema:
            values = self.of(narrowed(schema["additionalProperties"]), depth)
            if values.is_empty:
                return st.builds(dict[str, object])
            return st.dictionaries(keys, values, max_size=3)
        fields = {name: self.of(narrowed(field), depth) for name, field in narrowed(schema.get("properties", {})).items()}
        required = schema.get("required", [])
        assert is_list(required)
        needed = {name: field for name, field in fields.items() if name in required}
        if any(field.is_empty for field in needed.values()):
            return st.nothing()
        others = {name: field for name, field in fields.items() if name not in required and not field.is_empty}
        return st.fixed_dictionaries(needed, optional=others)


def _bound(schema: Schema, name: str) -> float | None:
    for keyword in (f"m{name}", f"exclusiveM{name}"):
        found = schema.get(keyword)
        if isinstance(found, (int, float)):
            return found
    return None


def _size(schema: Schema, keyword: str, otherwise: int) -> int:
    found = schema.get(keyword, otherwise)
    assert isinstance(found, int)
    return found
