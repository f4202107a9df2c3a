"""What the settings say of a role's worker is what it does."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import Worker

from baton.domain.vocabulary import Role
from baton.runtime.settings import Settings
from gateway.worker.tuning import phase_options

_PHASES = 4


class Playing:
    """Phases that take a moment, and how many there were at the same time at most."""

    def __init__(self) -> None:
        self.now = self.most = self.played = 0

    @activity.defn(name="play")
    async def play(self) -> None:
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0.1)
        self.now -= 1
        self.played += 1


@workflow.defn
class Several:
    """Has several phases played, all at once."""

    @workflow.run
    async def run(self) -> None:
        wait: dict[str, Any] = {"start_to_close_timeout": timedelta(seconds=30)}
        await asyncio.gather(*(workflow.execute_activity("play", **wait) for _ in range(_PHASES)))


@pytest.mark.parametrize(
    ("given", "most"),
    [
        ({"BATON_ROLE_SLOTS": "code_writer=1"}, 1),
        ({"BATON_MAX_CONCURRENT_PHASES": "1", "BATON_ROLE_SLOTS": "test_auditor=8"}, 1),
        ({"BATON_MAX_CONCURRENT_PHASES": "1", "BATON_TARGET_CPU": "1", "BATON_POLLERS": "auto"}, 1),
        ({"BATON_MAX_CONCURRENT_PHASES": "1", "BATON_ROLE_SLOTS": "code_writer=4"}, _PHASES),
        ({"BATON_TARGET_MEMORY": "0.001"}, 1),
    ],
)
async def test_a_worker_plays_as_many_phases_of_a_role_as_it_is_told(
    client: Client, given: dict[str, str], most: int
) -> None:
    options = phase_options(Settings.from_environment(given), Role.CODE_WRITER)
    playing, queue = Playing(), f"tuning-{abs(hash(tuple(given.items())))}"

    async with Worker(client, task_queue=queue, workflows=[Several], activities=[playing.play], **options):
        await client.execute_workflow(Several.run, id=queue, task_queue=queue)

    assert playing.played == _PHASES
    assert playing.most == most


def test_a_rate_is_of_its_role_alone() -> None:
    settings = Settings.from_environment({"BATON_ROLE_RATES": "code_writer=30"})
    assert phase_options(settings, Role.CODE_WRITER)["max_task_queue_activities_per_second"] == 0.5
    assert phase_options(settings, Role.TEST_AUDITOR)["max_task_queue_activities_per_second"] is None
