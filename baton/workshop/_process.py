"""Run one process: bounded output, bounded time, and nothing left behind, cancelled or not."""

import asyncio
import tempfile
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from baton.workshop import _tree
from baton.workshop._capture import Capture

_CHUNK = 65_536
_LAST_WORDS_SECONDS = 5.0
_WATCH_SECONDS = 0.1

Watch = Callable[[int], str | None]
"""Judges the processes that descend from one: the name of the limit that they are over, or None. Runs in a thread."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended. `limit` names the limit for which it was stopped, if it was."""

    returncode: int
    stdout: bytes
    stderr: bytes
    truncated: bool
    limit: str | None
    duration_seconds: float


async def run_process(
    argv: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    stdin: bytes = b"",
    pass_fds: Sequence[int] = (),
    wall_seconds: float,
    output_bytes: int,
    grace_seconds: float = 2.0,
    wrappers: Collection[str] = (),
    watch: Watch | None = None,
    on_output: Callable[[], None] | None = None,
    on_stdout: Callable[[bytes], None] | None = None,
    at_end: Callable[[], None] | None = None,
) -> Ended:
    """Run `argv` in a session of its own with exactly `env`, and wait for its end.

    `on_output` is called for every piece of output, `on_stdout` with every piece of standard output, all of it.

    After `wall_seconds`, or when `watch` names a limit, the tree gets SIGTERM, then SIGKILL after
    `grace_seconds`. However it ends, `at_end` is called, once or twice. When the caller is cancelled, the tree is
    dead before CancelledError goes on.
    Raises OSError when the program cannot be started.
    """
    started = time.monotonic()
    out, err = Capture(output_bytes), Capture(output_bytes)
    # A file, not a pipe: a process that never reads its input cannot block us.
    with tempfile.TemporaryFile() as source:
        source.write(stdin)
        source.seek(0)
        spawning = asyncio.ensure_future(
            asyncio.create_subprocess_exec(
                *argv,
                stdin=source,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                cwd=cwd,
                env=dict(env),
                pass_fds=tuple(pass_fds),
                start_new_session=True,
            )
        )
        process = await _spawned(spawning)
    pumps = [
        asyncio.create_task(_pump(process.stdout, out, on_output, on_stdout)),
        asyncio.create_task(_pump(process.stderr, err, on_output)),
    ]
    exited = asyncio.create_task(_exit(process))
    watcher = asyncio.create_task(_watch(process.pid, watch))
    try:
        await asyncio.wait({exited, watcher}, timeout=wall_seconds, return_when=asyncio.FIRST_COMPLETED)
        limit = None
        if not exited.done():
            limit = watcher.result() if watcher.done() else "wall"
            await asyncio.to_thread(_tree.terminate, process.pid, wrappers=wrappers)
            await asyncio.wait({exited}, timeout=grace_seconds)
            _kill(process)
        if at_end is not None:
            await asyncio.to_thread(at_end)
        await asyncio.wait(pumps, timeout=_LAST_WORDS_SECONDS)
    finally:
        watcher.cancel()
        _kill(process)
        if at_end is not None:
            at_end()
        for pump in pumps:
            pump.cancel()
        await _reaped(exited)
        # Else a pipe that somebody else still holds would stay open here too.
        process._transport.close()  # type: ignore[attr-defined]
    return Ended(
        returncode=exited.result(),
        stdout=out.getvalue(),
        stderr=err.getvalue(),
        truncated=out.truncated or err.truncated,
        limit=limit,
        duration_seconds=time.monotonic() - started,
    )


async def _spawned(spawning: asyncio.Future[asyncio.subprocess.Process]) -> asyncio.subprocess.Process:
    """Cancelled half way, asyncio would kill the launcher alone: see it through, then kill the tree."""
    try:
        return await asyncio.shield(spawning)
    except asyncio.CancelledError:
        process = await spawning
        _kill(process)
        await _exit(process)
        raise


async def _exit(process: asyncio.subprocess.Process) -> int:
    """Its return code, as soon as it has ended: `process.wait` would wait for whoever else holds its pipes, too."""
    waiting = asyncio.ensure_future(process.wait())
    while process.returncode is None:
        await asyncio.wait({waiting}, timeout=_WATCH_SECONDS)
    waiting.cancel()
    return process.returncode


async def _pump(
    stream: asyncio.StreamReader | None,
    into: Capture,
    on_output: Callable[[], None] | None,
    on_chunk: Callable[[bytes], None] | None = None,
) -> None:
    assert stream is not None
    while chunk := await stream.read(_CHUNK):
        into.feed(chunk)
        if on_chunk is not None:
            on_chunk(chunk)
        if on_output is not None:
            on_output()


async def _watch(pid: int, watch: Watch | None) -> str:
    while True:
        await asyncio.sleep(_WATCH_SECONDS if watch is not None else 3600)
        if watch is not None and (limit := await asyncio.to_thread(watch, pid)):
            return limit


def _kill(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        _tree.kill(process.pid)


async def _reaped(exited: asyncio.Task[int]) -> None:
    """Wait for the end of a process that was killed; a second cancellation does not leave it unreaped."""
    cancelled = False
    while not exited.done():
        try:
            await asyncio.wait({exited})
        except asyncio.CancelledError:
            cancelled = True
    if cancelled:
        raise asyncio.CancelledError
