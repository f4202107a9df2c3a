"""The worker as a program: what it serves, what it refuses, how it waits and how it stops."""

import asyncio
import shlex
import signal
from pathlib import Path

import pytest
from temporalio.api.enums.v1 import EventType, TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client

from baton.contracts.names import BUILDS_QUEUE, NOTICES_QUEUE, role_queue, workflow_id
from baton.domain.requests import BuildRequest
from baton.domain.vocabulary import Role, State
from baton.runtime.client import environment_for
from baton.runtime.embedded import EmbeddedTemporal
from baton.runtime.ports import free_port
from baton.runtime.search_attributes import missing_search_attributes
from baton.store import schema
from baton.store.engine import open_engine
from baton.store.mirror import Mirror
from gateway.builds import Builds
from gateway.cli import worker_door
from gateway.cli.demo.activity import has_beaten
from gateway.web_ui import WANTED_SEARCH_ATTRIBUTES
from tests.command_line import CommandLine
from tests.integration.doors.programs import ROOT, program
from tests.integration.store.notices.conftest import subscribe
from tests.journals import happy
from tests.receiver import Receiver

QUEUES = [BUILDS_QUEUE, NOTICES_QUEUE, *(role_queue(role) for role in Role)]
NOBODY = "postgresql://ada:sesame-open@127.0.0.1:9/baton"


async def polled(client: Client, pid: int) -> set[str]:
    """The queues that the process polls for activities."""
    found = set()
    for queue in QUEUES:
        request = DescribeTaskQueueRequest(
            namespace=client.namespace,
            task_queue=TaskQueue(name=queue),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
        )
        described = await client.workflow_service.describe_task_queue(request)
        if any(poller.identity.startswith(f"{pid}@") for poller in described.pollers):
            found.add(queue)
    return found


async def all_polled(client: Client, pid: int, wanted: set[str]) -> set[str]:
    """The same, as soon as ``wanted`` are among them."""
    while not wanted <= (found := await polled(client, pid)):
        await asyncio.sleep(0.05)
    return found


async def test_a_worker_of_one_role_serves_its_queue_alone_and_opens_no_database(
    client: Client, connected: dict[str, str], home: Path, tmp_path: Path
) -> None:
    with program(
        "worker.py", "--role", "code_writer", "--home", home, "--database-url", NOBODY, env=connected, cwd=tmp_path
    ) as worker:
        said = await worker.until_told("Serving baton-code-writer of namespace")
        assert "database" not in said
        assert await all_polled(client, worker.process.pid, {"baton-code-writer"}) == {"baton-code-writer"}
        assert await worker.end(signal.SIGTERM) == 0
        assert "Stopped (SIGTERM)" in worker.said
    assert not (home / "baton.db").exists()


async def test_a_notifier_alone_sends_what_waits(
    client: Client, connected: dict[str, str], home: Path, tmp_path: Path
) -> None:
    engine = open_engine(f"sqlite:///{home / 'baton.db'}")
    schema.upgrade(engine)
    env = connected | {"BATON_WEBHOOK_NETWORKS": "127.0.0.1/32", "BATON_PUBLIC_URL": "https://baton.example"}
    env["BATON_LOG_LEVEL"] = "DEBUG"
    async with Receiver() as receiver:
        ops = subscribe(engine, url=receiver.url)
        Mirror(engine).write(happy("told-alone").batch())
        with program("worker.py", "--role", "notifier", "--home", home, env=env, cwd=tmp_path) as worker:
            await worker.until_told(f"Serving {NOTICES_QUEUE} of namespace")
            got = await receiver.until(12, seconds=60)
            assert await polled(client, worker.process.pid) == {NOTICES_QUEUE}
            assert await worker.end(signal.SIGTERM) == 0
            assert "s3cret" not in worker.said
    assert [one.sequence for one in got] == [*range(1, 13)]
    assert got[0].verified(*ops.secrets)["data"]["url"] == "https://baton.example/builds/told-alone"
    engine.dispose()


async def test_a_worker_serves_everything_and_gives_the_namespace_its_search_attributes(
    client: Client, connected: dict[str, str], home: Path, tmp_path: Path
) -> None:
    with program("worker.py", "--upgrade", "--home", home, env=connected, cwd=tmp_path) as worker:
        await worker.until_told("Serving")
        assert await all_polled(client, worker.process.pid, set(QUEUES)) == set(QUEUES)
        assert await missing_search_attributes(client, WANTED_SEARCH_ATTRIBUTES) == {}
        assert await worker.end(signal.SIGINT) == 0


