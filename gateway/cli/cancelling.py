"""Cancelling a build, and waiting until it has cleaned up."""

from typing import Annotated

import typer

from gateway.cli.command import command
from gateway.cli.exit_codes import CommandFailed
from gateway.cli.invocation import Invocation
from gateway.cli.options import BuildArgument, OptionalReason
from gateway.cli.plain import text


def register(app: typer.Typer) -> None:
    """Add the command."""

    @command(app, "cancel")
    async def cancel(
        call: Invocation,
        build: BuildArgument,
        reason: OptionalReason = "",
        wait: Annotated[
            float, typer.Option("--wait", metavar="SECONDS", min=0, help="How long to wait until it has ended.")
        ] = 60.0,
    ) -> None:
        """Cancel a build: it stops its role, writes its journal to SQL, and ends."""
        import asyncio

        from baton.domain.vocabulary import Status

        builds = await call.builds()
        await builds.cancel(build, reason)
        try:
            async with asyncio.timeout(wait):
                status = await builds.result(build)
        except TimeoutError:
            raise CommandFailed(
                "not_cancelled_yet",
                f"Build {build!r} is told to cancel and has not ended within {wait:g} s. It ends when its worker and "
                f"the database are there. See: python starter.py status {build}",
            ) from None
        if status is not Status.CANCELLED:
            raise CommandFailed("already_ended", f"Build {build!r} ended as {status.value} before it was cancelled")
        call.output.result(
            {"build_id": build, "status": status}, text("✓ ", "green").append(build, "bold").append("  cancelled")
        )
