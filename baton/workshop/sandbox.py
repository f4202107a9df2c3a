"""Run a command that nobody has read: walled off, limited, and gone when it is over.

Two ways, told apart in the result. `bubblewrap`: see `_bubblewrap`. `limits`: the same limits in a
session of its own, with a scrubbed environment and a supervisor that kills what is left behind, but
with the worker's eyes: files and network are open to it.
"""

import asyncio
import json
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

import psutil

from baton.workshop._bubblewrap import (
    WRAPPERS,
    Mount,
    SandboxReport,
    bubblewrap,
    hand_over,
    launch_program,
    probe,
)
from baton.workshop._process import Ended, run_process
from baton.workshop._watch import Watch
from baton.workshop.errors import SandboxUnavailable
from baton.workshop.limits import Limits, SandboxPolicy
from baton.workshop.removal import temporary_folder

__all__ = ["CommandResult", "Limits", "SandboxPolicy", "SandboxReport", "probe", "run"]

Kind = Literal["bubblewrap", "limits"]
LimitHit = Literal["wall", "cpu", "memory", "processes", "file", "disk"]


@dataclass(frozen=True, slots=True)
class CommandResult:
    """How a command ended.

    `exit_code` follows the shell: 128 + n after signal n (then also in `signal`), 126 and 127 when the
    program cannot be run. `limit` names the limit that ended it, as far as can be known: one that was
    refused memory or a process may end in its own way.
    """

    exit_code: int
    signal: int | None
    stdout: bytes
    stderr: bytes
    timed_out: bool
    truncated: bool
    duration_seconds: float
    sandbox: Kind
    limit: LimitHit | None

    @property
    def not_run(self) -> bool:
        """Whether the program could not be run at all: it is not there, or no program."""
        return self.exit_code in (126, 127) and self.stderr.lstrip().startswith(b"cannot run")


async def run(
    command: Sequence[str],
    *,
    cwd: Path,
    writable: Sequence[Path],
    readable: Sequence[Path] = (),
    counted: Sequence[Path] | None = None,
    env: Mapping[str, str],
    limits: Limits,
    policy: SandboxPolicy,
    network: bool = False,
    stdin: bytes = b"",
    on_output: Callable[[], None] | None = None,
    on_stdout: Callable[[bytes], None] | None = None,
) -> CommandResult:
    """Run `command` in `cwd` and wait for its end.

    It sees `writable` and `readable` at their own paths; as root, `writable` changes its owner to the
    sandbox's user. What `counted` (else `writable`) grows by counts against `disk_bytes`. The environment is
    `env`, with PATH, HOME, TMPDIR and LANG added where they are missing.
    `on_output` is called for every piece of output: a heartbeat; `on_stdout` gets all of standard output, piece by
    piece. In what is returned, output over the limit loses its middle.
    Cancelled, it kills the whole process tree before CancelledError goes on.
    Raises SandboxUnavailable under the policy `require`, and ValueError when a path does not exist or
    `cwd` is in none of the directories given.
    """
    mounts = [Mount(path.absolute(), False) for path in readable]
    mounts += [Mount(path.absolute(), True) for path in writable]
    _check(command, env, cwd.absolute(), mounts)
    report = await asyncio.to_thread(_chosen, policy)
    wrapped = report is not None
    # A worker that is killed leaves such a folder behind: none is made where it would not be used.
    needless = wrapped or {"HOME", "TMPDIR"} <= env.keys()
    private = nullcontext("/tmp") if needless else temporary_folder()  # noqa: S108
    watch = Watch(limits, writable if counted is None else counted, count=not wrapped)
    with private as home, tempfile.TemporaryFile() as request:
        full_env = {"PATH": _path(), "HOME": home, "TMPDIR": home, "LANG": "C.UTF-8", **env}
        processes = limits.processes if wrapped else await asyncio.to_thread(_own_processes, limits)
        _write(request, command, full_env, limits.rlimits(processes=processes), supervise=not wrapped)
        argv = launch_program(request.fileno(), inside=wrapped)
        if report is not None:
            await asyncio.to_thread(hand_over, writable)
            argv = bubblewrap(
                mounts,
                cwd=cwd.absolute(),
                network=network,
                size=limits.memory_bytes,
                flags=report.flags,
                program=argv,
            )
        ended = await run_process(
            argv,
            cwd=Path("/") if wrapped else cwd,
            env={},
            stdin=stdin,
            pass_fds=[request.fileno()],
            wall_seconds=limits.wall_seconds,
            output_bytes=limits.output_bytes,
            grace_seconds=limits.grace_seconds,
            wrappers=WRAPPERS,
            watch=watch,
            on_output=on_output,
            on_stdout=on_stdout,
            at_end=watch.kill_strays,
        )
        if os.fstat(request.fileno()).st_size and ended.limit is None:
            said = ended.stderr.decode(errors="replace").strip()[-500:]
            raise SandboxUnavailable(f"the sandbox could not be set up: {said}")
    return _result(ended, "bubblewrap" if wrapped else "limits")


