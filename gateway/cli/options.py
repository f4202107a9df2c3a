"""Options and arguments that several commands share."""

from typing import Annotated

import typer

from baton.domain.vocabulary import Phase, Role, State

BuildArgument = Annotated[str, typer.Argument(metavar="BUILD", help="The build's ID.", show_default=False)]

Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it is journaled.", show_default=False)]
OptionalReason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it is journaled.")]

Expect = Annotated[
    State | None,
    typer.Option(
        "--expect",
        metavar="STATE",
        case_sensitive=False,
        help="The state you believe the build is in; in another one it refuses. Default: the state it shows now.",
    ),
]
RoleOption = Annotated[
    Role, typer.Option("--role", metavar="ROLE", case_sensitive=False, help="The role that reports: " + ", ".join(Role))
]
StateOption = Annotated[
    State, typer.Option("--state", metavar="STATE", case_sensitive=False, help="The state that is now complete.")
]
NextState = Annotated[
    State | None,
    typer.Option("--next-state", metavar="STATE", case_sensitive=False, help="Where you expect the build to go."),
]
PhaseOption = Annotated[
    Phase, typer.Option("--to", metavar="PHASE", case_sensitive=False, help="The phase: " + ", ".join(Phase))
]
