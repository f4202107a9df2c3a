"""A database with builds is divided by months, goes on being written, proven and mended, and forgets old months."""

from datetime import UTC, datetime, timedelta

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, select, text

from baton.domain.vocabulary import State
from baton.store import reading, schema
from baton.store.errors import CannotDivide
from baton.store.ids import build_key
from baton.store.mirror import Mirror
from baton.store.months.layout import DIVIDED, month_of, months_after, partitions_of
from baton.store.partitions.dividing import divide
from baton.store.partitions.forgetting import forget
from baton.store.proof.auditing import audit
from baton.store.proof.comparing import compare
from baton.store.proof.finding import orphaned, read_build
from baton.store.proof.mending import mend
from baton.store.reports.asking import project_report
from baton.store.summaries.summarizing import summarize
from baton.store.tables import Base, BuildWorkflow
from tests.command_line import CommandLine
from tests.integration.store.test_migrations import go
from tests.journals import Story, happy, request, reworked

READER = "reader_of_reports"
THIS = month_of(datetime.now(UTC))


@pytest.fixture
def postgres(engine: Engine) -> Engine:
    if engine.dialect.name == "sqlite":
        pytest.skip("SQLite has no partitions")
    return engine


def told(engine: Engine, *stories: Story) -> None:
    for story in stories:
        Mirror(engine).write(story.batch())


