"""Scripts for coding agents: they ask beside their task, and how often they ask is theirs to decide."""

import shlex

from tests.modelserver.conversation import Conversation
from tests.modelserver.request import Request
from tests.modelserver.turns import Call, Dialogue, Say, Turn


def asides(request: Request) -> Turn | None:
    """Answers what an agent that works with tools asks without any: a title for its session, which model to take."""
    if request.conversation.tools:
        return None
    return Say('{"title": "A task"}')


def by_progress(*turns: Turn) -> Dialogue:
    """Plays the turn after as many rounds of tool results as the conversation holds, and the last one from then on.

    Each round has to be one turn with calls. A request that is sent again gets the same answer again, and an agent that
    lost a part of its conversation goes on where its conversation ends. Use it as ``Always(by_progress(...))``.
    """
    return lambda request: turns[min(rounds(request.conversation), len(turns) - 1)]


def rounds(conversation: Conversation) -> int:
    """How many times results came back to the model."""
    came = [bool(message.results) for message in conversation.messages]
    return sum(now and not before for before, now in zip([False, *came], came, strict=False))


def writes(path: str, text: str) -> Dialogue:
    """Writes a file with whatever the agent offers for it. Give the full path: some tools take no other.

    Raises ValueError where nothing that is offered can write a file; an agent without tools gets it as text.
    """

    def turn(request: Request) -> Turn:
        offered = request.conversation
        if not offered.tools:
            return Say(f"I write it.\n\n{path}\n```\n{text}```\n")
        if offered.tool("Write") or offered.tool("write_file"):
            return Call("Write" if offered.tool("Write") else "write_file", {"file_path": path, "content": text})
        if offered.tool("write"):
            return Call("write", {"filePath": path, "content": text})
        if offered.tool("exec_command"):
            return Call("exec_command", {"cmd": f"printf %s {shlex.quote(text)} >{shlex.quote(path)}"})
        raise ValueError(f"none of these tools is known to write a file: {', '.join(offered.tool_names)}")

    return turn


def runs(command: str) -> Dialogue:
    """Runs a shell command with whatever the agent offers for it. Raises ValueError where nothing does."""

    def turn(request: Request) -> Turn:
        offered = request.conversation
        for name, key in (("Bash", "command"), ("bash", "command"), ("run_shell_command", "command")):
            if offered.tool(name):
                return Call(name, {key: command, "description": "run it"})
        if offered.tool("exec_command"):
            return Call("exec_command", {"cmd": command})
        raise ValueError(f"none of these tools is known to run a command: {', '.join(offered.tool_names)}")

    return turn
