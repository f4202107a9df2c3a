"""Reports from SQL: how projects and roles do, what builds cost, and builds one by one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli import comparing
from gateway.cli.command import command
from gateway.cli.database import DatabaseUrl, database
from gateway.cli.exit_codes import CommandFailed, ExitCode
from gateway.cli.invocation import Invocation
from gateway.cli.periods import Projects, Since, Until, scope_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from rich.console import RenderableType

    from baton.store.reports.scope import Scope

Csv = Annotated[bool, typer.Option("--csv", help="One table as CSV on standard output.")]
TableName = Annotated[
    str | None, typer.Option("--table", metavar="NAME", help="With --csv: which table. Default: the first.")
]
Png = Annotated[
    Path | None,
    typer.Option("--png", metavar="FILE", help="Draw it into this file, too: PNG, or SVG where it ends in .svg."),
]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """How the answer is wanted. Raises CommandFailed where the options do not go together."""

    call: Invocation
    scope: "Scope"
    as_csv: bool
    table: str | None
    picture: Path | None

    def check(self, tables: Sequence[str]) -> None:
        """Before anything is read: ``tables`` are those that there are."""
        if self.as_csv and self.call.output.as_json:
            raise _usage("--csv and --json both want standard output: choose one")
        if self.table is not None and not self.as_csv:
            raise _usage("--table chooses what --csv gives: add --csv")
        if self.table is not None and self.table not in tables:
            raise _usage(f"there is no table {self.table!r}; there are: {', '.join(tables)}")
        if self.picture is not None:
            from gateway.charts.drawing import check_file

            check_file(self.picture)

    def answer(
        self,
        report: Any,
        shown: "RenderableType",
        tables: dict[str, tuple[type[Any], Sequence[Any]]],
        drawn: Callable[[], "Figure"],
    ) -> None:
        """Say ``report``: on the screen as ``shown``, as JSON, or one of ``tables`` as CSV; and draw it."""
        if self.picture is not None:
            from gateway.charts.drawing import save

            save(drawn(), self.picture)
        if self.as_csv:
            from gateway.cli.csv_output import as_csv

            self.call.output.raw(as_csv(*tables[self.table or next(iter(tables))]))
            return
        self.call.output.result(report, shown)
        if self.picture is not None:
            self.call.output.warn(f"drawn into {self.picture}")


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help="Reports: project, roles, builds, costs, compare.", rich_markup_mode="rich")
    app.add_typer(group, name="report", no_args_is_help=True)
    comparing.register(group)

    @command(group, "project", temporal=False)
    def project_(
        call: Invocation,
        project: Projects = None,
        since: Since = None,
        until: Until = None,
        csv: Csv = False,
        table: TableName = None,
        png: Png = None,
        database_url: DatabaseUrl = None,
    ) -> None:
        """How projects do: lead time, first-pass yield, rework, throughput, waits for people, cost.

        Tables: projects, phases, rework, throughput, waits, costs.
        """
        from baton.store.reports import figures
        from baton.store.reports.asking import project_report
        from gateway.cli.report_tables import project_screen

        wanted = _Wanted(call, scope_of(project, since, until), csv, table, png)
        wanted.check(("projects", "phases", "rework", "throughput", "waits", "costs"))
        with database(call, database_url) as engine:
            report = project_report(engine, wanted.scope)

        def drawn() -> "Figure":
            from gateway.charts.pages import project_page

            return project_page(report, wanted.scope)

        tables: dict[str, tuple[type[Any], Sequence[Any]]] = {
            "projects": (figures.ProjectFigures, report.projects),
            "phases": (figures.PhaseFigures, report.phases),
            "rework": (figures.ReworkFigures, report.rework),
            "throughput": (figures.Throughput, report.throughput),
            "waits": (figures.WaitFigures, report.waits),
            "costs": (figures.CostFigures, report.costs),
        }
        wanted.answer(report, project_screen(report), tables, drawn)

    @command(group, "roles", temporal=False)
    def roles(
        call: Invocation,
        project: Projects = None,
        since: Since = None,
        until: Until = None,
        csv: Csv = False,
        table: TableName = None,
        png: Png = None,
        database_url: DatabaseUrl = None,
    ) -> None:
        """How roles do: lead time, first-pass yield, who sends work back to whom, cost.

        Tables: roles, rework.
        """
        from baton.store.reports import figures
        from baton.store.reports.asking import role_report
        from gateway.cli.report_tables import role_screen

        wanted = _Wanted(call, scope_of(project, since, until), csv, table, png)
        wanted.check(("roles", "rework"))
        with database(call, database_url) as engine:
            report = role_report(engine, wanted.scope)

        def drawn() -> "Figure":
            from gateway.charts.pages import role_page

            return role_page(report, wanted.scope)

        tables: dict[str, tuple[type[Any], Sequence[Any]]] = {
            "roles": (figures.RoleFigures, report.roles),
            "rework": (figures.ReworkFigures, report.rework),
        }
        wanted.answer(report, role_screen(report, call.output.console.width), tables, drawn)

    @command(group, "costs", temporal=False)
    def costs(
        call: Invocation,
        project: Projects = None,
        since: Since = None,
        until: Until = None,
        csv: Csv = False,
        table: TableName = None,
        png: Png = None,
        database_url: DatabaseUrl = None,
    ) -> None:
        """What builds cost, as far as roles reported it: by project, role, model and program.

        Tables: projects, roles, models, programs.
        """
        from baton.store.reports import figures
        from baton.store.reports.asking import cost_report
        from gateway.cli.report_tables import cost_screen

        wanted = _Wanted(call, scope_of(project, since, until), csv, table, png)
        wanted.check(("projects", "roles", "models", "programs"))
        with database(call, database_url) as engine:
            report = cost_report(engine, wanted.scope)

        def drawn() -> "Figure":
            from gateway.charts.pages import cost_page

            return cost_page(report, wanted.scope)

        tables: dict[str, tuple[type[Any], Sequence[Any]]] = {
            "projects": (figures.ProjectFigures, report.by_project),
            "roles": (figures.CostFigures, report.by_role),
            "models": (figures.CostFigures, report.by_model),
            "programs": (figures.CostFigures, report.by_program),
        }
        wanted.answer(report, cost_screen(report), tables, drawn)

    @command(group, "builds", temporal=False)
    def builds(
        call: Invocation,
        project: Projects = None,
        since: Since = None,
        until: Until = None,
        limit: Annotated[
            int | None, typer.Option("--limit", metavar="N", min=1, help="At most so many. Default: all.")
        ] = None,
        csv: Csv = False,
        png: Png = None,
        database_url: DatabaseUrl = None,
    ) -> None:
        """Builds one by one, the newest first: how long they took, rework, where they failed, cost."""
        from baton.store.reports import figures
        from baton.store.reports.asking import build_report
        from gateway.cli.report_tables import builds_screen

        wanted = _Wanted(call, scope_of(project, since, until), csv, None, png)
        wanted.check(())
        with database(call, database_url) as engine:
            found = build_report(engine, wanted.scope, limit)

        def drawn() -> "Figure":
            from gateway.charts.pages import builds_page

            return builds_page(found, wanted.scope)

        wanted.answer(
            {"builds": found},
            builds_screen(found, call.output.console.width),
            {"builds": (figures.BuildFigures, found)},
            drawn,
        )


def _usage(message: str) -> CommandFailed:
    return CommandFailed("usage", message, ExitCode.USAGE)