async def test_a_worker_waits_for_a_server_that_is_not_there_yet(
    environ: dict[str, str], home: Path, tmp_path: Path
) -> None:
    server = EmbeddedTemporal(port=free_port(), ui=False)
    env = environment_for(server.address, environ)
    with program("worker.py", "--role", "test_auditor", "--home", home, env=env, cwd=tmp_path) as worker:
        said = await worker.until_told("Waiting for it; this goes on as soon as it answers")
        assert f"Cannot reach Temporal at {server.address!r}" in said
        async with server:
            await worker.until_told("Serving baton-test-auditor")
            assert await worker.end(signal.SIGTERM) == 0


async def test_a_worker_told_to_stop_while_it_waits_for_the_server_stops(
    environ: dict[str, str], home: Path, tmp_path: Path
) -> None:
    env = environment_for(f"127.0.0.1:{free_port()}", environ)
    with program("worker.py", "--role", "q_assistant", "--home", home, env=env, cwd=tmp_path) as worker:
        await worker.until_told("Waiting for it")
        assert await worker.end(signal.SIGTERM) == 0


async def test_a_database_without_tables_is_refused_and_the_command_that_is_named_helps(
    connected: dict[str, str], home: Path, tmp_path: Path
) -> None:
    with program("worker.py", "--home", home, env=connected, cwd=tmp_path) as worker:
        assert await worker.end() == 1
        message = worker.said
    assert "has no tables yet" in message
    assert "Serving" not in message
    python, *command = shlex.split(message.partition("run: ")[2])
    assert python == "python"
    with program(*command, env=connected, cwd=tmp_path) as upgrade:
        assert await upgrade.end() == 0
    with program("worker.py", "--home", home, env=connected, cwd=tmp_path) as worker:
        await worker.until_told("Serving")


async def test_a_database_that_is_away_stops_no_worker_and_its_password_is_not_shown(
    connected: dict[str, str], home: Path, tmp_path: Path
) -> None:
    with program("worker.py", "--home", home, "--database-url", NOBODY, env=connected, cwd=tmp_path) as worker:
        said = await worker.until_told("Serving")
        assert "Builds go on meanwhile" in said
        assert "sesame" not in said
        assert await worker.end(signal.SIGTERM) == 0


async def test_a_broken_profile_is_refused_with_its_file_and_line(
    connected: dict[str, str], home: Path, tmp_path: Path
) -> None:
    (tmp_path / "mine").mkdir()
    broken = tmp_path / "mine" / "night.toml"
    broken.write_text('[gates]\nminimum_coverage = "high"\n')
    arguments = ["--role", "code_writer", "--profiles", broken.parent, "--home", home]
    with program("worker.py", *arguments, env=connected, cwd=tmp_path) as worker:
        assert await worker.end() == 1
        assert str(broken) in worker.said
        assert "minimum_coverage" in worker.said


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--role", "painter"], "'painter'"),
        (["--role", "code_writer", "--all"], "give one of them"),
        (["--database-url", "mysql://here"], "BATON_DATABASE_URL"),
    ],
)
def test_a_command_line_that_cannot_be_meant_is_refused(cli: CommandLine, arguments: list[str], complaint: str) -> None:
    said = cli.now(*arguments, door=worker_door.main)

    assert said.code == 2
    assert complaint in said.told


async def test_a_folder_of_profiles_that_is_not_there_is_refused(connected: dict[str, str], tmp_path: Path) -> None:
    with program("worker.py", "--profiles", "nowhere", env=connected, cwd=tmp_path) as worker:
        assert await worker.end() == 2
        assert "is not there" in worker.said
        assert "Traceback" not in worker.said


async def test_a_worker_told_to_stop_lets_the_phase_at_work_finish(
    client: Client, connected: dict[str, str], home: Path, tmp_path: Path
) -> None:
    request = BuildRequest(
        build_id="stopped-1",
        project_id="p",
        user_id="u",
        title="Wordcount",
        requirements=(ROOT / "examples" / "wordcount" / "request.md").read_text(),
        profile="demo",
    )
    handle = client.get_workflow_handle(workflow_id("stopped-1"))
    env = connected | {"STAND_IN_SECONDS": "4"}
    with program("worker.py", "--upgrade", "--home", home, env=env, cwd=tmp_path) as worker:
        await worker.until_told("Serving")
        builds = Builds(client)
        await builds.start(request)
        while (await builds.status("stopped-1")).current_state is not State.IMPLEMENTATION:
            await asyncio.sleep(0.05)
        while not await has_beaten(client, "stopped-1"):
            await asyncio.sleep(0.05)
        assert await worker.end(signal.SIGTERM) == 0
    history = await handle.fetch_history()
    scheduled = [
        event.event_id
        for event in history.events
        if event.activity_task_scheduled_event_attributes.task_queue.name == role_queue(Role.CODE_WRITER)
    ]
    completed = [
        event.activity_task_completed_event_attributes.scheduled_event_id
        for event in history.events
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED
    ]
    await handle.terminate()
    assert len(scheduled) == 1
    assert scheduled[0] in completed
