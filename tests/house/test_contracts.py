"""Every name on the wire has somebody who answers to it."""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_type_hints
from uuid import uuid4

import pytest
from sqlalchemy import Engine
from temporalio import activity
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import Client
from temporalio.worker import Worker

from baton.contracts import activities as contracts
from baton.contracts.names import BUILDS_QUEUE, NOTICES_QUEUE, UPGRADE, role_queue
from baton.domain.vocabulary import CommandName, Role
from baton.runners.catalogue import Profiles
from baton.runtime.embedded import EmbeddedTemporal
from baton.runtime.settings import Settings
from baton.store.engine import open_engine
from gateway.worker.assembly import notifier, orchestrator, players
from gateway.worker.duties import Duty
from gateway.worker.readiness import prepare_namespace
from tests.installed import declared_runners
from tests.integration.conftest import temporal_server
from tests.workflow.stage import all_manual, stage
from workflows.build import BuildWorkflow
from workflows.checking import MirrorCheckWorkflow
from workflows.notices import NoticeWorkflow

__all__ = ["temporal_server"]

NOTICES = {"next_notice", "deliver_notice", "park_notice"}
QUERIES = {"status", "history", "journal"}


def activity_name(function: Callable[..., Any]) -> str | None:
    definition = activity._Definition.from_callable(function)
    return None if definition is None else definition.name


STUBS = {name: stub for _, stub in inspect.getmembers(contracts, inspect.isfunction) if (name := activity_name(stub))}


@pytest.fixture
async def client(temporal_server: EmbeddedTemporal) -> Client:
    client = await temporal_server.connect()
    await prepare_namespace(client)
    return client


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return open_engine(f"sqlite:///{tmp_path / 'mirror.db'}")


@pytest.fixture
async def workers(client: Client, tmp_path: Path, engine: Engine) -> list[Worker]:
    """The workers of ``worker.py --all``, not started."""
    settings, profiles = Settings.from_environment({}, home=tmp_path), Profiles(None, declared_runners())
    roles = [duty for duty in Duty if duty.plays_a_role]
    return [
        orchestrator(client, settings, profiles, engine),
        notifier(client, settings, engine),
        *players(client, settings, profiles, roles, {}),
    ]


def registered(workers: list[Worker]) -> dict[str, dict[str, Callable[..., Any]]]:
    """The activities of each task queue, by name."""
    return {
        str(worker.config()["task_queue"]): {str(activity_name(one)): one for one in worker.config()["activities"]}
        for worker in workers
    }


def test_the_contracts_name_the_activities_that_there_are() -> None:
    assert set(STUBS) == {
        "load_profile",
        "perform_phase",
        "compensate_phase",
        "begin_fork",
        "mirror_journal",
        "check_mirror",
        *NOTICES,
    }


@pytest.mark.parametrize("name", sorted(STUBS))
async def test_every_activity_of_the_contracts_is_registered_with_its_types(name: str, workers: list[Worker]) -> None:
    found = [activities[name] for activities in registered(workers).values() if name in activities]
    assert found, f"no worker registers {name!r}: see gateway/worker/assembly.py"
    for implementation in found:
        assert get_type_hints(implementation) == get_type_hints(STUBS[name])
        assert list(inspect.signature(implementation).parameters) == list(inspect.signature(STUBS[name]).parameters)


async def test_no_activity_is_registered_that_the_contracts_do_not_name(workers: list[Worker]) -> None:
    assert {name for activities in registered(workers).values() for name in activities} == set(STUBS)


async def test_every_queue_that_the_workflow_uses_is_served(workers: list[Worker]) -> None:
    served = registered(workers)
    assert set(served[BUILDS_QUEUE]) == {"load_profile", "mirror_journal", "check_mirror", "perform_phase"}
    assert set(served[NOTICES_QUEUE]) == NOTICES
    played = {"perform_phase", "compensate_phase", "begin_fork"}
    assert {role: set(served[role_queue(role)]) for role in Role} == dict.fromkeys(Role, played)
    assert len(served) == len(workers) == 2 + len(Role)
    workflows = [worker.config()["workflows"] for worker in workers]
    assert workflows == [[BuildWorkflow, MirrorCheckWorkflow], [NoticeWorkflow], *[[]] * len(Role)]


async def test_every_command_is_an_update_and_a_signal_of_a_running_build(client: Client) -> None:
    async with stage(client, all_manual()) as scene:
        play = await scene.start(f"contracts-{uuid4().hex[:12]}")
        metadata = await play.handle.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
        await play.handle.terminate()

    commands = {name.value for name in CommandName}
    assert {one.name for one in metadata.definition.signal_definitions} == commands | {UPGRADE}
    assert {one.name for one in metadata.definition.update_definitions} == commands | {"start", "start_fork"}
    assert {one.name for one in metadata.definition.query_definitions if not one.name.startswith("__")} == QUERIES
