"""Providers refuse a conversation whose tool calls and results do not fit together.

A history that was cut off in the middle shows here.
"""

from tests.modelserver.conversation import Conversation


def misfit(conversation: Conversation, *, at_once: bool) -> str | None:
    """What is wrong, or None. ``at_once``: results have to come before anything else is said to the model."""
    waiting: list[str] = []
    for number, message in enumerate(conversation.messages):
        if at_once and waiting and not message.results and (message.texts or message.calls):
            return f"messages.{number}: tool calls without results: {', '.join(waiting)}"
        for result in message.results:
            if result.call_id not in waiting:
                return f"messages.{number}: a result for {result.call_id!r}, which no call before it waits for"
            waiting.remove(result.call_id)
        waiting += [call.call_id for call in message.calls]
    if waiting:
        return f"tool calls without results: {', '.join(waiting)}"
    return None
