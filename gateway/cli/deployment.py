"""Versions of the workers: which takes new builds, which still carries some, and what to do next."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from gateway.cli.command import command
from gateway.cli.exit_codes import CommandFailed, ExitCode
from gateway.cli.invocation import Invocation
from gateway.cli.plain import text

if TYPE_CHECKING:
    from gateway.deployments.versions import Deployment

_Name = Annotated[
    str | None,
    typer.Option("--deployment", metavar="NAME", help="The deployment. Default: BATON_DEPLOYMENT."),
]


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help="Versions of the workers: show, promote, move.", rich_markup_mode="rich")
    app.add_typer(group, name="deployment", no_args_is_help=True)

    @command(group, "show")
    async def show(call: Invocation, deployment: _Name = None) -> None:
        """Show each version: what it takes, the builds that run on it, and queues that nobody serves."""
        from gateway.deployments import versions

        name = _named(call, deployment)
        found = await versions.deployment(await call.connect(), name)
        document = {"deployment": found.name, "current": found.current and found.current.name}
        call.output.result(document | {"versions": list(found.versions)}, *_shown(found))

    @command(group, "promote")
    async def promote(
        call: Invocation,
        version: Annotated[str, typer.Argument(metavar="VERSION", show_default=False, help="As its workers have it.")],
        percent: Annotated[
            float | None,
            typer.Option("--percent", min=0, max=100, metavar="N", help="Give it this share of the new builds only."),
        ] = None,
        stay: Annotated[
            bool, typer.Option("--stay", help="Leave builds that wait for somebody where they are.")
        ] = False,
        deployment: _Name = None,
    ) -> None:
        """Give new builds to a version. Builds that wait for somebody move to it; those at work end where they are."""
        from gateway.deployments import promoting

        name = _named(call, deployment)
        client = await call.connect()
        await promoting.promote(client, name, version, percent=percent)
        told = 0 if stay or percent is not None else await promoting.move(client, name)
        share = "all" if percent is None else f"{percent:g} % of the"
        shown = [text("✓ ", "green").append(f"{version} of {name} takes {share} new builds", "default")]
        if told:
            shown.append(_moving(told))
        call.output.result({"deployment": name, "version": version, "percent": percent, "told": told}, *shown)

    @command(group, "move")
    async def move(call: Invocation, deployment: _Name = None) -> None:
        """Have builds on other versions move to the current one, each as soon as it waits for somebody."""
        from gateway.deployments import promoting

        name = _named(call, deployment)
        told = await promoting.move(await call.connect(), name)
        shown = _moving(told) if told else text("Every running build is on the current version", "dim")
        call.output.result({"deployment": name, "told": told}, shown)


def _named(call: Invocation, given: str | None) -> str:
    name = given or call.settings.deployment
    if name is None:
        raise CommandFailed(
            "usage",
            "Say which deployment: --deployment NAME, or set BATON_DEPLOYMENT as the workers have it",
            ExitCode.USAGE,
        )
    return name


def _moving(told: int) -> Text:
    builds = "1 build was" if told == 1 else f"{told} builds were"
    return text(f"{builds} told to move: at once where it waits for somebody, else when it next does", "dim")


def _shown(found: "Deployment") -> list[Table | Text]:
    from gateway.deployments.advice import advice_on, found_of

    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for column in ("version", "", "builds", ""):
        table.add_column(column, no_wrap=column != "")
    for version in found.versions:
        standing, served = found_of(version)
        table.add_row(text(version.name, "cyan"), text(standing), text(str(version.builds)), text(served, "dim"))
    return [table, *(text("→ ", "dim").append(line, "cyan") for line in advice_on(found))]
