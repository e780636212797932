"""As much of JSON Schema as our own schemas use, so that tests need no library for it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import venues

HOME = Path(venues.__file__).parent
FILES = {"plan.schema.json": HOME / "plan.schema.json", "layout.schema.json": HOME / "layout" / "schema.json"}
TYPES = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float)}
KNOWN = {
    "$schema", "$defs", "$ref", "title", "description", "default", "type", "required", "properties", "enum", "const",
    "additionalProperties", "items", "prefixItems", "minItems", "maxItems", "uniqueItems", "oneOf", "pattern",
    "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum",
}  # fmt: skip


def complaints(value: object, file: str = "plan.schema.json") -> list[str]:
    """Say what a schema has against a value; an unknown keyword is an error."""
    schema = json.loads(FILES[file].read_text(encoding="utf-8"))
    return list(_check(value, schema, schema, "$"))


def _check(value, schema, root, where):
    assert set(schema) <= KNOWN, set(schema) - KNOWN
    if reference := schema.get("$ref"):
        if reference in FILES:
            yield from (f"{where}{text[1:]}" for text in complaints(value, reference))
        else:
            yield from _check(value, root["$defs"][reference.removeprefix("#/$defs/")], root, where)
    if "oneOf" in schema:
        fitting = [part for part in schema["oneOf"] if not list(_check(value, part, root, where))]
        if len(fitting) != 1:
            yield f"{where}: fits {len(fitting)} of {len(schema['oneOf'])}"
    kind = TYPES.get(schema.get("type", ""), object)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not object):
        yield f"{where}: is no {schema['type']}"
        return
    yield from _check_value(value, schema, where)
    if isinstance(value, dict):
        yield from _check_object(value, schema, root, where)
    if isinstance(value, list):
        yield from _check_list(value, schema, root, where)


def _check_value(value, schema, where):
    if "const" in schema and value != schema["const"]:
        yield f"{where}: is not {schema['const']}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{where}: is none of {schema['enum']}"
    if isinstance(value, str):
        if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", 10**9):
            yield f"{where}: is {len(value)} characters long"
        if "pattern" in schema and not re.search(schema["pattern"], value):
            yield f"{where}: does not look like {schema['pattern']}"
    if isinstance(value, int | float) and not isinstance(value, bool):
        if not schema.get("minimum", value) <= value <= schema.get("maximum", value):
            yield f"{where}: is out of bounds"
        if "exclusiveMinimum" in schema and value <= schema["exclusiveMinimum"]:
            yield f"{where}: is too small"


def _check_object(value, schema, root, where):
    properties = schema.get("properties", {})
    yield from (f"{where}.{name}: is missing" for name in schema.get("required", []) if name not in value)
    for name, inner in value.items():
        if name in properties:
            yield from _check(inner, properties[name], root, f"{where}.{name}")
        elif schema.get("additionalProperties") is False:
            yield f"{where}.{name}: is not known"


def _check_list(value, schema, root, where):
    if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", 10**9):
        yield f"{where}: has {len(value)} items"
    if schema.get("uniqueItems") and any(item in value[:index] for index, item in enumerate(value)):
        yield f"{where}: has an item twice"
    fixed = schema.get("prefixItems", [])
    for index, item in enumerate(value):
        inner = fixed[index] if index < len(fixed) else schema.get("items", {})
        yield from _check(item, inner, root, f"{where}[{index}]")
