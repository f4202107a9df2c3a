"""All wires."""

from tests.modelserver.request import WireName
from tests.modelserver.wires.anthropic import AnthropicWire
from tests.modelserver.wires.chat import ChatWire
from tests.modelserver.wires.gemini import GeminiWire
from tests.modelserver.wires.responses import ResponsesWire
from tests.modelserver.wires.wire import Wire

WIRES: dict[WireName, Wire] = {
    WireName.CHAT: ChatWire(),
    WireName.RESPONSES: ResponsesWire(),
    WireName.ANTHROPIC: AnthropicWire(),
    WireName.GEMINI: GeminiWire(),
}

# Where the results of tools have to come before anything else. The others only want every call to have one.
AT_ONCE = frozenset({WireName.CHAT, WireName.ANTHROPIC, WireName.GEMINI})
