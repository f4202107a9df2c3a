"""How the routes are documented: which errors each can answer with, with an example of each."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from gateway.web.problems import MEDIA_TYPE, Problem, ProblemDetails

DESCRIPTION = """Builds are carried by five roles from a request to a release: start them, report for a role, decide
where a person has to, and look at all of them.

A `workflow_id` is the UUID that the start returned, or Temporal's workflow ID, `build-` and the build ID. What one
build says comes from Temporal, as of now; lists and statistics come from SQL, which is moments behind.
Every error is an RFC 9457 problem: branch on `code`, show `detail`."""

_EXAMPLES: dict[int, tuple[str, Problem]] = {
    400: ("The body is no JSON", Problem(400, "not_json", "The body is not JSON")),
    401: (
        "No token, or one that opens nothing",
        Problem(401, "unauthorized", "The token is unknown, revoked or expired"),
    ),
    403: (
        "The token does not allow it, or the profile names others",
        Problem(403, "forbidden", "A token with the role 'viewer' does not allow 'advance'"),
    ),
    404: (
        "There is no such build, or none that the token may see",
        Problem(404, "not_found", "There is no build 'slugify-9'. GET /api/workflows lists those there are"),
    ),
    409: (
        "The build is in no state for it: it has moved on, it is somebody else's turn, or it has ended",
        Problem(
            409,
            "stale_state",
            "Build 'slugify-1' is in 'testing', not in 'implementation'; look at its status and report for the state "
            "that it is in",
        ),
    ),
    410: (
        "It is no longer kept",
        Problem(410, "journal_cut", "Temporal no longer keeps the first part of the journal"),
    ),
    413: (
        "The body, or the report in it, is too large",
        Problem(413, "report_too_large", "The report has 300,000 bytes; at most 262,144 are taken"),
    ),
    422: (
        "What was sent does not have the form that is asked for",
        Problem(
            422,
            "malformed",
            "What was sent cannot be used: body.reason: Field required",
            errors=[{"where": "body.reason", "what": "Field required"}],
        ),
    ),
    429: (
        "Too many requests: wait for as long as Retry-After says",
        Problem(429, "too_many_requests", "This token may send 1,200 requests in a minute. Wait 20 s"),
    ),
    503: (
        "Temporal, its workers or the database do not answer: try again after Retry-After",
        Problem(503, "temporal_unavailable", "Temporal at 127.0.0.1:7233 does not answer: connection refused"),
    ),
}
_WAITS = {"Retry-After": {"description": "seconds to wait", "schema": {"type": "integer", "minimum": 1}}}
_CHALLENGES = {"WWW-Authenticate": {"description": "the scheme to use", "schema": {"type": "string"}}}
_HEADERS = {401: _CHALLENGES, 429: _WAITS, 503: _WAITS}

Responses = dict[int | str, dict[str, Any]]

ALWAYS = (401, 403, 422, 429, 503)
"""What every route can answer with."""

POSTED = (400, 413)
"""What routes that take a body can answer with besides."""


def problems(*statuses: int) -> Responses:
    """The errors with these statuses, as OpenAPI tells of them."""
    return {status: _response(status) for status in statuses}


def _response(status: int) -> dict[str, Any]:
    description, problem = _EXAMPLES[status]
    example = problem.details.model_dump(exclude_none=True)
    schema = {"$ref": f"#/components/schemas/{ProblemDetails.__name__}"}
    told: dict[str, Any] = {
        "description": description,
        "content": {MEDIA_TYPE: {"schema": schema, "example": example}},
    }
    return told | ({"headers": _HEADERS[status]} if status in _HEADERS else {})


def describe(app: FastAPI) -> None:
    """Have ``app`` tell its schema with the form of errors in it."""

    def schema() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(title=app.title, version=app.version, description=DESCRIPTION, routes=app.routes)
            known = made.setdefault("components", {}).setdefault("schemas", {})
            known[ProblemDetails.__name__] = ProblemDetails.model_json_schema()
            app.openapi_schema = made
        return app.openapi_schema

    app.openapi = schema  # type: ignore[method-assign]
