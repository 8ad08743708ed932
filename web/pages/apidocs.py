"""OpenAPI for people. In: the document. Out: sections of operations with their fields. Pure."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Field:
    """One parameter or body field."""

    name: str
    kind: str
    required: bool
    where: str


@dataclass(frozen=True)
class Operation:
    """One call."""

    method: str
    path: str
    summary: str
    who: tuple[str, ...]
    fields: tuple[Field, ...]
    body: str
    answers: tuple[str, ...]


def sections(document: dict[str, Any]) -> list[tuple[str, list[Operation]]]:
    """Operations by the first words of their path, in order."""
    by_name: defaultdict[str, list[Operation]] = defaultdict(list)
    for path, operations in sorted(document["paths"].items()):
        parts = [part for part in path.split("/") if part and not part.startswith("{")]
        name = parts[2] if parts[:2] == ["api", "v1"] and len(parts) > 2 else (parts or ["/"])[0]  # noqa: PLR2004 - /api/v1/…
        for method, operation in operations.items():
            by_name[name].append(_operation(document, method, path, operation))
    return sorted(by_name.items())


def _operation(document: dict[str, Any], method: str, path: str, operation: dict[str, Any]) -> Operation:
    fields = [
        Field(each["name"], _kind(document, each.get("schema", {})), each.get("required", False), each["in"])
        for each in operation.get("parameters", ())
    ]
    content = operation.get("requestBody", {}).get("content", {})
    for media in content.values():
        schema = _resolved(document, media.get("schema", {}))
        needed = schema.get("required", ())
        fields += [
            Field(name, _kind(document, each), name in needed, "body")
            for name, each in schema.get("properties", {}).items()
        ]
    return Operation(
        method.upper(),
        path,
        operation.get("description") or operation.get("summary", ""),
        tuple(operation.get("x-who", ())),
        tuple(fields),
        ", ".join(content),
        tuple(operation.get("responses", ())),
    )


def _resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    reference = schema.get("$ref", "")
    if not reference:
        return schema
    found: dict[str, Any] = document
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return found


def _kind(document: dict[str, Any], schema: dict[str, Any]) -> str:
    schema = _resolved(document, schema)
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(_kind(document, each) for each in schema["anyOf"]))
    if "enum" in schema:
        return " | ".join(str(each) for each in schema["enum"])
    kind = str(schema.get("type", "any"))
    if kind == "array":
        return f"[{_kind(document, schema.get('items', {}))}]"
    limits = [
        f"{sign} {schema[key]}"
        for key, sign in (("minimum", "≥"), ("maximum", "≤"), ("maxLength", "≤"), ("exclusiveMinimum", ">"))
        if key in schema
    ]
    return " ".join([kind, *limits])
