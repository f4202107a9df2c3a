"""Commands that hold a build, let it go, and widen its limits."""

from typing import Annotated

import typer

from baton.domain.vocabulary import CommandName, LimitName
from gateway.cli.command import command
from gateway.cli.exit_codes import CommandFailed, ExitCode
from gateway.cli.invocation import Invocation
from gateway.cli.options import BuildArgument, OptionalReason
from gateway.cli.sending import tell

_NO_LIMIT = "none"


def register(app: typer.Typer) -> None:
    """Add the commands."""

    @command(app, "pause", sends=True)
    async def pause(call: Invocation, build: BuildArgument, reason: OptionalReason = "") -> None:
        """Start no new phase; the one that runs goes on to its end."""
        await tell(call, build, CommandName.PAUSE, reason=reason)

    @command(app, "resume", sends=True)
    async def resume(call: Invocation, build: BuildArgument, reason: OptionalReason = "") -> None:
        """Start phases again."""
        await tell(call, build, CommandName.RESUME, reason=reason)

    @command(app, "extend-limits", sends=True)
    async def extend_limits(
        call: Invocation,
        build: BuildArgument,
        limit: Annotated[
            list[str],
            typer.Option(
                "--limit",
                metavar="NAME=MAXIMUM",
                help=f"A new maximum, or {_NO_LIMIT!r}; may be repeated. Names: {', '.join(LimitName)}.",
                show_default=False,
            ),
        ],
        reason: OptionalReason = "",
    ) -> None:
        """Raise a build's budgets: --limit rework_rounds=8 --limit tokens=none."""
        await tell(call, build, CommandName.EXTEND_LIMITS, limits=read_limits(limit), reason=reason)


def read_limits(given: list[str], option: str = "--limit") -> dict[LimitName, float | None]:
    """``name=number`` pairs as the command takes them. Raises CommandFailed (usage)."""
    limits: dict[LimitName, float | None] = {}
    for pair in given:
        name, separator, maximum = (part.strip().lower() for part in pair.partition("="))
        if not separator or name not in LimitName.__members__.values():
            raise _misread(option, pair, f"write NAME=MAXIMUM, where NAME is one of {', '.join(LimitName)}")
        if name in limits:
            raise _misread(option, pair, f"{name} is there twice")
        try:
            limits[LimitName(name)] = None if maximum == _NO_LIMIT else float(maximum)
        except ValueError:
            raise _misread(option, pair, f"the maximum is a number, or {_NO_LIMIT!r} for no limit") from None
    return limits


def _misread(option: str, pair: str, why: str) -> CommandFailed:
    return CommandFailed("usage", f"{option} {pair!r}: {why}", ExitCode.USAGE)
