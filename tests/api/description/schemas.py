"""Validators from the served description: a second reading of every form, by a library."""

from collections.abc import Iterator
from typing import Any

import jsonschema_rs

CLOSED = "additionalProperties"


def closed(schema: Any) -> Any:
    """A schema that takes no member that it does not name."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: closed(member) for name, member in schema.items()}
    if isinstance(made.get("properties"), dict) and made.get("type") == "object":
        made.setdefault(CLOSED, False)
    return made


def validator(schema: dict[str, Any], components: dict[str, Any]) -> jsonschema_rs.Draft202012Validator:
    """A validator of one form that refers to the document's components."""
    return jsonschema_rs.Draft202012Validator(closed({**schema, "components": {"schemas": components}}))


def faults(checked: jsonschema_rs.Draft202012Validator, value: Any) -> Iterator[str]:
    for error in checked.iter_errors(value):
        path = "/".join("*" if isinstance(step, int) else str(step) for step in error.instance_path)
        yield f"{path}: {str(error.message)[:200]}"
