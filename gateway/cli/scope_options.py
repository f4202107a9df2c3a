"""``--build``, ``--project``, ``--since`` and ``--all``: which builds are checked or mended."""

import re
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.exit_codes import CommandFailed, ExitCode
from gateway.cli.periods import scope_of

if TYPE_CHECKING:
    from gateway.mirroring.scope import Scope

Named = Annotated[
    list[str] | None, typer.Option("--build", metavar="ID", help="Only this build; can be given several times.")
]
Everything = Annotated[bool, typer.Option("--all", help="Every build there is.")]


def no_scope(builds: list[str] | None, projects: list[str] | None, since: str | None, *, everything: bool) -> None:
    """Raise CommandFailed where an option names builds beside ``--export``, which is of one build."""
    if builds or projects or since or everything:
        raise _usage("--export is of one build: leave --build, --project, --since and --all out")


def chosen(builds: list[str] | None, projects: list[str] | None, since: str | None, *, everything: bool) -> "Scope":
    """The builds that the options mean. Raises CommandFailed where they mean none, or contradict each other."""
    from baton.domain.requests import BUILD_ID_PATTERN
    from gateway.builds import BUILD_ID_RULE
    from gateway.mirroring.scope import Scope

    ways = [bool(builds), bool(projects) or since is not None, everything]
    if not any(ways):
        raise _usage("Which builds? Give --build ID, --project ID, --since WHEN, or --all")
    if sum(ways) > 1:
        raise _usage("--build, --all, and --project or --since exclude one another")
    for build_id in builds or ():
        if not re.fullmatch(BUILD_ID_PATTERN, build_id):
            raise _usage(f"{build_id!r} is no build ID: {BUILD_ID_RULE}")
    period = scope_of(projects, since, None)
    return Scope(tuple(builds or ()), tuple(projects) if projects else None, period.since)


def _usage(message: str) -> CommandFailed:
    return CommandFailed("usage", message, ExitCode.USAGE)
