"""What goes wrong, as RFC 9457 problem details: one status, one stable code, one message for people."""

import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from temporalio.service import RPCError

from baton.domain.refusals import Refusal
from baton.domain.vocabulary import RefusalCode
from baton.runtime.client import TemporalConnectionError
from baton.runtime.diagnosis import reason_of
from baton.runtime.encryption.errors import PayloadUnreadable
from baton.runtime.storage.errors import KEPT_ELSEWHERE, PayloadStoreError, is_kept_elsewhere
from baton.store.errors import DatabaseUnavailable, StoreError
from gateway.errors import (
    BuildEnded,
    BuildNotFound,
    BuildNotOpened,
    CommandRefused,
    GatewayError,
    JournalCut,
    NoWorker,
    RequestUnusable,
)

log = logging.getLogger("baton.gateway")

MEDIA_TYPE = "application/problem+json"
_AGAIN_SECONDS = 5
_STATUS: Mapping[str, int] = {
    RefusalCode.MALFORMED: 422,
    RefusalCode.NOT_AN_APPROVER: 403,
    RefusalCode.NO_SUCH_QUESTION: 404,
    RefusalCode.NO_SUCH_FINDING: 404,
    RefusalCode.REPORT_TOO_LARGE: 413,
    "not_open_yet": 503,
}
"""The status of each refusal; that of all others is 409: the build is in no state for it."""


class ProblemDetails(BaseModel):
    """The body of every answer that is an error."""

    type: str = Field(description="a URN that names the sort of problem", examples=["urn:baton:problem:stale_state"])
    title: str = Field(description="the status in words", examples=["Conflict"])
    status: int = Field(examples=[409])
    detail: str = Field(description="what happened, to what, and what to do next")
    code: str = Field(description="the sort of problem in one stable word", examples=["stale_state"])
    errors: list[dict[str, str]] | None = Field(
        default=None, description="of what was sent: each place that cannot be used, and why"
    )


class Problem(Exception):
    """An answer that is an error."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        errors: list[dict[str, str]] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = dict(headers or {})
        self.errors = errors

    @property
    def details(self) -> ProblemDetails:
        """The body."""
        return ProblemDetails(
            type=f"urn:baton:problem:{self.code}",
            title=HTTPStatus(self.status).phrase,
            status=self.status,
            detail=self.detail,
            code=self.code,
            errors=self.errors,
        )

    def answer(self) -> Response:
        """The whole answer, for programs."""
        body = self.details.model_dump(exclude_none=True)
        return JSONResponse(body, self.status, headers=self.headers, media_type=MEDIA_TYPE)


def problem_of(error: Exception) -> Problem:
    """What is told of ``error``."""
    match error:
        case Problem():
            return error
        case RequestValidationError():
            return _of_input(error)
        case HTTPException():
            code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "_").replace("-", "_")
            return Problem(error.status_code, code, _sentence(error.detail), headers=error.headers)
        case Refusal():
            return Problem(_STATUS.get(error.code, 409), error.code.value, _sentence(error))
        case GatewayError():
            return _of_gateway(error)
        case TemporalConnectionError():
            return _away("temporal_unavailable", str(error))
        case RPCError():
            return _away("temporal_unavailable", f"Temporal did not answer: {reason_of(error)}")
        case PayloadUnreadable() | PayloadStoreError():
            return _away("payload_unreadable", str(error), seconds=60)
        case RuntimeError() if is_kept_elsewhere(error):
            return _away("payload_unreadable", KEPT_ELSEWHERE, seconds=60)
        case DatabaseUnavailable():
            return _away("database_unavailable", _sentence(error))
        case StoreError():
            return _away("schema_outdated", _sentence(error), seconds=60)
        case _:
            return Problem(500, "unexpected", "Something went wrong that nobody foresaw. The gateway's log says what")


def install(app: FastAPI, page: Callable[[Request, Problem], Response]) -> None:
    """Answer every error of ``app``: programs get problem details, people get a ``page``."""

    async def answer(request: Request, error: Exception) -> Response:
        problem = problem_of(error)
        if problem.code == "unexpected":
            log.error("%s %s went wrong", request.method, request.url.path, exc_info=error)
        return problem.answer() if for_programs(request) else page(request, problem)

    kinds = (Problem, RequestValidationError, HTTPException, Refusal, GatewayError)
    for kind in (
        *kinds,
        TemporalConnectionError,
        RPCError,
        PayloadUnreadable,
        PayloadStoreError,
        StoreError,
        Exception,
    ):
        app.add_exception_handler(kind, answer)


def for_programs(request: Request) -> bool:
    """Whether a program asks; a browser that shows a page says that it accepts HTML."""
    return request.url.path.startswith("/api/") or "text/html" not in request.headers.get("accept", "")


def _of_gateway(error: GatewayError) -> Problem:
    match error:
        case BuildNotFound():
            return Problem(404, error.code, error.message)
        case CommandRefused():
            status = _STATUS.get(error.reason, 409)
            headers = {"Retry-After": "1"} if status == 503 else None
            return Problem(status, error.reason, _sentence(error), headers=headers)
        case BuildEnded():
            return Problem(409, error.code, error.message)
        case BuildNotOpened():
            return Problem(404, error.code, error.message)
        case RequestUnusable():
            return Problem(422, error.code, _sentence(error.message))
        case NoWorker():
            return _away(error.code, error.message)
        case JournalCut():
            return Problem(410, error.code, error.message)
        case _:
            return Problem(500, error.code, error.message)


def _of_input(error: RequestValidationError) -> Problem:
    found = error.errors()
    if any(one["type"] == "json_invalid" for one in found):
        return Problem(400, "not_json", "The body is not JSON")
    errors = [{"where": ".".join(map(str, one["loc"])), "what": str(one["msg"])} for one in jsonable_encoder(found)]
    told = "; ".join(f"{one['where']}: {one['what']}" for one in errors[:3])
    more = f"; and {len(errors) - 3} more" if len(errors) > 3 else ""
    return Problem(422, RefusalCode.MALFORMED.value, f"What was sent cannot be used: {told}{more}", errors=errors)


def _away(code: str, message: str, *, seconds: int = _AGAIN_SECONDS) -> Problem:
    return Problem(503, code, message, headers={"Retry-After": str(seconds)})


def _sentence(message: Any) -> str:
    text = str(message)
    return text[:1].upper() + text[1:]
