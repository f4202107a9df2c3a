"""The triggers of revision 0008: a summary goes when its build's row says something else; totals go with summaries.

``CREATE`` and ``DROP`` are statements in order, by the database's name.
"""

from collections.abc import Iterator

_SAID = ("head_hash", "project_id", "created_at", "status", "rework_rounds", "tokens", "cost_usd")
_MAY_BE_NULL = ("completed_at", "ended_outside", "ended_outside_at")

TOTALS = {
    "builds": (
        ("project_id", "status", "failed_in", "spread"),
        {
            "builds": "1",
            "first_pass": "{}first_pass",
            **{name: f"{{}}{name}" for name in ("seconds", "handoffs", "rework_rounds")},
            **{name: f"{{}}{name}" for name in ("tokens", "cost_usd", "unpriced_reports")},
        },
    ),
    "starts": (("project_id", "day"), {"builds": "1"}),
    "ends": (("project_id", "day", "status"), {"builds": "1"}),
    "stays": (("project_id", "state", "ended_by", "first", "spread"), {"stays": "1"}),
    "waits": (("project_id", "kind", "spread"), {"waits": "1", "seconds": "coalesce({}seconds, 0)"}),
    "rework": (
        ("project_id", "from_role", "to_role", "from_state", "to_state"),
        {"builds": "1", "times": "{}times"},
    ),
    "usage": (
        ("project_id", "role", "program", "model"),
        {
            **{name: f"{{}}{name}" for name in ("reports", "requests", "input_tokens", "output_tokens")},
            **{name: f"{{}}{name}" for name in ("cached_tokens", "tokens")},
            "cost_usd": "coalesce({}cost_usd, 0)",
            "unpriced": "{}unpriced",
        },
    ),
}
"""Of each total: by what summaries of its kind are added up, and what: with {} for the row."""

_DAYS = {"starts": "created_at", "ends": "completed_at"}
"""Totals by the day (UTC) of this; they are of the summaries of builds."""

_DAY = {"sqlite": "substr({}, 1, 10)", "postgresql": "CAST(timezone('UTC', {}) AS date)"}
_KINDS = [kind for kind in TOTALS if kind not in _DAYS]
_FORGET = " ".join(f"DELETE FROM summary_{kind} WHERE workflow_id = OLD.id;" for kind in _KINDS)  # noqa: S608 - our names


def _differs(unlike: str) -> str:
    changed = [f"NEW.{name} <> OLD.{name}" for name in _SAID]
    changed += [f"NEW.{name} {unlike} OLD.{name}" for name in _MAY_BE_NULL]
    return " OR ".join(changed)


_UNSUMMARIZE_IN_SQLITE = """
CREATE TRIGGER unsummarize AFTER UPDATE ON build_workflows WHEN OLD.summarized AND (NOT NEW.summarized OR {differs})
BEGIN
  {forget}
  UPDATE build_workflows SET summarized = 0 WHERE id = OLD.id AND summarized;
END
"""
_TOTAL_IN_SQLITE = """
CREATE TRIGGER {name} AFTER {event} ON {summary}
BEGIN
  INSERT INTO total_{kind} ({columns}) VALUES ({values}) ON CONFLICT ({key}) DO UPDATE SET {added};
END
"""

_FUNCTION = """
CREATE FUNCTION baton_{name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  {does}
END $$
"""
_ADDED_UP = """INSERT INTO total_{kind} AS known ({columns})
  SELECT {values} FROM {rows} GROUP BY {places} ORDER BY {places}"""
_TOTAL = """{added_up}
  ON CONFLICT ({key}) DO UPDATE SET {added};
  RETURN NULL;"""


def _summary(total: str) -> str:
    return f"summary_{'builds' if total in _DAYS else total}"


def _dimension(name: str, row: str, day: str) -> str:
    if name == "day":
        return day.format(row)
    nothing = {"spread": "-1", "first": "0"}.get(name, "''")
    return f"coalesce({row}{name}, {nothing})"


