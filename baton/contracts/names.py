"""Names on the wire: workflow IDs, task queues, search attributes. Histories hold them, so they never change."""

from baton.domain.vocabulary import Role

BUILDS_QUEUE = "baton-builds"
"""The task queue of the workflows, the mirror and the profiles."""

SEARCH_ATTRIBUTES = ("BuildState", "BuildRole", "ProjectId", "UserId")
"""The search attributes that every build carries, all of type Keyword."""


def role_queue(role: Role) -> str:
    """The task queue on which ``role`` takes its phases: ``baton-code-writer``."""
    return f"baton-{role.value.replace('_', '-')}"


def workflow_id(build_id: str) -> str:
    """The Temporal workflow ID of a build."""
    return f"build-{build_id}"
