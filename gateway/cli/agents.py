"""``agents``: which coding agents can play a role here, and what is missing."""

import os
from typing import TYPE_CHECKING

import typer
from rich.table import Table

from gateway.cli.command import command
from gateway.cli.invocation import Invocation
from gateway.cli.plain import line, text

if TYPE_CHECKING:
    from rich.text import Text

    from gateway.agents import AgentHere


def register(app: typer.Typer) -> None:
    """Add the command."""

    @command(app, "agents", temporal=False)
    def agents(call: Invocation) -> None:
        """List the coding agents that can play a role: program, version, keys, profiles, or how to install them."""
        from gateway.agents import agents_here

        found = agents_here(os.environ, call.settings)
        call.output.result({"agents": found}, _table(found))


def _table(found: "list[AgentHere]") -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False, pad_edge=False)
    table.add_column(width=1)
    table.add_column(no_wrap=True, style="cyan")
    table.add_column(overflow="fold")
    for agent in found:
        mark, style = ("!", "yellow") if agent.problem else ("✓", "green")
        table.add_row(text(mark, style), text(agent.name), _told(agent))
    return table


def _told(agent: "AgentHere") -> "Text":
    if agent.problem:
        told = text(f"{agent.title}: {line(agent.problem)}")
        if agent.program is None:
            told.append("\n→ ", "dim").append(text(agent.install, "cyan"))
    else:
        told = text(f"{agent.title} {line(agent.version)}").append(text(f"  {agent.program}", "dim"))
    keys = ", ".join(f"{key.name}{' (set)' if key.is_set else ''}" for key in agent.keys)
    told.append(text(f"\nkeys: {keys}", "dim"))
    told.append(text(f"\nin a profile: {', '.join(agent.profile)}", "dim"))
    if agent.used_by:
        told.append(text(f"\nplays in {', '.join(map(line, agent.used_by))}", "green"))
    return told
