"""Starting a build."""

import re
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Body
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from baton.contracts.messages import StartAnswer
from baton.domain.access import Action
from baton.domain.expectations import TASKS
from baton.domain.jsonvalue import canonical
from baton.domain.model import describe
from baton.domain.moves import OWNERS
from baton.domain.requests import MAX_REQUEST_BYTES, BuildId, BuildRequest, Name
from baton.domain.vocabulary import AccessRole, Role, State, Status
from baton.store.ids import build_key
from gateway.access.caller import Caller
from gateway.asking.asked import Asked, asked_in_object, asked_in_text
from gateway.errors import BuildNotFound, BuildNotOpened
from gateway.web.api.documented import POSTED, problems
from gateway.web.api.named import Key, ProjectId
from gateway.web.api.succession import next_role
from gateway.web.callers import WhoCalls, require
from gateway.web.problems import Problem
from gateway.web.site import Here

router = APIRouter(tags=["builds"])

_Text = Annotated[str, StringConstraints(min_length=1, pattern=r"\S")]
_Object = Annotated[dict[str, Any], Field(min_length=1)]
_Repository = Annotated[str, StringConstraints(min_length=1, max_length=2000, pattern=r"^[^\x00-\x1f\x7f]+$")]
_REMOTE = re.compile(r"(?:https?|ssh|git)://.+|[A-Za-z0-9._-]+@[A-Za-z0-9._-]+:[^:/].*", re.IGNORECASE)


_REF_NEEDS_REPO: dict[str, Any] = {
    "if": {"properties": {"ref": {"type": "string"}}, "required": ["ref"]},
    "then": {"properties": {"repo": {"type": "string"}}, "required": ["repo"]},
}


