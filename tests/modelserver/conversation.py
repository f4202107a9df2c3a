"""What a client sent to the model, in words that are the same for every wire."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Speaker(StrEnum):
    """Who a message is from. Results of tools come from the user's side."""

    USER = "user"
    MODEL = "model"


@dataclass(frozen=True)
class Tool:
    """A tool that is offered to the model. ``schema`` is the JSON schema of its arguments, {} for a free-form one."""

    name: str
    description: str = ""
    schema: dict[str, Any] = field(default_factory=dict)
    kind: str = "function"


@dataclass(frozen=True)
class ToolCall:
    """A call that the model made. ``arguments`` is the object that was sent, or the text where it is not one."""

    call_id: str
    name: str
    arguments: Any


@dataclass(frozen=True)
class ToolResult:
    """What a tool gave back. On a wire without call IDs the tool's name is the ID."""

    call_id: str
    text: str


@dataclass(frozen=True)
class Message:
    """One message. Wires that send texts, calls and results as items of their own give a message for each."""

    speaker: Speaker
    texts: tuple[str, ...] = ()
    calls: tuple[ToolCall, ...] = ()
    results: tuple[ToolResult, ...] = ()


@dataclass(frozen=True)
class Conversation:
    """All that one request told the model."""

    model: str
    stream: bool
    system: str
    messages: tuple[Message, ...]
    tools: tuple[Tool, ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text of user and model, in order."""
        return tuple(text for message in self.messages for text in message.texts)

    @property
    def said(self) -> str:
        """What the user's side said last, without results of tools: the last message that has a text."""
        for message in reversed(self.messages):
            if message.speaker is Speaker.USER and message.texts:
                return "\n".join(message.texts)
        return ""

    @property
    def calls(self) -> tuple[ToolCall, ...]:
        return tuple(call for message in self.messages for call in message.calls)

    @property
    def tool_results(self) -> tuple[ToolResult, ...]:
        return tuple(result for message in self.messages for result in message.results)

    @property
    def new_results(self) -> tuple[ToolResult, ...]:
        """Results that came after the model's last word: what this request tells it."""
        fresh: list[ToolResult] = []
        for message in reversed(self.messages):
            if message.speaker is Speaker.MODEL:
                break
            fresh[:0] = message.results
        return tuple(fresh)

    @property
    def tool_names(self) -> tuple[str, ...]:
        return tuple(tool.name for tool in self.tools)

    def tool(self, name: str) -> Tool | None:
        return next((tool for tool in self.tools if tool.name == name), None)
