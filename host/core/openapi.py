"""The OpenAPI document, made from the handlers themselves: address, docstring, types.

``@described(…)`` on a handler says which body it takes and what it answers; the shapes are
``msgspec`` types, from which the bodies are decoded and the answers made, so the document cannot
say something else.  A handler without it is not in the document.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any, Literal, TypeVar

import msgspec
from msgspec import Struct

Handler = TypeVar("Handler", bound=Callable[..., Any])
_MARK = "is_described_as"
_REF = "#/components/schemas/{name}"
_PLACE = re.compile(r"<(?:\w+:)?(\w+)>")
# Python's "end of text" is no part of the dialect of JSON Schema, whose `$` means the same.
_END = r"\Z"


class Problem(Struct):
    """A refusal (RFC 9457).  ``retry`` says what a program should do about it."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    retry: Literal["never", "same_key", "new_key", "query"]


@dataclass(frozen=True, slots=True)
class Description:
    """What a handler takes and answers."""

    answer: Any
    body: Any = None
    status: int = 200
    # Parameters of the query by name, each with its type.
    query: Mapping[str, Any] = field(default_factory=dict)
    # Parameters of the path whose form says more than "text".
    places: Mapping[str, Any] = field(default_factory=dict)
    # How a caller proves who they are: "key" (bearer) or "session" (cookie).
    security: str = "key"
    # Of an answer that is no JSON.
    content_type: str = "application/json"


def described(
    answer: Any,
    *,
    body: Any = None,
    status: int = 200,
    query: Mapping[str, Any] | None = None,
    places: Mapping[str, Any] | None = None,
    security: str = "key",
    content_type: str = "application/json",
) -> Callable[[Handler], Handler]:
    """Say what a handler takes and answers."""

    def mark(handler: Handler) -> Handler:
        told = Description(answer, body, status, query or {}, places or {}, security, content_type)
        setattr(handler, _MARK, told)
        return handler

    return mark


@dataclass(frozen=True, slots=True)
class Operation:
    """A described handler and where it is."""

    method: str
    path: str
    name: str
    doc: str
    told: Description


def find_operations(rules: Any, handlers: Mapping[str, Any]) -> list[Operation]:
    """Return the described handlers of an app, by path and method."""
    found = []
    for rule in rules:
        handler = handlers.get(rule.endpoint)
        told: Description | None = getattr(handler, _MARK, None)
        if told is None:
            continue
        path = _PLACE.sub(r"{\1}", rule.rule)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            doc = " ".join((handler.__doc__ or "").split())
            found.append(Operation(method.lower(), path, rule.endpoint, doc, told))
    return sorted(found, key=lambda each: (each.path, each.method))


def make_document(operations: list[Operation], *, base_url: str) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of ``operations``."""
    types: dict[Any, None] = {Problem: None}
    for each in operations:
        told = each.told
        for kind in (told.answer, told.body, *told.query.values(), *told.places.values()):
            if kind is not None:
                types[kind] = None
    shapes, components = msgspec.json.schema_components(list(types), ref_template=_REF)
    known = dict(zip(types, shapes, strict=True))
    paths: dict[str, Any] = {}
    for each in operations:
        paths.setdefault(each.path, {})[each.method] = _operation(each, known)
    document = {
        "openapi": "3.1.0",
        "info": {
            "title": "Hutong",
            "version": version("hutong"),
            "description": "Amounts are whole minor units, times are milliseconds since 1970.",
        },
        "servers": [{"url": base_url}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "hutong"},
            },
        },
    }
    return _plain(document)  # type: ignore[no-any-return]


def _operation(each: Operation, known: Mapping[Any, Any]) -> dict[str, Any]:
    told = each.told
    good: dict[str, Any] = {"description": "Done."}
    if told.answer is not None:
        good["content"] = {told.content_type: {"schema": known[told.answer]}}
    shown: dict[str, Any] = {
        "operationId": each.name,
        "summary": each.doc,
        "security": [{told.security: []}],
        "parameters": [
            *(
                {
                    "name": name,
                    "in": "path",
                    "required": True,
                    "schema": known.get(told.places.get(name), {"type": "string"}),
                }
                for name in re.findall(r"{(\w+)}", each.path)
            ),
            *(
                {"name": name, "in": "query", "schema": known[kind]}
                for name, kind in told.query.items()
            ),
        ],
        "responses": {
            str(told.status): good,
            "default": {
                "description": "Refused.",
                "content": {"application/problem+json": {"schema": known[Problem]}},
            },
        },
    }
    if told.body is not None:
        shown["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": known[told.body]}},
        }
    return shown


def _plain(value: Any) -> Any:
    """Return the document with patterns in the dialect of JSON Schema."""
    if isinstance(value, dict):
        return {
            name: each.replace(_END, "$") if name == "pattern" and isinstance(each, str)
            else _plain(each)
            for name, each in value.items()
        }  # fmt: skip
    return [_plain(each) for each in value] if isinstance(value, list) else value


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a shape, in words."""

    name: str
    kind: str
    doc: str
    is_required: bool


def list_members(document: Mapping[str, Any]) -> dict[str, list[Member]]:
    """Return the members of each shape of a document, for the page that shows it to people."""
    return {
        name: [
            Member(
                member,
                _kind(what),
                str(what.get("description", "")),
                member in shape.get("required", ()),
            )
            for member, what in shape.get("properties", {}).items()
        ]
        for name, shape in document["components"]["schemas"].items()
    }


def _kind(what: Mapping[str, Any]) -> str:
    """Return the type of a member in a few words."""
    if "$ref" in what:
        return str(what["$ref"]).rpartition("/")[2]
    if "enum" in what:
        return " | ".join(map(str, what["enum"]))
    if "anyOf" in what:
        return " | ".join(map(_kind, what["anyOf"]))
    if what.get("type") == "array":
        return f"{_kind(what.get('items', {}))}[]"
    return str(what.get("type", "any"))
