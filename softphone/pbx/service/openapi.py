"""The OpenAPI 3.1 document, generated from the operations and models that serve."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from softphone.extension.validation import READ_ONLY
from softphone.pbx.service import models
from softphone.pbx.service.operations import JSON_TYPE, MERGE_PATCH_TYPE, OPERATIONS, Operation
from softphone.pbx.service.problems import PROBLEMS

_REFS = "#/components/schemas/{model}"
_PROBLEM: dict[str, Any] = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemModel"}}}


def openapi(operations: tuple[Operation, ...] = OPERATIONS) -> dict[str, Any]:
    schemas: dict[str, Any] = {}
    _schema(models.ProblemModel, schemas, "ProblemModel")
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _describe(operation, schemas)
    paths["/events"] = {"get": _events()}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Account API", "version": "1"},
        "servers": [{"url": "/api/v1"}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"access_token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _describe(operation: Operation, schemas: dict[str, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "summary": operation.summary,
        "operationId": getattr(operation.run, "__name__", operation.summary),
        "security": [] if operation.anyone else [{"access_token": []}],
        "responses": {str(operation.status): {"description": operation.summary}},
    }
    if operation.result is not None:
        schema = _schema(operation.result, schemas)
        described["responses"][str(operation.status)]["content"] = {JSON_TYPE: {"schema": schema}}
    if operation.result is not None and operation.path == "/extension":
        described["responses"]["200"]["headers"] = {"ETag": {"schema": {"type": "string"}}}
    if operation.gives is not None:
        binary = {"type": "string", "contentMediaType": operation.gives}
        described["responses"][str(operation.status)]["content"] = {operation.gives: {"schema": binary}}
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in operation.path_names
    ] + [
        {"name": one.name, "in": "query", "required": False, "description": one.description, "schema": one.schema}
        for one in operation.query
    ]
    if operation.path == "/extension" and operation.method == "GET":
        described["responses"]["304"] = {"description": "The version of If-None-Match is the present one"}
        parameters.append({"name": "If-None-Match", "in": "header", "required": False, "schema": {"type": "string"}})
    if operation.takes is not None:
        binary = {"type": "string", "contentMediaType": operation.takes}
        described["requestBody"] = {"required": True, "content": {operation.takes: {"schema": binary}}}
    if operation.body is not None:
        body = {JSON_TYPE: {"schema": _schema(operation.body, schemas)}}
        described["requestBody"] = {"required": True, "content": body}
    if operation.merge_patch:
        patch = _patch_of(_schema(operation.result, schemas), schemas)
        for pointer in READ_ONLY:
            _leave_out(pointer.split("/")[1:], patch, schemas)
        described["requestBody"] = {
            "description": "RFC 7396, applied to the document that GET answers",
            "required": True,
            "content": {MERGE_PATCH_TYPE: {"schema": patch}},
        }
        parameters.append({"name": "If-Match", "in": "header", "required": True, "schema": {"type": "string"}})
    if parameters:
        described["parameters"] = parameters
    if "requestBody" in described:
        described["responses"]["415"] = {"description": "Another media type than described", "content": _PROBLEM}
    for kind in operation.problems:
        status, title = PROBLEMS[kind]
        found = described["responses"].setdefault(str(status), {"description": "", "content": _PROBLEM})
        found["description"] = ", ".join(filter(None, (found["description"], f"`urn:softphone:{kind}`: {title}")))
    return described


def _patch_of(schema: Any, schemas: dict[str, Any]) -> Any:
    """The same with nothing required; objects that it refers to become patches, too."""
    if isinstance(schema, list):
        return [_patch_of(one, schemas) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        if f"{name}Patch" not in schemas:
            schemas[f"{name}Patch"] = {}  # it may refer to itself
            schemas[f"{name}Patch"] = _patch_of(schemas[name], schemas)
        return {"$ref": _REFS.format(model=f"{name}Patch")}
    return {name: _patch_of(value, schemas) for name, value in schema.items() if name not in ("required", "default")}


def _leave_out(path: list[str], schema: dict[str, Any], schemas: dict[str, Any]) -> None:
    """A member of a patch that nobody may send."""
    properties = schemas[schema["$ref"].rpartition("/")[2]]["properties"]
    if len(path) == 1:
        properties.pop(path[0], None)
    else:
        _leave_out(path[1:], properties[path[0]], schemas)


def _events() -> dict[str, Any]:
    return {
        "summary": "Server-sent events: extension (the new ETag), directory, calls (the id of the newest), voicemail, "
        "signed-out (with a reason)",
        "operationId": "events",
        "security": [{"access_token": []}],
        "responses": {
            "200": {"description": "The stream", "content": {"text/event-stream": {"schema": {"type": "string"}}}},
            "401": {"description": "`urn:softphone:token-expired`", "content": _PROBLEM},
        },
    }


def _schema(model: Any, schemas: dict[str, Any], name: str | None = None) -> dict[str, Any]:
    """The schema of a model as a reference; what it needs goes to `schemas`."""
    made = TypeAdapter(model).json_schema(ref_template=_REFS, schema_generator=GenerateJsonSchema)
    schemas.update(made.pop("$defs", {}))
    name = name or (made.get("title") if made.get("type") == "object" else None)
    if name is None:
        return made
    schemas[name] = made
    return {"$ref": _REFS.format(model=name)}
