"""OpenAPI 3.1: what FastAPI finds out itself, completed with what it cannot know: bodies read by our own gate, keys and problems.

Everything is derived from the routes; nothing is written twice.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from api.auth import HOLDS_SCOPE
from api.errors import PROBLEM_TYPE, STATUS, Problem
from api.forms import Form
from voc.keys import Scope

FORM, MANY = "x-voc-form", "x-voc-many"
SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "A key of this service."},
    "api_key": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "The same key."},
}
READING = (400, 401, 403, 404, 422, 429, 500, 503)
WRITING = (*READING, 413, 415, 507)
DESCRIPTION = """Takes customer feedback in, says what it means, groups it and links it to customers and KPIs.

2xx means on disk; any other answer means that this request stored nothing. Errors are RFC 9457 problem documents; each code has a page
at /errors/{code}. Lists answer `{data, next_cursor}`."""


def example_body(form: type[Form], *, many: bool = False) -> dict[str, Any]:
    """Return what a route adds to its description to name the form its body is read with."""
    return {FORM: form.__name__, MANY: many}


def scope_of(route: APIRoute) -> Scope | None:
    """Return the scope a route asks for; None where it is public."""
    for dependency in route.dependant.dependencies:
        scope = getattr(dependency.call, HOLDS_SCOPE, None)
        if isinstance(scope, Scope):
            return scope
    return None


def describe(app: FastAPI, *, routes: Sequence[APIRoute], forms: Sequence[type[Form]]) -> dict[str, Any]:
    """Return the OpenAPI description, made once.

    Parameters
    ----------
    app
        The application.
    routes
        What is described.
    forms
        The forms bodies are read with.
    """
    if app.openapi_schema:
        return app.openapi_schema
    schema = get_openapi(title=app.title, version=app.version, openapi_version="3.1.0", description=DESCRIPTION, routes=routes)
    components = schema.setdefault("components", {})
    components.setdefault("schemas", {}).update(_schemas([*forms, Problem]))
    for unused in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(unused, None)
    components["securitySchemes"] = SCHEMES
    by_name = {form.__name__: form for form in forms}
    for route in (route for route in routes if route.include_in_schema):
        for method in sorted(route.methods or ()):
            _complete(schema["paths"][route.path_format][method.lower()], route, by_name)
    app.openapi_schema = schema
    return schema


def _schemas(models: Sequence[type[BaseModel]]) -> dict[str, Any]:
    _, definitions = models_json_schema([(model, "validation") for model in models], ref_template="#/components/schemas/{model}")
    found: dict[str, Any] = definitions["$defs"]
    return found


def _complete(operation: dict[str, Any], route: APIRoute, forms: Mapping[str, type[Form]]) -> None:
    scope = scope_of(route)
    form = operation.pop(FORM, None)
    many = operation.pop(MANY, False)
    if form is not None:
        operation["requestBody"] = _body(forms[form], many=many)
    if scope is not None:
        operation["security"] = [{name: []} for name in SCHEMES]
        operation["x-voc-scope"] = scope.value
        for status in WRITING if form is not None else READING:
            operation["responses"][str(status)] = _problem(status)
    else:
        operation["responses"].pop("422", None)


def _body(form: type[Form], *, many: bool) -> dict[str, Any]:
    one = {"$ref": f"#/components/schemas/{form.__name__}"}
    values = form.model_json_schema().get("examples", [])
    if not many:
        return {"required": True, "content": {"application/json": {"schema": one, "examples": _named(values)}}}
    array = {"type": "array", "items": one}
    wrapped = {"type": "object", "properties": {"items": array}, "required": ["items"], "additionalProperties": False}
    content: dict[str, Any] = {"application/json": {"schema": {"anyOf": [array, wrapped]}, "examples": {"array": {"value": values}}}}
    content["application/x-ndjson"] = {"schema": {"type": "string"}}
    return {"required": True, "content": content}


def _named(values: Sequence[Any]) -> dict[str, Any]:
    return {f"example_{number}": {"value": value} for number, value in enumerate(values, start=1)}


def _problem(status: int) -> dict[str, Any]:
    codes = ", ".join(sorted(code for code, of_code in STATUS.items() if of_code == status))
    return {"description": codes, "content": {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