def run(engine: Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def at(build_id: str, moment: datetime) -> Story:
    return Story.begin(request(build_id), at=moment).until(State.COMPLETE)


def names(engine: Engine, table: str = "workflow_events") -> list[str]:
    with engine.begin() as connection:
        return [one.name.removeprefix(f"{table}_") for one in partitions_of(connection, table)]


def is_proven(engine: Engine, story: Story) -> bool:
    stored = read_build(engine, story.build.view.build_id)
    return compare(stored, story.entries) == [] and audit(stored) == []


def test_a_year_of_a_divided_database(postgres: Engine) -> None:
    old, half = happy("b-1"), Story.begin(request("b-2"), at=datetime.now(UTC)).until(State.TESTING)
    told(postgres, old, reworked("b-3"), half)
    before = project_report(postgres)
    run(postgres, f"CREATE ROLE {READER}", f"GRANT SELECT ON workflow_events, report_costs TO {READER}")

    made = divide(postgres, 3)
    assert [made[0], len(made)] == ["workflow_handoffs_before", 2 + 2 * 3]
    assert names(postgres) == ["before", *(f"p{months_after(THIS, number):%Y%m}" for number in (1, 2, 3))]
    assert schema.check(postgres) == []
    assert (project_report(postgres), is_proven(postgres, old)) == (before, True)
    assert divide(postgres, 3) == []
    _is_as_the_models_are(postgres)
    _is_read_by_the_same(postgres)

    _goes_on(postgres, half, old)
    _is_mended(postgres, old)
    _forgets(postgres, half)
    go(postgres, command.downgrade, "0007")
    assert schema.upgrade(postgres) == schema.head()
    assert schema.check(postgres) == []


def _is_as_the_models_are(engine: Engine) -> None:
    """But for the unique index, which has to hold the column by which the table is divided."""

    def ours(_: object, name: str | None, kind: str, reflected: bool, __: object) -> bool:
        return kind != "table" or not reflected or name in Base.metadata.tables

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": ours})
        found = compare_metadata(context, Base.metadata)
    assert [(one[0], one[1].name) for one in found] == [
        ("remove_index", "uq_workflow_events_sequence"),
        ("add_index", "uq_workflow_events_sequence"),
    ]


def _is_read_by_the_same(engine: Engine) -> None:
    with engine.connect() as connection:
        for name in ("workflow_events", "report_costs"):
            may = text(f"SELECT has_table_privilege('{READER}', '{name}', 'SELECT')")
            assert connection.scalar(may) is True
    run(engine, f"DROP OWNED BY {READER}", f"DROP ROLE {READER}")


def _goes_on(engine: Engine, half: Story, old: Story) -> None:
    """Builds end in other months, are told again after a reset, come twice; new ones come beyond the last month."""
    half.at = months_after(THIS, 2)
    told(engine, half.until(State.COMPLETE), half, at("b-4", months_after(THIS, 1)), at("b-5", months_after(THIS, 6)))
    again = old.branch(6).until(State.COMPLETE)
    Mirror(engine).write(again.batch(7))
    assert [is_proven(engine, one) for one in (half, again)] == [True, True]
    assert reading.counts(engine, "b-5").events == 12
    divide(engine, 7)
    assert names(engine)[-1] == f"p{months_after(THIS, 7):%Y%m}"
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM workflow_events_default")) == 0
    assert reading.counts(engine, "b-5").events == 12
    assert summarize(engine) == 5


def _is_mended(engine: Engine, old: Story) -> None:
    story = happy("b-6")
    told(engine, story)
    run(engine, "UPDATE workflow_events SET event_data = '{}' WHERE event_type = 'build_completed'")
    run(engine, f"DELETE FROM workflow_events WHERE sequence = 3 AND workflow_id = '{build_key('b-6')}'")
    assert not is_proven(engine, story)
    assert mend(engine, "b-6", lambda _: story.entries).differences
    assert is_proven(engine, story)


def _forgets(engine: Engine, half: Story) -> None:
    """What ended goes with its months; what another month holds of it, too. What runs keeps its month."""
    running = Story.begin(request("b-7"), at=months_after(THIS, 3)).until(State.PLANNING)
    told(engine, running)
    gone = forget(engine, months_after(THIS, 5) + timedelta(days=9))

    assert (gone.kept_by, gone.before) == ("b-7", months_after(THIS, 3))
    assert gone.partitions[0] == "workflow_events_before"
    assert len(gone.partitions) == 2 * 3
    assert gone.builds == 5
    with engine.connect() as connection:
        assert sorted(connection.scalars(select(BuildWorkflow.build_id))) == ["b-5", "b-7"]
    assert orphaned(engine) == []
    assert (reading.counts(engine, "b-2").events, reading.counts(engine, "b-5").events) == (0, 12)
    assert project_report(engine).figures.total == 2
    assert forget(engine, months_after(THIS, 3)).partitions == []
    told(engine, half)
    assert is_proven(engine, half), "a build that was forgotten can be written again"


def test_forgetting_that_was_cut_short_goes_on(
    postgres: Engine, cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(postgres, happy("b-1"))
    where = ("--database-url", postgres.url.render_as_string(hide_password=False))
    assert len(cli.now("db", "partition", "--ahead", "2", "--json", *where).json["made"]) == 6
    before = months_after(THIS, 1)
    with monkeypatch.context() as cut:
        cut.setattr("baton.store.partitions.forgetting._delete", _interrupted)
        with pytest.raises(KeyboardInterrupt):
            forget(postgres, before)

    said = cli.now("db", "forget", "--before", f"{before:%Y-%m-%d}", "--yes", *where)
    assert (said.code, "1 builds and 2 partitions" in said.told) == (0, True)
    assert schema.check(postgres) == []


def _interrupted(*_: object) -> int:
    raise KeyboardInterrupt


def test_views_of_others_keep_tables_from_being_divided(postgres: Engine) -> None:
    run(
        postgres,
        "CREATE VIEW ours AS SELECT id FROM workflow_events",
        "CREATE VIEW over_ours AS SELECT id FROM ours",
    )

    with pytest.raises(CannotDivide, match=r"ours, over_ours\. Drop them"):
        divide(postgres, 2)
    assert names(postgres) == []
    assert schema.check(postgres) == []


def test_months_that_run_out_are_told_and_made_again(postgres: Engine) -> None:
    divide(postgres, 2)
    for number in (2, 1, 0):
        months = "before" if number == 0 else f"p{months_after(THIS, number):%Y%m}"
        run(postgres, *(f"DROP TABLE {table}_{months}" for table in DIVIDED))
        assert [str(one) for one in schema.check(postgres)] == [
            f"{table}: has partitions up to {months_after(THIS, number):%Y-%m-%d} alone; "
            "run: python starter.py db partition"
            for table in sorted(DIVIDED)
        ]

    assert len(divide(postgres, 2)) == 2 * 3
    assert schema.check(postgres) == []


def test_what_is_not_divided_forgets_nothing(engine: Engine) -> None:
    with pytest.raises(CannotDivide, match=r"run python starter\.py db partition first"):
        forget(engine, THIS)
    if engine.dialect.name == "sqlite":
        with pytest.raises(CannotDivide, match="SQLite has no partitions"):
            divide(engine, 2)
