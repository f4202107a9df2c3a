"""A model provider for tests: a real HTTP server on loopback that plays a script in the providers' own wire formats.

    with ModelServer(Call("write_file", {"path": "a.txt", "text": "A"}), Say("Done.")) as server:
        ...                                 # point a client at server.url or server.openai_url
    server.assert_done()

Each request for an answer takes the next turn of the script. Requests that are no questions to the model (lists of
models, counting of tokens) take none.
"""

from tests.modelserver.conversation import Conversation, Message, Speaker, Tool, ToolCall, ToolResult
from tests.modelserver.request import Kind, Request
from tests.modelserver.server import ModelServer
from tests.modelserver.turns import (
    BEFORE_HEAD,
    Always,
    Call,
    Cut,
    Dialogue,
    Fail,
    FailLate,
    Garbage,
    Hold,
    Reply,
    Say,
    Slow,
    Stop,
    Turn,
    Usage,
)

__all__ = [
    "BEFORE_HEAD",
    "Always",
    "Call",
    "Conversation",
    "Cut",
    "Dialogue",
    "Fail",
    "FailLate",
    "Garbage",
    "Hold",
    "Kind",
    "Message",
    "ModelServer",
    "Reply",
    "Request",
    "Say",
    "Slow",
    "Speaker",
    "Stop",
    "Tool",
    "ToolCall",
    "ToolResult",
    "Turn",
    "Usage",
]
