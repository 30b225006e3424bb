"""The OpenAPI description of one model's server."""

from __future__ import annotations

from typing import Final

from stackkit.components.model_deployer import ModelDeployment
from stackkit.core.narrow import is_dict, is_list
from stackkit.flavors.model_deployer.predicting import Predictor
from stackkit.serialization.schemas.schema import value_schemas

_DEFINITIONS: Final = "#/$defs/"
_COMPONENTS: Final = "#/components/schemas/"
_TEXT: Final = {"type": "string"}
_PROBLEM: Final[dict[str, object]] = {
    "type": "object",
    "properties": {"where": _TEXT, "what": _TEXT, "remedy": _TEXT},
    "required": ["where", "what", "remedy"],
}
_PROBLEMS: Final[dict[str, object]] = {
    "type": "object",
    "properties": {"problems": {"type": "array", "items": _PROBLEM}},
    "required": ["problems"],
}


def openapi(deployment: ModelDeployment, predictor: Predictor) -> dict[str, object]:
    """What a server takes and gives, as OpenAPI 3.1, whose schemas are JSON Schema.

    Args:
        deployment: What it serves.
        predictor: The predict callable.
    """
    (request, response), definitions = value_schemas(predictor.request, predictor.response)
    refused = {"description": "What is wrong with the request, all of it", **_json(_PROBLEMS)}
    failed = {"description": "The model failed", **_json(_PROBLEMS)}
    predict = {
        "summary": "Ask the model",
        "operationId": "predict",
        "requestBody": {"required": True, **_json(request)},
        "responses": {"200": {"description": "What the model returns", **_json(response)}, "422": refused, "500": failed},
    }
    healthy = {"description": "It answers", **_json({"type": "object"})}
    health = {"summary": "Whether the server answers", "operationId": "health", "responses": {"200": healthy}}
    return {
        "openapi": "3.1.0",
        "info": {"title": deployment.model_name, "version": "1", "description": deployment.model_uri},
        "paths": {"/predict": {"post": predict}, "/health": {"get": health}},
        "components": {"schemas": {_key(name): _moved(schema) for name, schema in definitions.items()}},
    }


def _json(schema: object) -> dict[str, object]:
    return {"content": {"application/json": {"schema": _moved(schema)}}}


def _moved(value: object) -> object:
    """A schema that finds its definitions among OpenAPI's components."""
    if is_list(value):
        return [_moved(element) for element in value]
    if not is_dict(value):
        return value
    return {key: _reference(inner) if key == "$ref" else _moved(inner) for key, inner in value.items()}


def _reference(target: object) -> object:
    if isinstance(target, str) and target.startswith(_DEFINITIONS):
        return f"{_COMPONENTS}{_key(target.removeprefix(_DEFINITIONS))}"
    return target


def _key(name: str) -> str:
    """A definition's name, as far as OpenAPI allows it: letters, digits, dots, - and _."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in name)
