"""The OpenAPI document: what ninja reads from the operations, and what their terms add.

Each operation says which permission it needs (``x-permission``), which problems it may answer with, and, if it writes,
that it takes an ``Idempotency-Key``.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from ninja.openapi.schema import REF_TEMPLATE, OpenAPISchema
from ninja.operation import Operation
from ninja.schema import NinjaGenerateJsonSchema

from venues.api import problems
from venues.api.access import Terms
from venues.api.answering import SAFE
from venues.api.idempotency import HEADER, LONGEST
from venues.api.schemas import ProblemDocument

from .problems import Kind, kind_of

ALWAYS = (problems.Problem, problems.TooManyRequests, problems.ServerError, problems.Unavailable)
KEYED = (problems.Unauthorized, problems.Forbidden)
OPTIONALLY_KEYED = (problems.Unauthorized,)
WRITING = (problems.RequestRunning, problems.IdempotencyKeyReused, problems.Invalid)
READING_A_BODY = (problems.InvalidJson, problems.TooLarge, problems.Invalid)

IDEMPOTENCY_KEY = {
    "in": "header",
    "name": HEADER,
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": r"^[\x20-\x7e]+$"},
    "description": "Your own name for this request, such as a UUID: sent again with it, it is carried out once.",
    "example": "6f1e0b7a-3f0b-4d53-9a6e-0d6b5cf0a1c2",
}

SECURITY = {
    "ApiKey": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "mq_…",
        "description": "A key that was made in the back office.",
    }
}


class HouseSchema(OpenAPISchema):
    """The document of all rooms."""

    def operation_details(self, operation: Operation) -> dict[str, Any]:
        details = super().operation_details(operation)
        terms: Terms = operation.view_func.terms
        is_write = not set(operation.methods) <= set(SAFE)
        details["description"] = "\n\n".join(filter(None, [details.get("description"), _access_in_words(terms)]))
        details["x-permission"] = " ".join(terms.permissions) or None
        if not terms.is_public:
            details["security"] = [{"ApiKey": []}]
        elif terms.insight:
            details["security"] = [{}, {"ApiKey": []}]
        if is_write:
            details["parameters"].append(IDEMPOTENCY_KEY)
        details["responses"] |= _problem_responses(_kinds(operation, terms, details, is_write))
        if terms.is_public and terms.max_age is not None:
            details["responses"][304] = {"description": "What you have is still right"}
        details["responses"] = dict(sorted(details["responses"].items()))
        return details

    def get_components(self) -> dict[str, Any]:
        self.securitySchemes |= SECURITY
        document = ProblemDocument.model_json_schema(
            ref_template=REF_TEMPLATE, schema_generator=NinjaGenerateJsonSchema, mode="serialization"
        )
        self.add_schema_definitions(document.pop("$defs"))
        self.add_schema_definitions({"Problem": document})
        self.schemas = dict(sorted(self.schemas.items()))
        return super().get_components()


def _access_in_words(terms: Terms) -> str:
    if terms.is_public:
        more = f" A key whose member of staff has the permission `{terms.insight}` sees drafts, too."
        return "Open to everybody." + (more if terms.insight else "")
    return "Needs a key with the permission " + " and ".join(f"`{name}`" for name in terms.permissions) + "."


def _kinds(operation: Operation, terms: Terms, details: dict[str, Any], is_write: bool) -> list[Kind]:
    errors = [*ALWAYS, *(() if terms.is_public else KEYED), *terms.raises]
    if terms.is_public and terms.insight:
        errors += OPTIONALLY_KEYED
    if is_write:
        errors += WRITING
    if "requestBody" in details:
        errors += READING_A_BODY
    places = {parameter["in"] for parameter in details["parameters"]}
    if "path" in places:
        errors.append(problems.NotFound)
    if "query" in places:
        errors.append(problems.Invalid)
    return list(dict.fromkeys(kind_of(error) for error in errors))


def _problem_responses(kinds: list[Kind]) -> dict[int, dict[str, Any]]:
    by_status = defaultdict(list)
    for kind in kinds:
        by_status[kind.status].append(kind)
    return {status: _problem_response(found) for status, found in by_status.items()}


def _problem_response(kinds: list[Kind]) -> dict[str, Any]:
    first = kinds[0]
    example = {
        "type": f"https://tickets.example.org/api/problems/{first.code}",
        "title": first.title,
        "status": first.status,
        "detail": first.description,
        "code": first.code,
        "instance": "/api/…",
        "errors": [],
    }
    return {
        "description": "\n".join(f"- `{kind.code}`: {kind.description}" for kind in kinds),
        "content": {
            problems.CONTENT_TYPE: {"schema": {"$ref": REF_TEMPLATE.format(model="Problem")}, "example": example}
        },
    }