def _day(total: str, database: str) -> str:
    """The day that it is added up by, with {} for the row."""
    return _DAY[database].format(f"{{}}{_DAYS.get(total)}")


def _in_sqlite() -> Iterator[str]:
    yield _UNSUMMARIZE_IN_SQLITE.format(differs=_differs("IS NOT"), forget=_FORGET)
    for kind, (key, measures) in TOTALS.items():
        day = _day(kind, "sqlite")
        for name, event, row, sign in (("add", "INSERT", "NEW.", ""), ("subtract", "DELETE", "OLD.", "-")):
            values = [_dimension(one, row, day) for one in key] + [sign + one.format(row) for one in measures.values()]
            yield _TOTAL_IN_SQLITE.format(
                name=f"{name}_{kind}",
                event=event,
                summary=_summary(kind),
                kind=kind,
                columns=", ".join((*key, *measures)),
                values=", ".join(values),
                key=", ".join(key),
                added=", ".join(f"{one} = {one} + excluded.{one}" for one in measures),
            )


def _in_postgresql() -> Iterator[str]:
    yield _FUNCTION.format(name="unsummarize", does=_FORGET + " NEW.summarized := false; RETURN NEW;")
    yield (
        "CREATE TRIGGER unsummarize BEFORE UPDATE ON build_workflows FOR EACH ROW "
        f"WHEN (OLD.summarized AND (NOT NEW.summarized OR {_differs('IS DISTINCT FROM')})) "
        "EXECUTE FUNCTION baton_unsummarize()"
    )
    for kind, (key, measures) in TOTALS.items():
        for name, event, rows, sign in (("add", "INSERT", "NEW", ""), ("subtract", "DELETE", "OLD", "-")):
            does = _TOTAL.format(
                added_up=_added_up(kind, "changed", sign),
                key=", ".join(key),
                added=", ".join(f"{one} = known.{one} + excluded.{one}" for one in measures),
            )
            yield _FUNCTION.format(name=f"{name}_{kind}", does=does)
            yield (
                f"CREATE TRIGGER {name}_{kind} AFTER {event} ON {_summary(kind)} REFERENCING {rows} TABLE AS changed "
                f"FOR EACH STATEMENT EXECUTE FUNCTION baton_{name}_{kind}()"
            )
        yield _FUNCTION.format(name=f"empty_{kind}", does=f"DELETE FROM total_{kind}; RETURN NULL;")  # noqa: S608
        yield (
            f"CREATE TRIGGER empty_{kind} AFTER TRUNCATE ON {_summary(kind)} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION baton_empty_{kind}()"
        )


def _added_up(kind: str, rows: str, sign: str = "") -> str:
    """The statement that adds ``rows`` of summaries up to new totals, in PostgreSQL."""
    key, measures = TOTALS[kind]
    day = _day(kind, "postgresql")
    values = [_dimension(one, "", day) for one in key]
    values += [f"{sign}sum({one.format('')})" for one in measures.values()]
    return _ADDED_UP.format(
        kind=kind,
        columns=", ".join((*key, *measures)),
        values=", ".join(values),
        rows=rows,
        places=", ".join(str(place) for place in range(1, len(key) + 1)),
    )


def adding_up() -> Iterator[str]:
    """The statements that make all totals anew from the summaries, in PostgreSQL."""
    for kind in TOTALS:
        yield f"DELETE FROM total_{kind}"  # noqa: S608 - our names
        yield _added_up(kind, _summary(kind))


CREATE = {"sqlite": tuple(_in_sqlite()), "postgresql": tuple(_in_postgresql())}
DROP = {
    "sqlite": ("DROP TRIGGER unsummarize",),  # the others go with their tables
    "postgresql": (
        "DROP FUNCTION baton_unsummarize() CASCADE",
        *(f"DROP FUNCTION baton_{does}_{kind}() CASCADE" for kind in TOTALS for does in ("add", "subtract", "empty")),
    ),
}
