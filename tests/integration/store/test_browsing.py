"""Looking through many builds."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from baton.domain.vocabulary import State, Status
from baton.store.browsing import Wanted, browse, count_by_status, views, waiting_lines
from tests.busy.scene import scene, write
from tests.busy.tales import tale

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def busy(engine: Engine) -> Engine:
    for told in scene(NOW):
        write(engine, told)
    return engine


def ids(engine: Engine, wanted: Wanted) -> list[str]:
    return [build.build_id for build in browse(engine, wanted).builds]


def test_builds_come_newest_first_page_by_page_and_each_once(busy: Engine) -> None:
    seen: list[str] = []
    place: tuple[datetime, str] | None = None
    while True:
        page = browse(busy, Wanted(), limit=4, after=place)
        seen += [build.build_id for build in page.builds]
        if not page.more:
            break
        place = (page.builds[-1].created_at, page.builds[-1].build_id)
    assert seen == ids(busy, Wanted())
    assert seen[0] == "fx-rates"
    assert len(seen) == len(set(seen)) == 9


def test_a_build_started_meanwhile_moves_nothing_on_the_next_page(busy: Engine) -> None:
    first = browse(busy, Wanted(), limit=4).builds
    place = (first[-1].created_at, first[-1].build_id)
    before = browse(busy, Wanted(), limit=4, after=place)
    write(busy, tale("later", NOW + timedelta(minutes=1)))
    assert browse(busy, Wanted(), limit=4, after=place) == before


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(project="payments"), ["fx-rates", "money-1-4", "rounding"]),
        (Wanted(user="ben"), ["limits-api"]),
        (Wanted(state=State.PLANNING), ["fx-rates"]),
        (Wanted(status=Status.PAUSED), ["search"]),
        (Wanted(waiting="approval"), ["money-1-4"]),
        (Wanted(text="ROUND"), ["rounding"]),
        (Wanted(text="pdf"), ["invoices-pdf"]),
        (Wanted(text="%"), []),
        (Wanted(text="_"), []),
        (Wanted(projects=["ledger"], project="payments"), []),
        (Wanted(projects=[]), []),
    ],
    ids=str,
)
def test_filters_find_what_they_say(busy: Engine, wanted: Wanted, found: list[str]) -> None:
    assert ids(busy, wanted) == found


def test_builds_are_counted_by_status_as_far_as_they_are_seen(busy: Engine) -> None:
    assert count_by_status(busy) == {
        Status.IN_PROGRESS: 2,
        Status.WAITING: 3,
        Status.PAUSED: 1,
        Status.ERROR: 1,
        Status.COMPLETE: 2,
    }
    assert count_by_status(busy, ["payments"]) == {Status.IN_PROGRESS: 1, Status.WAITING: 1, Status.COMPLETE: 1}


def test_what_has_a_deadline_waits_before_what_has_none_and_the_longest_first(busy: Engine) -> None:
    lines, more = waiting_lines(busy)
    assert [line.build.build_id for line in lines] == [
        "money-1-4",
        "ledger-export",
        "limits-api",
        "ledger-audit",
        "search",
    ]
    assert not more
    assert [line.approvers for line in lines] == [()] * 5
    assert [line.build.build_id for line in waiting_lines(busy, ["invoices"])[0]] == ["search"]


def test_whole_builds_are_read_by_their_ids(busy: Engine) -> None:
    found = views(busy, ["rounding", "none"])
    assert found["rounding"].ledger.rework_rounds == 1
    assert set(found) == {"rounding"}
