"""Reporting a role's state complete, by hand or for an agent."""

from typing import Annotated

import typer

from baton.domain.vocabulary import CommandName
from gateway.cli.command import command
from gateway.cli.invocation import Invocation
from gateway.cli.json_input import read_object
from gateway.cli.options import BuildArgument, NextState, RoleOption, StateOption
from gateway.cli.sending import tell

_MOST_BYTES = 8 * 1024 * 1024
"""More is not even read; what a report may have is for the build to say."""


def register(app: typer.Typer) -> None:
    """Add the command."""

    @command(app, "advance", sends=True)
    async def advance(
        call: Invocation,
        build: BuildArgument,
        role: RoleOption,
        state: StateOption,
        result: Annotated[
            str | None,
            typer.Option("--result", metavar="FILE|-|JSON", help="The report: one JSON object.", show_default=False),
        ] = None,
        next_state: NextState = None,
    ) -> None:
        """Report a role's state complete, or take a handoff for it."""
        report = {} if result is None else read_object(result, "the report", most_bytes=_MOST_BYTES)
        await tell(
            call,
            build,
            CommandName.ADVANCE,
            role=role.value,
            completed_state=state.value,
            result=report,
            next_state=None if next_state is None else next_state.value,
        )