class StartRequest(BaseModel):
    """What is to be built, and for whom."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_REF_NEEDS_REPO)

    build_id: BuildId = Field(description="the same ID twice is the same build", examples=["slugify-1"])
    user_id: Name | None = Field(
        default=None, description="who asks for it, in lists and reports; without it the token's name", examples=["ada"]
    )
    requirements: _Text | _Object = Field(
        description="Markdown, or an object in a form of your own; a GitHub issue in JSON is read as one",
        examples=["# Slugify\n\n## Acceptance criteria\n\n- `slugify('A b')` gives `a-b`\n"],
    )
    metadata: dict[str, Any] = Field(
        default_factory=dict, description="kept with the build", examples=[{"ticket": "SHOP-7"}]
    )
    title: Name | None = Field(
        default=None,
        description="without it the first heading or line of the requirements, or the `title` in them, or the build ID",
        examples=["Slugify"],
    )
    profile: Name | None = Field(
        default=None, description="how the roles are played; without it BATON_GATEWAY_PROFILE", examples=["manual"]
    )
    repo: _Repository | None = Field(
        default=None,
        description="URL of the repository to work on; without it a fresh one. A path on the workers is for admins",
    )
    ref: Name | None = Field(default=None, description="branch, tag or commit of it to begin at")


class Started(BaseModel):
    """The build that carries the request, new or not."""

    workflow_id: UUID = Field(description="names the build in every other route")
    build_id: str
    initial_state: Literal["discovery"] = "discovery"
    status: Literal["started"] = "started"
    current_role: Role | None = Field(description="who works now")
    next_role: Role | None = Field(description="who works after that")
    instructions: str = Field(description="what is to be done now, and how it is told")
    temporal_workflow_id: str = Field(description="the same build in Temporal", examples=["build-slugify-1"])
    project_id: str
    current_state: State = Field(description="later than discovery when the same request came before")
    build_status: Status

    @classmethod
    def of(cls, answer: StartAnswer, project_id: str) -> "Started":
        """What is told of a build that was started."""
        key = build_key(answer.build_id)
        return cls(
            workflow_id=key,
            build_id=answer.build_id,
            current_role=OWNERS.get(answer.state),
            next_role=next_role(answer.state),
            instructions=_instructions(answer, f"/api/workflows/{key}"),
            temporal_workflow_id=answer.workflow_id,
            project_id=project_id,
            current_state=answer.state,
            build_status=answer.status,
        )


_LINKS = {
    name: {"operationId": name, "parameters": {"workflow_id": "$response.body#/workflow_id"}}
    for name in (
        *("advance", "request_retry", "rollback", "approve", "refuse", "abandon", "answer", "pause", "resume"),
        *(
            "extend_limits",
            "waive",
            "cancel",
            "fork",
            "list_forks",
            "get_status",
            "get_history",
            "get_journal",
            "list_artifacts",
            "get_diff",
        ),
    )
}


@router.post(
    "/api/workflows/{project_id}/start",
    summary="Start a build",
    responses=problems(*POSTED, 409) | {200: {"links": _LINKS}},
)
async def start(
    site: Here, caller: WhoCalls, project_id: ProjectId, body: Annotated[StartRequest, Body()], key: Key = None
) -> Started:
    """Start a build, or answer with the one that the same request has started before, ended or not.

    The build ID is the key: the same ID with another request is refused with `start_differs`, whatever the
    `Idempotency-Key` says. The journal names the token as who started it; `user_id` is what the request says.
    """
    if not caller.grant.sees(project_id):
        raise BuildNotFound(f"There is no project {project_id!r} for this token")
    require(caller, Action.START)
    _check_repository(body, caller)
    request = _request(body, project_id, caller, site.settings.gateway_profile)
    try:
        answer = await site.temporal.builds.start(request, by=caller.actor)
    except BuildNotOpened as error:
        raise Problem(409, error.code, error.message) from error
    site.whereabouts.remember(answer.build_id, project_id)
    return Started.of(answer, project_id)


def _check_repository(body: StartRequest, caller: Caller) -> None:
    if body.ref is not None and body.repo is None:
        raise Problem(422, "malformed", "ref names a place in a repository: send repo, too")
    if body.repo is None or _REMOTE.fullmatch(body.repo) or caller.grant.role is AccessRole.ADMIN:
        return
    raise Problem(
        403,
        "forbidden",
        "repo is a path on the disks of the workers: an admin may name one, others send a URL",
    )


def _request(body: StartRequest, project_id: str, caller: Caller, profile: str) -> BuildRequest:
    asked = _asked(body.requirements)
    for part in (asked.requirements, body.metadata):
        _check_size(part)
    try:
        return BuildRequest(
            build_id=body.build_id,
            project_id=project_id,
            user_id=body.user_id or caller.name,
            title=body.title or asked.title or body.build_id,
            requirements=asked.requirements,
            profile=body.profile or profile,
            repo=body.repo,
            ref=body.ref,
            metadata=asked.metadata | body.metadata,
        )
    except ValidationError as error:
        raise Problem(422, "malformed", f"The request cannot be used: {describe(error)}") from error


def _check_size(part: Any) -> None:
    try:
        size = len(canonical(part))
    except ValueError:
        return  # no JSON: that is told where the request is made
    if size > MAX_REQUEST_BYTES:
        raise Problem(
            413,
            "request_too_large",
            f"The request has {size:,} bytes; at most {MAX_REQUEST_BYTES:,} are taken. Put large material into the "
            "repository",
        )


def _asked(requirements: str | dict[str, Any]) -> Asked:
    return asked_in_text(requirements) if isinstance(requirements, str) else asked_in_object(requirements)


def _instructions(answer: StartAnswer, here: str) -> str:
    role = OWNERS.get(answer.state)
    if role is None:
        return TASKS[answer.state]
    if answer.status is not Status.WAITING:
        return f"{TASKS[answer.state]} {role.value} does it; see GET {here}/status"
    return (
        f"{TASKS[answer.state]} Then report it: POST {here}/advance with role {role.value}, "
        f"completed_state {answer.state.value} and phase_result"
    )
