"""What a reset made untrue is superseded by the reconciler's round, though the build has nothing new to say yet."""

import pytest

from baton.domain.vocabulary import Role, State, Status
from baton.store.compare import differences
from baton.store.notices.subscriptions import add_subscription
from baton.store.reading import events, journal
from baton.webhooks.signing import new_secret
from gateway.histories.journal import recorded_journal
from gateway.reconciling import examining
from tests.integration.reconciling.conftest import House
from tests.integration.store.notices.conftest import queued

FIRST_REPORT = 0
SETTLED = examining._SETTLED
ON_ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def _is_true(house: House, build_id: str) -> None:
    """SQL says what Temporal's history says."""
    recorded = await recorded_journal(house.client, f"build-{build_id}")
    assert journal(house.engine, build_id) == list(recorded.entries)
    assert differences(house.engine, recorded.entries) == []


async def test_a_build_that_was_reset_is_told_where_it_is_again(house: House) -> None:
    add_subscription(house.engine, "ops", "https://hooks.example", secret=new_secret(), created_by="ada")
    play = await house.begin(advanced=2)
    build_id = play.request.build_id
    assert house.told(play).summary.current_state is State.HANDOFF_TO_CODER
    await house.reset(play, FIRST_REPORT)

    told = await house.rounds_until(play, lambda build: build.summary.current_state is not State.HANDOFF_TO_CODER)

    assert told.summary.current_state is State.DISCOVERY
    await _is_true(house, build_id)
    kept = events(house.engine, build_id, include_superseded=True)
    assert [one.sequence for one in kept if one.superseded] == list(range(told.head.sequence + 1, 4))
    assert [one.sequence for one in queued(house.engine)] == [one.sequence for one in kept if not one.superseded]
    await play.advance(Role.Q_ASSISTANT, "discovery", {"summary": "this time in another way"})
    await house.until(play, lambda build: build.summary.current_state is State.PLANNING)
    await _is_true(house, build_id)
    assert len(events(house.engine, build_id, include_superseded=True)) == 4


@ON_ONE_DATABASE
async def test_a_terminated_build_that_is_reset_lives_again(house: House) -> None:
    play = await house.begin(advanced=1)
    await play.handle.terminate(reason="by mistake")
    await house.rounds_until(play, lambda build: build.summary.status is Status.FAILED)
    await house.reset(play)

    told = await house.rounds_until(play, lambda build: build.summary.status is not Status.FAILED)

    assert (told.summary.status, told.summary.current_state) == (Status.WAITING, State.PLANNING)
    assert (told.summary.ended_outside, told.view.ended_outside, told.summary.completed_at) == (None, None, None)
    await _is_true(house, play.request.build_id)


@ON_ONE_DATABASE
async def test_a_build_that_had_ended_and_is_reset_is_in_progress(house: House) -> None:
    play = await house.begin(advanced=1)
    await play.handle.cancel(reason="not now")
    await house.until(play, lambda build: build.summary.status is Status.CANCELLED)
    await house.reset(play, FIRST_REPORT)

    told = await house.rounds_until(play, lambda build: build.summary.status is not Status.CANCELLED)

    assert (told.summary.status, told.summary.completed_at) == (Status.WAITING, None)
    await _is_true(house, play.request.build_id)


@ON_ONE_DATABASE
async def test_a_run_is_compared_once_it_has_settled(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examining, "_SETTLED", -SETTLED)
    play = await house.begin(advanced=1)
    await house.reset(play, FIRST_REPORT)
    await house.rounds_until(play, lambda build: build.summary.current_state is State.DISCOVERY)
    compared: list[str] = []

    async def examine(_: object, build_id: str) -> None:
        compared.append(build_id)

    monkeypatch.setattr(examining.Examining, "examine", examine)
    await house.reconciler.round()

    assert play.request.build_id not in compared
