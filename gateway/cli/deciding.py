"""Commands by which people decide how a build goes on."""

from typing import Annotated

import typer

from baton.domain.vocabulary import CommandName
from gateway.cli.command import command
from gateway.cli.invocation import Invocation
from gateway.cli.options import BuildArgument, Expect, OptionalReason, PhaseOption, Reason
from gateway.cli.sending import tell, tell_expecting


def register(app: typer.Typer) -> None:
    """Add the commands."""

    @command(app, "request-retry", sends=True)
    async def request_retry(call: Invocation, build: BuildArgument, reason: Reason, expect: Expect = None) -> None:
        """Perform a parked phase again, or the running one afresh."""
        await tell_expecting(call, build, CommandName.REQUEST_RETRY, expect, reason=reason)

    @command(app, "rollback", sends=True)
    async def rollback(
        call: Invocation, build: BuildArgument, to: PhaseOption, reason: Reason, expect: Expect = None
    ) -> None:
        """Return to an earlier phase, and to the commit that it started from."""
        await tell_expecting(call, build, CommandName.ROLLBACK, expect, target_state=to.value, reason=reason)

    @command(app, "approve", sends=True)
    async def approve(
        call: Invocation, build: BuildArgument, reason: OptionalReason = "", expect: Expect = None
    ) -> None:
        """Let a handoff that waits for approval go on."""
        await tell_expecting(call, build, CommandName.APPROVE, expect, reason=reason)

    @command(app, "refuse", sends=True)
    async def refuse(call: Invocation, build: BuildArgument, reason: Reason, expect: Expect = None) -> None:
        """Stop a handoff that waits for approval; the build is parked and the reason becomes feedback."""
        await tell_expecting(call, build, CommandName.REFUSE, expect, reason=reason)

    @command(app, "waive", sends=True)
    async def waive(
        call: Invocation,
        build: BuildArgument,
        finding: Annotated[str, typer.Argument(metavar="FINDING", help="The finding's ID; see status --json.")],
        reason: Reason,
    ) -> None:
        """Let a finding pass: weakened tests or checks, or what could not be undone."""
        await tell(call, build, CommandName.WAIVE, finding_id=finding, reason=reason)

    @command(app, "abandon", sends=True)
    async def abandon(call: Invocation, build: BuildArgument, reason: Reason, expect: Expect = None) -> None:
        """Give a build up: it ends as failed."""
        await tell_expecting(call, build, CommandName.ABANDON, expect, reason=reason)
