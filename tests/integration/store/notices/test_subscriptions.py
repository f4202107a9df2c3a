"""Subscriptions and deliveries, as people manage them."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text

from baton.domain.notices import DeliveryStatus, NoticeFormat
from baton.domain.vocabulary import EntryKind
from baton.store.mirror import Mirror
from baton.store.notices import sending, subscriptions
from baton.store.notices.deliveries import deliveries, redeliver
from baton.store.notices.subscriptions import NoSuchSubscription, SubscriptionExists
from tests.integration.store.notices.conftest import queued, subscribe
from tests.journals import happy


def test_what_is_added_is_found_again_and_its_secrets_are_not_shown(engine: Engine) -> None:
    added = subscribe(engine, "ops", [EntryKind.PHASE_FAILED, EntryKind.BUILD_COMPLETED], "shop")

    found = subscriptions.subscription(engine, "ops")

    assert (found.id, found.url, found.secrets) == (added.id, "https://hooks.example/", added.secrets)
    assert found.kinds == (EntryKind.BUILD_COMPLETED, EntryKind.PHASE_FAILED)
    assert (found.project_id, found.format, found.created_by) == ("shop", NoticeFormat.STANDARD, "ada")
    assert "whsec" not in repr(found)
    assert "hooks.example" not in repr(found)


def test_a_name_is_taken_once(engine: Engine) -> None:
    subscribe(engine)
    with pytest.raises(SubscriptionExists):
        subscribe(engine)
    for lookup in (subscriptions.subscription, subscriptions.enable, subscriptions.remove):
        with pytest.raises(NoSuchSubscription, match="there is no webhook 'nobody'"):
            lookup(engine, "nobody")


def test_who_is_disabled_is_sent_nothing_and_gets_what_waited_when_enabled_again(engine: Engine) -> None:
    subscribe(engine)
    (queue,) = Mirror(engine).write(happy().batch(1, 2))
    upcoming = sending.next_pending(engine, queue)
    assert upcoming is not None
    sending.record_failure(engine, upcoming.delivery_id, "no")

    gone = subscriptions.disable(engine, "ops", "too loud")
    subscriptions.disable(engine, "ops", "another reason")

    assert gone.disabled_reason == subscriptions.subscription(engine, "ops").disabled_reason == "too loud"
    assert sending.next_pending(engine, queue) is None
    assert sending.outgoing(engine, upcoming.delivery_id) is None
    assert Mirror(engine).write(happy().batch(3)) == []
    subscriptions.enable(engine, "ops")
    again = sending.next_pending(engine, queue)
    assert again is not None
    assert (again.delivery_id, again.queued_at > upcoming.queued_at) == (upcoming.delivery_id, True)
    assert [row.attempts for row in queued(engine)] == [0, 0]


def test_a_receiver_that_is_gone_disables_its_subscription_and_the_notice_waits(engine: Engine) -> None:
    subscribe(engine)
    Mirror(engine).write(happy().batch(1, 1))
    (row,) = queued(engine)

    sending.record_gone(engine, row.id, "it answered 410 Gone")

    assert subscriptions.subscription(engine, "ops").disabled_reason == "it answered 410 Gone"
    assert (queued(engine)[0].status, queued(engine)[0].attempts) == ("pending", 1)


def test_what_is_removed_takes_its_notices_along(engine: Engine) -> None:
    subscribe(engine)
    subscribe(engine, "other")
    (queue, _) = Mirror(engine).write(happy().batch())
    subscriptions.remove(engine, queue.subscription)

    assert len(queued(engine)) == 12
    assert sending.next_pending(engine, queue) is None
    assert [one.name for one in subscriptions.subscriptions(engine)] == [
        {"ops": "other", "other": "ops"}[queue.subscription]
    ]


def test_attempts_are_counted_and_the_last_error_is_kept_short(engine: Engine) -> None:
    ops = subscribe(engine)
    Mirror(engine).write(happy().batch(1, 2))
    first, second = queued(engine)
    for _ in range(2):
        sending.record_failure(engine, first.id, "x" * 900)
    sending.park(engine, first.id, "given up")
    sending.record_delivered(engine, second.id)
    sending.record_failure(engine, second.id, "too late")
    sending.record_delivered(engine, uuid4())

    later, earlier = deliveries(engine, ops.id)
    assert (earlier.status, earlier.attempts, earlier.last_error) == (DeliveryStatus.PARKED, 2, "x" * 500)
    assert (later.status, later.attempts, later.last_error) == (DeliveryStatus.DELIVERED, 1, None)
    assert None not in (earlier.ended_at, later.ended_at, earlier.last_attempt_at)
    assert subscriptions.tallies(engine) == {ops.id: {DeliveryStatus.PARKED: 1, DeliveryStatus.DELIVERED: 1}}
    assert deliveries(engine, ops.id, status=DeliveryStatus.PARKED) == [earlier]
    assert len(deliveries(engine, ops.id, limit=1)) == 1


def test_what_is_sent_again_keeps_its_id_and_is_queued_anew(engine: Engine) -> None:
    ops = subscribe(engine)
    (queue,) = Mirror(engine).write(happy().batch(1, 3))
    rows = queued(engine)
    for row in rows[:2]:
        sending.park(engine, row.id, "no")
    sending.record_delivered(engine, rows[2].id)

    assert redeliver(engine, ops.id) == 2
    assert redeliver(engine, ops.id, delivery=rows[2].id) == 1
    assert redeliver(engine, ops.id, delivery=uuid4()) == 0
    assert redeliver(engine, uuid4(), delivery=rows[2].id) == 0

    upcoming = sending.next_pending(engine, queue)
    assert upcoming is not None
    assert (upcoming.delivery_id, upcoming.queued_at > rows[0].created_at) == (rows[0].id, True)
    assert [(row.status, row.attempts) for row in queued(engine)] == [("pending", 0)] * 3


def test_what_nobody_sends_is_found_and_what_is_being_retried_is_left_alone(engine: Engine) -> None:
    subscribe(engine)
    now = datetime.now(UTC)
    (tried,) = Mirror(engine).write(happy("b-1").batch())
    (untried,) = Mirror(engine).write(happy("b-2").batch())
    upcoming = sending.next_pending(engine, tried)
    assert upcoming is not None
    sending.record_failure(engine, upcoming.delivery_id, "no")

    def forgotten(queued_before: timedelta, tried_before: timedelta) -> list[str]:
        found = sending.forgotten_queues(
            engine, queued_before=now + queued_before, tried_before=now + tried_before, most=10
        )
        return [queue.build_id for queue in found]

    soon, past = timedelta(minutes=1), -timedelta(minutes=1)
    assert forgotten(soon, past) == ["b-2"]
    assert forgotten(soon, soon) == ["b-1", "b-2"]
    assert forgotten(past, soon) == []
    assert sending.forgotten_queues(engine, queued_before=now + soon, tried_before=now, most=1) == [untried]
    subscriptions.disable(engine, "ops", "no")
    assert forgotten(soon, soon) == []


def test_the_database_holds_no_other_words(engine: Engine) -> None:
    subscribe(engine)
    Mirror(engine).write(happy().batch(1, 1))
    with pytest.raises(Exception, match="ck_webhook_deliveries_status"), engine.begin() as connection:
        connection.execute(text("UPDATE webhook_deliveries SET status = 'lost'"))
