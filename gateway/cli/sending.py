"""Giving a build a command, and showing its answer."""

from typing import TYPE_CHECKING, Any

from baton.domain.vocabulary import CommandName, State
from gateway.cli.invocation import Invocation
from gateway.cli.plain import text

if TYPE_CHECKING:
    from baton.contracts.messages import CommandReply
    from gateway.builds import Builds


async def tell(invocation: Invocation, build_id: str, name: CommandName, **fields: Any) -> None:
    """Give the command and show the answer. Raises Refusal (malformed) before anything is sent."""
    await _tell(invocation, await invocation.builds(), build_id, name, fields)


async def tell_expecting(
    invocation: Invocation, build_id: str, name: CommandName, expect: State | None, **fields: Any
) -> None:
    """As :func:`tell`, with the state that the sender expects; ``None`` is the one that the build shows now."""
    builds = await invocation.builds()
    if expect is None:
        expect = (await builds.status(build_id)).current_state
        invocation.output.detail(f"Build {build_id!r} is in {expect.value}")
    await _tell(invocation, builds, build_id, name, fields | {"expected_state": expect.value})


async def _tell(
    invocation: Invocation, builds: "Builds", build_id: str, name: CommandName, fields: dict[str, Any]
) -> None:
    from baton.domain.commands import parse_command

    command = parse_command(name, fields | invocation.sender.fields())
    reply = await builds.send(build_id, command)
    invocation.output.result(reply, *_shown(reply))


def _shown(reply: "CommandReply") -> list[Any]:
    moved = reply.previous_state is not reply.state
    way = f"{reply.previous_state.value} → {reply.state.value}" if moved else reply.state.value
    first = text("✓ ", "green").append(reply.build_id, "bold").append(f"  {way}", "cyan")
    first.append(f"  {reply.status.value.replace('_', ' ')}", "dim")
    if reply.duplicate:
        first.append("  (this command was carried out before)", "yellow")
    return [first, text(f"  {reply.message}", "dim")]
