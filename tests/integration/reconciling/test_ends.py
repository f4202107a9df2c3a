"""What Temporal did to a build without Baton stands in SQL after the reconciler's round, as what it was."""

from datetime import timedelta

import pytest

from baton.domain.outside import OutsideKind
from baton.domain.vocabulary import State, Status
from baton.store.browsing import Wanted, browse, count_by_status, waiting_lines
from baton.store.compare import differences
from baton.store.reading import journal, list_builds
from baton.store.records import BuildDetail
from tests.integration.reconciling.conftest import House
from tests.workflow.stage import Play

ON_ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def _ended(build: BuildDetail) -> bool:
    return build.summary.completed_at is not None


def _is_told_everywhere(house: House, play: Play, kind: OutsideKind) -> None:
    """In the row, the view, lists and counts; and the journal's own rows are as they were."""
    told = house.told(play)
    assert (told.summary.status, told.summary.ended_outside) == (Status.FAILED, kind)
    assert (told.view.status, told.view.waiting_for, told.view.ended) == (Status.FAILED, None, True)
    assert told.view.ended_outside is not None
    assert told.view.ended_outside.kind is kind
    assert told.view.completed_at == told.summary.completed_at == told.view.ended_outside.at
    assert waiting_lines(house.engine) == ([], False)
    assert [one.ended_outside for one in list_builds(house.engine)] == [kind]
    assert [one.ended_outside for one in browse(house.engine, Wanted()).builds] == [kind]
    assert count_by_status(house.engine) == {Status.FAILED: 1}
    assert differences(house.engine, journal(house.engine, play.request.build_id)) == []


async def test_a_terminated_build_is_told_as_such_with_who_and_why(house: House) -> None:
    play = await house.begin(advanced=1)
    assert house.told(play).summary.status is Status.WAITING
    await play.handle.terminate(reason="wrong branch")

    told = await house.rounds_until(play, _ended)

    end = told.view.ended_outside
    assert end is not None
    assert end.reason == "wrong branch"
    assert end.by == house.client.identity
    assert told.summary.current_state is State.PLANNING
    assert end.at == (await play.handle.describe()).close_time
    _is_told_everywhere(house, play, OutsideKind.TERMINATED)


@ON_ONE_DATABASE
async def test_a_build_whose_time_is_over_is_told_as_such(house: House) -> None:
    play = await house.begin(advanced=1, execution_timeout=timedelta(seconds=3))

    await house.rounds_until(play, _ended)

    _is_told_everywhere(house, play, OutsideKind.TIMED_OUT)


@ON_ONE_DATABASE
async def test_a_build_that_temporal_has_no_more_is_told_as_such(house: House) -> None:
    play = await house.begin(advanced=1)
    await house.delete(play)

    await house.rounds_until(play, _ended)

    _is_told_everywhere(house, play, OutsideKind.DELETED)


@ON_ONE_DATABASE
async def test_builds_that_run_are_left_alone(house: House) -> None:
    play = await house.begin(advanced=1)
    before = house.told(play)

    for _ in range(3):
        await house.reconciler.round()

    assert house.told(play) == before
