"""Notices are written with the entries that they tell of: both or neither, once, and as the build was then."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, event, text

from baton.domain.fold import fold
from baton.domain.notices import DeliveryStatus
from baton.domain.vocabulary import EntryKind, State
from baton.store.ids import build_key, delivery_key
from baton.store.mirror import Mirror
from baton.store.notices.sending import next_pending, park, record_delivered
from baton.store.notices.subscriptions import disable
from baton.store.reading import counts
from tests.integration.store.notices.conftest import queued, subscribe
from tests.journals import BAD_TESTS, Story, happy, refused, request


def test_every_entry_is_told_as_the_build_was_then(engine: Engine) -> None:
    ops = subscribe(engine)
    story = refused()

    (queue,) = Mirror(engine).write(story.batch())

    rows = queued(engine)
    assert (queue.subscription_id, queue.build_key, queue.build_id) == (ops.id, build_key("b-1"), "b-1")
    assert [row.id for row in rows] == [delivery_key(ops.id, entry.hash) for entry in story.entries]
    for row, entry in zip(rows, story.entries, strict=True):
        view = fold(story.entries[: entry.sequence])
        data = row.body["data"]
        assert (row.sequence, row.event_type, row.status) == (entry.sequence, entry.kind.value, "pending")
        assert (row.body["type"], data["kind"]) == (f"build.{entry.kind.value}", entry.kind.value)
        assert datetime.fromisoformat(row.body["timestamp"]) == entry.at
        assert (data["state"], data["status"], data["progress"]) == (view.current_state, view.status, view.progress)
        waits = None if view.waiting_for is None else view.waiting_for.what
        assert (None if data["waiting_for"] is None else data["waiting_for"]["what"]) == waits
        assert (data["entry"], data["entry_omitted"], data["hash"]) == (entry.data, False, entry.hash)


def test_what_is_told_does_not_depend_on_how_the_entries_arrive(engine: Engine) -> None:
    subscribe(engine)
    whole, piecemeal = happy("b-1"), happy("b-2")
    Mirror(engine).write(whole.batch())
    for number in range(1, len(piecemeal.entries) + 1):
        Mirror(engine).write(piecemeal.batch(number, number))

    told: dict[str, list[object]] = {"b-1": [], "b-2": []}
    for row in queued(engine):
        data = row.body["data"]
        told[data["build_id"]].append((data["sequence"], data["state"], data["status"], data["waiting_for"]))
    assert told["b-1"] == told["b-2"]


def test_a_batch_that_is_written_again_tells_nothing_again_but_names_what_waits(engine: Engine) -> None:
    subscribe(engine)
    story = happy()
    first = Mirror(engine).write(story.batch())

    assert Mirror(engine).write(story.batch()) == first
    assert len(queued(engine)) == len(story.entries)
    for row in queued(engine):
        record_delivered(engine, row.id)
    assert Mirror(engine).write(story.batch()) == []
    assert {row.status for row in queued(engine)} == {"delivered"}


def test_a_write_that_fails_leaves_neither_entries_nor_notices(engine: Engine) -> None:
    subscribe(engine)
    story = happy()
    Mirror(engine).write(story.batch(1, 3))

    def fail(*_: object) -> None:
        raise RuntimeError("the machine is on fire")

    event.listen(engine, "commit", fail)
    with pytest.raises(RuntimeError, match="on fire"):
        Mirror(engine).write(story.batch(4))
    event.remove(engine, "commit", fail)

    assert (counts(engine, "b-1").events, len(queued(engine))) == (3, 3)


def test_who_subscribes_is_told_of_what_happens_from_then_on(engine: Engine) -> None:
    story = happy()
    Mirror(engine).write(story.batch(1, 3))
    subscribe(engine, "early")
    with engine.begin() as connection:
        since = story.entries[5].at.astimezone(UTC)
        connection.execute(
            text("UPDATE webhook_subscriptions SET created_at = :since"),
            {"since": since.replace(tzinfo=None) if engine.dialect.name == "sqlite" else since},
        )

    Mirror(engine).write(story.batch(4))

    assert [row.sequence for row in queued(engine)] == [*range(6, 13)]


def test_kinds_projects_and_disabled_subscriptions_are_heeded(engine: Engine) -> None:
    subscribe(engine, "ends", [EntryKind.BUILD_COMPLETED])
    subscribe(engine, "payments", [EntryKind.WORKFLOW_STARTED], project_id="payments")
    subscribe(engine, "shop", project_id="shop")
    subscribe(engine, "off")
    disable(engine, "off", "too loud")

    told = Mirror(engine).write(happy().batch())

    assert sorted(queue.subscription for queue in told) == ["ends", "payments"]
    assert [(row.sequence, row.event_type) for row in queued(engine)] == [
        (1, "workflow_started"),
        (12, "build_completed"),
    ]


def test_an_entry_that_is_too_large_is_told_without_its_data(engine: Engine) -> None:
    subscribe(engine)
    Mirror(engine).write(Story.begin(request(requirements="x" * 20_000)).step().batch())

    first, second, *_ = queued(engine)
    assert (first.body["data"]["entry"], first.body["data"]["entry_omitted"]) == (None, True)
    assert (second.body["data"]["entry_omitted"], second.body["data"]["entry"]["to_state"]) == (False, "planning")


def test_a_reset_drops_what_it_made_untrue_and_tells_what_came_instead(engine: Engine) -> None:
    ops = subscribe(engine)
    first = happy()
    second = first.branch(6).until(State.TESTING).step(BAD_TESTS).until(State.COMPLETE)
    Mirror(engine).write(first.batch(1, 9))
    for row in queued(engine)[:7]:  # entry 7 was told before it became untrue
        record_delivered(engine, row.id)

    Mirror(engine).write(second.batch(7))

    waiting = {row.id for row in queued(engine, DeliveryStatus.PENDING)}
    assert waiting == {delivery_key(ops.id, entry.hash) for entry in second.entries[6:]}
    told = {row.id for row in queued(engine, DeliveryStatus.DELIVERED)}
    assert told == {delivery_key(ops.id, entry.hash) for entry in first.entries[:7]}


def test_a_late_batch_of_a_run_that_was_reset_tells_nothing(engine: Engine) -> None:
    subscribe(engine)
    first = happy()
    second = first.branch(6).until(State.COMPLETE)
    Mirror(engine).write(first.batch(1, 6))
    Mirror(engine).write(second.batch(7))
    before = {row.id for row in queued(engine)}

    Mirror(engine).write(first.batch(7))

    assert {row.id for row in queued(engine)} == before


def test_a_reset_that_is_told_entry_by_entry_ends_the_same(engine: Engine) -> None:
    ops = subscribe(engine)
    first = happy()
    second = first.branch(6, later=timedelta(hours=9)).until(State.TESTING).step(BAD_TESTS).until(State.COMPLETE)
    Mirror(engine).write(first.batch())
    for number in range(7, len(second.entries) + 1):
        Mirror(engine).write(second.batch(number, number))

    waiting = {row.id for row in queued(engine, DeliveryStatus.PENDING)}
    assert waiting == {delivery_key(ops.id, entry.hash) for entry in second.entries}


def test_the_oldest_is_next_and_what_is_parked_is_passed_over(engine: Engine) -> None:
    subscribe(engine)
    (queue,) = Mirror(engine).write(happy().batch())
    order = []
    while (upcoming := next_pending(engine, queue)) is not None:
        order.append(upcoming.sequence)
        (park if upcoming.sequence % 2 else lambda e, key, _: record_delivered(e, key))(
            engine, upcoming.delivery_id, "no"
        )

    assert order == [*range(1, 13)]
    assert [row.last_error for row in queued(engine, DeliveryStatus.PARKED)] == ["no"] * 6


def test_without_subscriptions_a_write_asks_one_question_more(engine: Engine) -> None:
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))

    Mirror(engine).write(happy().batch())

    assert len([statement for statement in asked if "webhook" in statement]) == 1
