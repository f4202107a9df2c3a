"""Set limits on this process, then become the command: the last step before code that is not ours.

Run as a script by file name (`python -I -S _launch.py FD`): inside the sandbox nothing of Baton but
this file can be seen, so it imports the standard library alone. FD is a file that holds one JSON object:
`command`, `env`, `rlimits` ([[name, soft, hard], …]), `supervise`, and `parent`, the worker's process. It is
emptied when the limits are set, which tells the caller that every step before the command went well.

Limits are set here, in a fresh process, and not by `preexec_fn`: that would run Python between fork
and exec of a threaded program, which can deadlock. Within bubblewrap it also has to happen after the
user namespace is made, so that RLIMIT_NPROC counts this sandbox's processes and nobody else's.

Environment and command come by file, not by argument: arguments are readable by every user of the machine.
"""

# ruff: noqa: PTH123, PTH208  pathlib would double the time that this script takes to start

import contextlib
import ctypes
import json
import os
import resource
import signal
import sys
from typing import Any

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


def main() -> None:
    descriptor = int(sys.argv[1])
    with os.fdopen(descriptor, "r+", encoding="utf-8") as file:
        file.seek(0)
        request = json.load(file)
        if not request["supervise"]:
            _limit(request["rlimits"])
        file.truncate(0)
    if request["supervise"]:
        _supervise(request)
    _become(request)


def _become(request: dict[str, Any]) -> None:
    command, env = request["command"], request["env"]
    # Python ignores these two; the command shall meet them as any program does.
    for name in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(name, signal.SIG_DFL)
    try:
        os.execvpe(command[0], command, env)  # noqa: S606  argument list, no shell
    except OSError as error:
        print(f"cannot run {command[0]!r}: {error.strerror}", file=sys.stderr, flush=True)
        os._exit(127 if isinstance(error, FileNotFoundError) else 126)


def _limit(rlimits: list[tuple[str, int, int]]) -> None:
    for name, soft, hard in rlimits:
        kind = getattr(resource, name)
        _, ceiling = resource.getrlimit(kind)
        if ceiling != resource.RLIM_INFINITY:
            soft, hard = min(soft, ceiling), min(hard, ceiling)
        resource.setrlimit(kind, (soft, hard))
    # When the machine runs out of memory the kernel shall pick this process, not the worker.
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:
        score.write("1000")


def _supervise(request: dict[str, Any]) -> None:
    """Without a process namespace: adopt what the command leaves behind, and kill it at the end."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)
    _prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != request["parent"]:
        os._exit(128 + signal.SIGTERM)  # the worker died before the line above
    signal.signal(signal.SIGTERM, _end)
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.setsid()
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        _limit(request["rlimits"])
        _become(request)
    while True:
        pid, status = os.wait()
        if pid == child:
            break
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    _kill_children(child)
    code = os.waitstatus_to_exitcode(status)
    os._exit(128 - code if code < 0 else code)


def _end(*_: object) -> None:
    _kill_children(None)
    os._exit(128 + signal.SIGTERM)


def _kill_children(group: int | None) -> None:
    """Kill child after child until none is left: as a subreaper we inherit the orphans of those killed."""
    if group is not None:
        with contextlib.suppress(OSError):
            os.killpg(group, signal.SIGKILL)
    while True:
        for pid in _children():
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        try:
            if not _children():
                return
            os.wait()
        except ChildProcessError:
            return


def _children() -> list[int]:
    """The processes whose parent is this one, read from /proc; none where there is no /proc."""
    found = []
    with contextlib.suppress(OSError):
        for entry in filter(str.isdigit, os.listdir("/proc")):
            with contextlib.suppress(OSError), open(f"/proc/{entry}/stat", "rb") as stat:
                # The name in brackets may hold anything, brackets too: count from the last one.
                if int(stat.read().rpartition(b")")[2].split()[1]) == os.getpid():
                    found.append(int(entry))
    return found


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


if __name__ == "__main__":
    main()
