"""Scripts for coding agents, which ask beside their task: for titles, for instance."""

from tests.modelserver.request import Request
from tests.modelserver.turns import Say, Turn


def asides(request: Request) -> Turn | None:
    """Answers what an agent asks without its tools: a title for its session, or whether the key is good."""
    if request.conversation.tools:
        return None
    return Say('{"title": "A task"}')
