"""The mirror is checked on a schedule of Temporal's, and subscribers hear of what drifts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, update
from temporalio.client import Client

from baton.contracts.messages import CheckMirror
from baton.domain.notices import DeliveryStatus, SideKind
from baton.runners.catalogue import Profiles
from baton.runtime.embedded import EmbeddedTemporal
from baton.runtime.settings import Settings
from baton.store.mirror import Mirror
from baton.store.notices.deliveries import deliveries
from baton.store.notices.subscriptions import add_subscription
from baton.store.tables import WorkflowEvent
from baton.webhooks.sender import Sender
from baton.webhooks.signing import new_secret
from gateway.cli.exit_codes import ExitCode
from gateway.mirroring import schedule
from gateway.mirroring.schedule import Came, Check, NoSchedule, ScheduleExists
from gateway.temporal_checks import check_temporal
from gateway.worker.assembly import notifier, orchestrator
from gateway.worker.readiness import prepare_namespace
from tests.command_line import CommandLine
from tests.installed import declared_runners
from tests.integration.gateway.conftest import here
from tests.integration.notices.conftest import LOOPBACK
from tests.journals import happy
from tests.receiver import Receiver

__all__ = ["here"]

DAILY = timedelta(days=1)

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
async def client(temporal_server: EmbeddedTemporal) -> AsyncIterator[Client]:
    client = await temporal_server.connect()
    await prepare_namespace(client)
    yield client
    try:
        await schedule.remove(client)
    except NoSchedule:
        return


@asynccontextmanager
async def _workers(client: Client, engine: Engine, home: Path) -> AsyncIterator[None]:
    settings = Settings.from_environment({}, home=home, graceful_shutdown_seconds=0.2)
    carrying = orchestrator(client, settings, Profiles(None, declared_runners()), engine)
    async with carrying, notifier(client, settings, engine, Sender(LOOPBACK, seconds=5)):
        yield


async def _checked(client: Client, count: int) -> Check:
    """The last of so many checks, as soon as it is over."""
    async with asyncio.timeout(20):
        while True:
            checks = (await schedule.look(client, most=10)).checks
            if len(checks) == count and checks[0].came is not Came.RUNNING:
                return checks[0]
            await asyncio.sleep(0.1)


def _damage(engine: Engine) -> None:
    with engine.begin() as connection:
        change = update(WorkflowEvent).where(WorkflowEvent.sequence == 3)
        connection.execute(change.values(event_data={"reason": "by hand"}))


async def test_drift_by_hand_is_found_and_told(client: Client, engine: Engine, tmp_path: Path) -> None:
    Mirror(engine).write(happy("b-1").batch())  # of "payments", of which the server has no build
    async with Receiver() as receiver, Receiver() as other, _workers(client, engine, tmp_path):
        secret = new_secret()
        ops = add_subscription(
            engine, "ops", receiver.url, secret=secret, created_by="ada", kinds=[SideKind.MIRROR_DRIFT]
        )
        add_subscription(engine, "shop", other.url, secret=secret, created_by="ada", project_id="shop")
        await schedule.create(client, DAILY, CheckMirror(projects=("payments",)))
        await schedule.run_now(client)
        good = await _checked(client, 1)
        _damage(engine)
        await schedule.run_now(client)
        bad = await _checked(client, 2)
        (got,) = await receiver.until(1)
        async with asyncio.timeout(20):
            while (told := deliveries(engine, ops.id)[0]).status is not DeliveryStatus.DELIVERED:
                await asyncio.sleep(0.05)

    assert good.came is Came.HOLDS
    assert bad.came is Came.DRIFT
    assert bad.checked is not None
    assert (bad.checked.drifted, bad.checked.builds) == (1, ("b-1",))
    assert (told.build_id, told.kind) == (None, SideKind.MIRROR_DRIFT)
    body = got.verified(secret)
    assert (body["type"], body["data"]["builds"], body["data"]["drifted"]) == ("mirror.drift", ["b-1"], 1)
    assert "b-1. See: python starter.py mirror verify --all" in body["data"]["message"]
    assert other.received == []
    standing = await schedule.look(client)
    assert not standing.well
    found = {check.name: check async for check in check_temporal(client)}["mirror"]
    assert (found.health.value, found.advice) == ("warning", "python starter.py mirror repair --all")
    assert "b-1" in found.found


async def test_there_is_one_schedule_which_is_paused_resumed_and_removed(client: Client, engine: Engine) -> None:
    with pytest.raises(NoSchedule, match="mirror schedule create"):
        await schedule.look(client)
    await schedule.create(client, DAILY, CheckMirror(projects=("shop",), days=30))
    with pytest.raises(ScheduleExists, match="mirror schedule remove"):
        await schedule.create(client, DAILY, CheckMirror())

    await schedule.pause(client, "the database moves")
    standing = await schedule.look(client)
    assert (standing.paused, standing.note, standing.next) == (True, "the database moves", None)
    assert (standing.every, standing.order) == (DAILY, CheckMirror(projects=("shop",), days=30))
    await schedule.resume(client)
    standing = await schedule.look(client)
    assert (standing.paused, standing.next is not None) == (False, True)
    await schedule.remove(client)
    with pytest.raises(NoSchedule):
        await schedule.pause(client, "")


async def test_the_command_line_makes_and_shows_it(client: Client, here: CommandLine, engine: Engine) -> None:
    made = await here("mirror", "schedule", "create", "--every", "6h", "--project", "shop", "--json")
    again = await here("mirror", "schedule", "create")
    shown = await here("mirror", "schedule", "show")
    paused = await here("mirror", "schedule", "pause", "--reason", "a move")
    resumed = await here("mirror", "schedule", "resume", "--json")
    removed = await here("mirror", "schedule", "remove")
    gone = await here("mirror", "schedule", "show", "--json")

    assert (made.json["every_seconds"], made.json["projects"], made.json["checks"]) == (21_600, ["shop"], [])
    assert (again.code, "on a schedule already" in again.told) == (ExitCode.FAILED, True)
    assert (shown.code, "every 6 h" in shown.told, "No check yet" in shown.told) == (0, True, True)
    assert "paused a move" in paused.told
    assert (resumed.json["paused"], removed.code) == (False, 0)
    assert (gone.code, gone.json["error"]["code"]) == (ExitCode.FAILED, "not_found")


@pytest.mark.parametrize(("option", "value"), [("--every", "10s"), ("--every", "often"), ("--days", "0")])
async def test_what_cannot_be_meant_is_refused_before_anything_is_asked(
    cli: CommandLine, engine: Engine, option: str, value: str
) -> None:
    said = await cli("mirror", "schedule", "create", option, value)

    assert (said.code, option in said.told) == (ExitCode.USAGE, True)
