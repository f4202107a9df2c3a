"""Giving a build a command, and showing its answer."""

from typing import TYPE_CHECKING, Any

from baton.domain.vocabulary import CommandName, State
from gateway.cli.invocation import Invocation
from gateway.cli.plain import text

if TYPE_CHECKING:
    from baton.contracts.messages import CommandReply
    from baton.domain.commands import Command
    from gateway.builds import Builds


async def tell(call: Invocation, build_id: str, name: CommandName, **fields: Any) -> None:
    """Give the command and show the answer. Raises Refusal (malformed) before anything is reached."""
    command = command_of(call, name, **fields)
    await _send(call, await call.builds(), build_id, command)


async def tell_expecting(
    call: Invocation, build_id: str, name: CommandName, expect: State | None, **fields: Any
) -> None:
    """As :func:`tell`, with the state that the sender expects; ``None`` is the one that the build shows now."""
    command = command_of(call, name, **fields, expected_state=(expect or State.DISCOVERY).value)
    builds = await call.builds()
    if expect is None:
        seen = (await builds.status(build_id)).current_state
        call.output.detail(f"Build {build_id!r} is in {seen.value}")
        command = command.model_copy(update={"expected_state": seen})
    await _send(call, builds, build_id, command)


def command_of(call: Invocation, name: CommandName, **fields: Any) -> "Command":
    """The command as its sender gives it. Raises Refusal (malformed)."""
    from baton.domain.commands import parse_command

    return parse_command(name, fields | call.sender.fields())


async def _send(call: Invocation, builds: "Builds", build_id: str, command: "Command") -> None:
    reply = await builds.send(build_id, command)
    call.output.result(reply, *shown(reply))


def shown(reply: "CommandReply") -> list[Any]:
    """A build's answer, for people."""
    moved = reply.previous_state is not reply.state
    way = f"{reply.previous_state.value} → {reply.state.value}" if moved else reply.state.value
    first = text("✓ ", "green").append(reply.build_id, "bold").append(f"  {way}", "cyan")
    first.append(f"  {reply.status.value.replace('_', ' ')}", "dim")
    if reply.duplicate:
        first.append("  (this command was carried out before)", "yellow")
    return [first, text(f"  {reply.message}", "dim")]