def _chosen(policy: SandboxPolicy) -> SandboxReport | None:
    """The sandbox to use, or None for limits alone."""
    if policy is SandboxPolicy.OFF:
        return None
    report = probe()
    if policy is SandboxPolicy.REQUIRE and not report.available:
        raise SandboxUnavailable(
            f"the profile asks for a sandbox, and this machine cannot run one: {report.reason}. "
            "Install the package 'bubblewrap' and allow user namespaces, or set sandbox = \"prefer\" in "
            "the profile to run with limits alone"
        )
    return report if report.available else None


def _result(ended: Ended, kind: Kind) -> CommandResult:
    code = 128 - ended.returncode if ended.returncode < 0 else ended.returncode
    number = code - 128 if code - 128 in set(signal.Signals) else None
    return CommandResult(
        exit_code=code,
        signal=number,
        stdout=ended.stdout,
        stderr=ended.stderr,
        timed_out=ended.limit == "wall",
        truncated=ended.truncated,
        duration_seconds=ended.duration_seconds,
        sandbox=kind,
        limit=_limit(ended.limit, number),
    )


def _check(command: Sequence[str], env: Mapping[str, str], cwd: Path, mounts: Sequence[Mount]) -> None:
    if not command or any("\0" in word for word in (*command, *env, *env.values())):
        raise ValueError("the command is empty, or a NUL character is in it or in its environment")
    for path in (cwd, *(mount.path for mount in mounts)):
        if not path.exists():
            raise ValueError(f"the command's folder {str(path)!r} does not exist")
    if not any(cwd.is_relative_to(mount.path) for mount in mounts):
        raise ValueError(f"the command's folder {str(cwd)!r} is in none of the directories it may see")


def _write(
    request: IO[bytes],
    command: Sequence[str],
    env: Mapping[str, str],
    rlimits: list[tuple[str, int, int]],
    *,
    supervise: bool,
) -> None:
    body = {
        "command": list(command),
        "env": dict(env),
        "rlimits": rlimits,
        "supervise": supervise,
        "parent": os.getpid(),
    }
    request.write(json.dumps(body).encode())
    request.flush()


def _limit(stopped_for: str | None, number: int | None) -> LimitHit | None:
    match stopped_for:
        case "wall" | "memory" | "processes" | "disk":
            return stopped_for
        case _:
            by_signal: dict[int | None, LimitHit] = {signal.SIGXCPU: "cpu", signal.SIGXFSZ: "file"}
            return by_signal.get(number)


def _own_processes(limits: Limits) -> int | None:
    """RLIMIT_NPROC without a user namespace, where it counts all threads of this user on the machine.

    None for root, whom the kernel does not limit; there the watch alone holds the number down.
    """
    user = os.getuid()
    if user == 0:
        return None
    threads = 0
    for process in psutil.process_iter(["uids", "num_threads"]):
        uids = process.info["uids"]
        if uids is not None and uids.real == user:
            threads += process.info["num_threads"] or 0
    return threads + limits.processes


def _path() -> str:
    return os.pathsep.join([str(Path(sys.executable).parent), "/usr/local/bin", "/usr/bin", "/bin"])
