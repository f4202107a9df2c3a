"""The mirror as a database: upgrade its schema, check it, say which it is; have its summaries made."""

import typer

from gateway.cli import partitioning
from gateway.cli.command import command
from gateway.cli.database import DatabaseUrl, database
from gateway.cli.exit_codes import ExitCode
from gateway.cli.invocation import Invocation
from gateway.cli.plain import text


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(
        help="The SQL mirror: upgrade, check, current, summarize, partition, forget.", rich_markup_mode="rich"
    )
    app.add_typer(group, name="db", no_args_is_help=True)
    partitioning.register(group)

    @command(group, "upgrade", temporal=False)
    def upgrade(call: Invocation, database_url: DatabaseUrl = None) -> None:
        """Bring the schema up to date. Safe to be run twice, and by many at once."""
        from baton.store import schema
        from baton.store.urls import redacted

        with database(call, database_url) as engine:
            before = schema.current(engine)
            after = schema.upgrade(engine)
            where = redacted(engine.url)
        done = "is up to date" if before == after else f"upgraded from {before or 'nothing'}"
        if schema.is_newer(after):
            done = f"left as it is: a later version's. This one works with {schema.head()}, and can write to it"
        call.output.result(
            {"database": where, "before": before, "after": after},
            text("✓ ", "green").append(f"{where}  ", "default").append(f"{after}", "cyan").append(f"  {done}", "dim"),
        )

    @command(group, "check", temporal=False)
    def check(call: Invocation, database_url: DatabaseUrl = None) -> ExitCode:
        """Compare tables, columns, indexes, keys, enums, views and revision with this version of Baton."""
        from baton.store import schema
        from baton.store.urls import redacted

        with database(call, database_url) as engine:
            differences = schema.check(engine)
            revision = schema.current(engine)
            where = redacted(engine.url)
        shown = [text("✗ ", "red").append(str(difference), "default") for difference in differences]
        if not differences:
            shown = [text("✓ ", "green").append(f"{where}  ", "default").append("nothing differs", "dim")]
        elif revision is not None and schema.is_newer(revision):
            shown.append(
                text("A later version of Baton has upgraded it. Whether this one can write: db upgrade", "dim")
            )
        else:
            shown.append(text("Run: python starter.py db upgrade", "dim"))
        call.output.result({"database": where, "revision": revision, "differences": differences}, *shown)
        return ExitCode.FAILED if differences else ExitCode.DONE

    @command(group, "current", temporal=False)
    def current(call: Invocation, database_url: DatabaseUrl = None) -> None:
        """Show the revision of the schema, and the one that this version of Baton works with."""
        from baton.store import schema
        from baton.store.urls import redacted

        with database(call, database_url) as engine:
            revision, head = schema.current(engine), schema.head()
            where = redacted(engine.url)
        note = "up to date" if revision == head else f"this version of Baton works with {head}"
        call.output.result(
            {"database": where, "revision": revision, "head": head, "up_to_date": revision == head},
            text(f"{where}  ").append(revision or "no tables yet", "cyan").append(f"  {note}", "dim"),
        )

    @command(group, "summarize", temporal=False)
    def summarize_(call: Invocation, database_url: DatabaseUrl = None) -> None:
        """Summarize all builds that have ended, for quick reports. Workers do it, too, one after the other."""
        from baton.store.summaries.summarizing import summarize
        from baton.store.urls import redacted

        done = 0
        with database(call, database_url) as engine:
            while found := summarize(engine):
                done += found
            where = redacted(engine.url)
        call.output.result(
            {"database": where, "summarized": done},
            text("✓ ", "green").append(f"{where}  ", "default").append(f"{done} summarized", "dim"),
        )
