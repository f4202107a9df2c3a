"""What becomes of the embedded Temporal when its owner, a process of its own here, is gone."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from baton.runtime.embedded import EmbeddedTemporal
from baton.runtime.ownership import AlreadyRunning, Ownership, ServerRecord

_OWNER = """
import asyncio, sys
from pathlib import Path
from baton.runtime.embedded import EmbeddedTemporal

async def main():
    server = EmbeddedTemporal(Path(sys.argv[1]), ui=False)
    await server.start()
    told = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), told.set)
    print(server.pid, flush=True)
    await told.wait()

asyncio.run(main())
"""


@contextmanager
def _owner(folder: Path) -> Iterator[tuple["subprocess.Popen[str]", list[psutil.Process]]]:
    """A process that owns a server in `folder` until it is told a line; with the server and its guard."""
    owner = subprocess.Popen(
        [sys.executable, "-c", _OWNER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with owner:
        assert owner.stdout is not None
        server = psutil.Process(int(owner.stdout.readline()))
        family = [server, *server.children()]
        try:
            yield owner, family
        finally:
            owner.kill()
            for process in family:
                if process.is_running():
                    process.kill()


def _gone(family: list[psutil.Process]) -> bool:
    return not psutil.wait_procs(family, timeout=20)[1]


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_the_server_ends_when_a_signal_ends_its_owner(signum: signal.Signals, tmp_path: Path) -> None:
    with _owner(tmp_path) as (owner, family):
        assert len(family) == 2
        owner.send_signal(signum)
        assert _gone(family)


def test_the_server_ends_when_its_owner_returns_without_stopping_it(tmp_path: Path) -> None:
    with _owner(tmp_path) as (owner, family):
        owner.communicate("done\n", timeout=20)
        assert _gone(family)


def test_an_owner_that_cannot_be_heard_any_more_is_still_the_owner(tmp_path: Path) -> None:
    with _owner(tmp_path) as (owner, family):
        with pytest.raises(AlreadyRunning, match=f"for process {owner.pid}") as refusal:
            Ownership(tmp_path).take()
        assert refusal.value.address
        assert all(process.is_running() for process in family)


async def test_a_stale_server_is_stopped_before_the_next_one_starts(tmp_path: Path) -> None:
    with _owner(tmp_path) as (owner, (server, guard)):
        # Without its guard the server outlives its owner, as after a crash of both.
        guard.kill()
        owner.kill()
        owner.wait()
        assert server.is_running()
        async with EmbeddedTemporal(tmp_path, ui=False, stop_seconds=0.0) as successor:
            assert _gone([server])
            assert successor.pid not in (None, server.pid)


def test_a_record_never_names_another_process_that_got_the_number(tmp_path: Path) -> None:
    here = psutil.Process()
    record = ServerRecord(pid=here.pid, created=here.create_time(), address="127.0.0.1:1", ui_url=None, owner_pid=1)
    assert record.process() is None
    (tmp_path / "temporal.json").write_text(record.model_dump_json())
    ownership = Ownership(tmp_path)
    ownership.take()
    assert here.is_running()
    ownership.release()


def test_a_record_of_another_time_is_not_believed() -> None:
    marked = [sys.executable, "-c", "print('up', flush=True); input()", "start-dev"]
    with subprocess.Popen(marked, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        # The kernel shows no command line for an instant after a process has become another program.
        process.stdout.readline()
        created = psutil.Process(process.pid).create_time()
        record = ServerRecord(
            pid=process.pid, created=created, address="127.0.0.1:1", ui_url=None, owner_pid=os.getpid()
        )
        assert record.process() is not None
        assert record.model_copy(update={"created": created - 60}).process() is None
        process.communicate(b"\n", timeout=10)
        assert record.process() is None


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff\xfe", b"[1]"])
def test_a_damaged_record_does_not_get_in_the_way(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "temporal.json").write_bytes(content)
    ownership = Ownership(tmp_path)
    ownership.take()
    ownership.release()


def test_while_the_first_starts_the_second_is_told_so(tmp_path: Path) -> None:
    first = Ownership(tmp_path)
    first.take()
    with pytest.raises(AlreadyRunning, match="Another process is starting") as refusal:
        Ownership(tmp_path).take()
    assert refusal.value.address is None
    first.release()
    first.release()
