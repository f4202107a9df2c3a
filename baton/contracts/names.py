"""Names on the wire: workflow IDs, task queues, search attributes. Histories hold them, so they never change."""

from uuid import UUID

from baton.domain.vocabulary import Role

BUILDS_QUEUE = "baton-builds"
"""The task queue of the builds, the mirror and the profiles."""

NOTICES_QUEUE = "baton-notices"
"""The task queue of what is told to others: workflow and activities."""

NOTICE_WORKFLOW = "NoticeWorkflow"
WAKE = "wake"
"""The workflow that sends one subscriber the notices of one build, and the signal that there are some."""

MIRROR_CHECK_WORKFLOW = "MirrorCheckWorkflow"
MIRROR_CHECK = "mirror-check"
"""The workflow that compares SQL with Temporal's histories; the ID of its schedule, with which its own ID begins."""
UPGRADE = "upgrade"
"""The signal that has a build move to the promoted version of Baton at its next wait."""

BUILD_STATE = "BuildState"
BUILD_ROLE = "BuildRole"
PROJECT_ID = "ProjectId"
USER_ID = "UserId"
FORKED_FROM = "ForkedFrom"
SEARCH_ATTRIBUTES = (BUILD_STATE, BUILD_ROLE, PROJECT_ID, USER_ID, FORKED_FROM)
"""The search attributes of builds, all of type Keyword. Every build carries them, but for the last: forks alone do."""

ASK_AGAIN = "the workflow is about to go on with what has happened meanwhile; ask again in a moment"
"""How a query fails that came before the worker took up what had happened; see baton.runtime.workflow_runner."""

_NOTICES, _MIRROR = "notices-", "_mirror"


def role_queue(role: Role) -> str:
    """The task queue on which ``role`` takes its phases: ``baton-code-writer``."""
    return f"baton-{role.value.replace('_', '-')}"


def workflow_id(build_id: str) -> str:
    """The Temporal workflow ID of a build."""
    return f"build-{build_id}"


def notices_workflow_id(subscription: UUID, build_id: str) -> str:
    """The Temporal workflow ID of what is sent to one subscriber of one build.

    Of the mirror when ``build_id`` is empty: no build's ID begins with an underscore.
    """
    return f"{_NOTICES}{subscription}-{build_id or _MIRROR}"


def fairness_key(project_id: str) -> str:
    """The key by which Temporal shares workers between projects: the project, cut to Temporal's 64 bytes."""
    return project_id.encode()[:64].decode(errors="ignore")


_BUILD = workflow_id("")
_UUID = 36
_ROLES = {role_queue(role): role for role in Role}


def build_of(workflow: str) -> str | None:
    """The build that the workflow of this ID is about; ``None`` where it is about none."""
    if workflow.startswith(_NOTICES):
        build = workflow[len(_NOTICES) + _UUID + 1 :]
        return None if build == _MIRROR else build or None
    return workflow.removeprefix(_BUILD) or None if workflow.startswith(_BUILD) else None


def role_of(queue: str) -> Role | None:
    """The role that takes its phases from ``queue``; ``None`` for other queues."""
    return _ROLES.get(queue)
