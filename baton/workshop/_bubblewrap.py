"""The bubblewrap command line, and whether it works on this machine.

The command sees a read-only system, the directories it was given at their own paths, the Python that
runs Baton, a private /tmp, /proc and /dev, and no network. Home directories, other builds and the
worker's environment are not there.

When Baton runs as root, the kernel would not count the sandbox's processes (root is exempt from
RLIMIT_NPROC, in a user namespace too). So a first, outer bubblewrap only stages the directories under a
private /tmp, where another user can reach them whatever the rights of the folders above them; setpriv becomes
that user; and the sandbox itself is then made exactly as a plain user makes it.
"""

import errno
import functools
import os
import shutil
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from baton.workshop.limits import MIB

SANDBOX_UID = 61184
"""The user that commands run as when Baton runs as root; the range is set apart for such users."""

WRAPPERS = frozenset({"bwrap", "setpriv"})
_LAUNCHER = Path(__file__).with_name("_launch.py")
_LAUNCHER_INSIDE = "/run/baton/launch.py"
_PROBE_SECONDS = 20
_ETC = (
    "alternatives", "ca-certificates", "group", "ld.so.cache", "ld.so.conf", "ld.so.conf.d",
    "localtime", "mime.types", "nsswitch.conf", "passwd", "pki", "protocols", "services", "ssl",
)  # fmt: skip
_ETC_NETWORK = ("hosts", "host.conf", "resolv.conf", "gai.conf")


@dataclass(frozen=True, slots=True)
class SandboxReport:
    """Whether this machine can run the sandbox; `reason` says in plain words why not."""

    available: bool
    kind: str
    version: str | None
    reason: str | None
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mount:
    """A directory or file that the command sees at its own path."""

    path: Path
    writable: bool


@functools.cache
def probe() -> SandboxReport:
    """Run the sandbox once, for real, and remember the answer for the life of this process."""
    if shutil.which("bwrap") is None:
        return SandboxReport(False, "bubblewrap", None, "the program 'bwrap' is not installed")
    if _is_root() and shutil.which("setpriv") is None:
        return SandboxReport(False, "bubblewrap", None, "as root the program 'setpriv' (util-linux) is needed too")
    try:
        version = _output([*_found("bwrap"), "--version"]).removeprefix("bubblewrap").strip()
        reason = ""
        # Older versions (before 0.8) and setuid installations cannot forbid further user namespaces.
        for flags in (("--disable-userns",), ()):
            argv = bubblewrap([], cwd=Path("/"), network=False, size=MIB, flags=flags, program=["true"])
            ended = subprocess.run(argv, env={}, capture_output=True, text=True, timeout=_PROBE_SECONDS, check=False)
            if ended.returncode == 0:
                return SandboxReport(True, "bubblewrap", version, None, flags)
            reason = ended.stderr.strip().splitlines()[-1] if ended.stderr.strip() else "it said nothing"
    except (OSError, subprocess.SubprocessError) as error:
        return SandboxReport(False, "bubblewrap", None, f"bwrap could not be run: {error}")
    return SandboxReport(
        False, "bubblewrap", version, f"{reason} (does this system forbid user namespaces to plain users?)"
    )


def bubblewrap(
    mounts: Sequence[Mount],
    *,
    cwd: Path,
    network: bool,
    size: int,
    flags: Sequence[str],
    program: Sequence[str],
) -> list[str]:
    """The whole command line that runs `program` in a sandbox; `size` caps each private tmpfs, in bytes."""
    everything = [*_python(), *mounts]
    # Parents first: a later mount lies on top of an earlier one.
    everything.sort(key=lambda mount: len(mount.path.parts))
    sources = {mount: str(mount.path.resolve()) for mount in everything}
    launcher, prefix = str(_LAUNCHER), []
    if _is_root():
        staged = {mount: f"/tmp/{number}" for number, mount in enumerate(everything)}  # noqa: S108
        prefix = _as_plain_user([(sources[m], staged[m]) for m in everything], launcher)
        sources, launcher = staged, "/tmp/launch.py"  # noqa: S108
    argv = [
        *prefix,
        *_found("bwrap"),
        *("--unshare-user", *flags),
        *("--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"),
        *(() if network else ("--unshare-net",)),
        *("--die-with-parent", "--new-session", "--hostname", "baton"),
        *_system(network),
        *("--proc", "/proc", "--dev", "/dev", "--remount-ro", "/dev"),
        *("--size", str(size), "--tmpfs", "/dev/shm"),  # noqa: S108
        *("--size", str(size), "--tmpfs", "/tmp"),  # noqa: S108
        *("--ro-bind", launcher, _LAUNCHER_INSIDE),
    ]
    for mount in everything:
        argv += ["--bind" if mount.writable else "--ro-bind", sources[mount], str(mount.path)]
    return [*argv, "--remount-ro", "/", "--chdir", str(cwd), "--", *program]


def launch_program(descriptor: int, *, inside: bool) -> list[str]:
    """The program that sets the limits and becomes the command (see `_launch`), for use inside or without."""
    script = _LAUNCHER_INSIDE if inside else str(_LAUNCHER)
    return [sys.executable, "-I", "-S", "-B", script, str(descriptor)]


def hand_over(directories: Iterable[Path]) -> None:
    """As root: give what is in `directories` to the sandbox's user, so that it may write there."""
    if not _is_root():
        return
    for directory in directories:
        os.chown(directory, SANDBOX_UID, SANDBOX_UID, follow_symlinks=False)
        folders = deque([str(directory)])
        while folders:
            try:
                folders.extend(_handed_over(folders.popleft()))
            except OSError as error:
                # What is nested so deep that it has no path any more was made in a sandbox, and is its user's.
                if error.errno != errno.ENAMETOOLONG:
                    raise


def _handed_over(folder: str) -> Iterator[str]:
    """Give away what is in `folder`; yields the folders in it."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.stat(follow_symlinks=False).st_uid != SANDBOX_UID:
                os.chown(entry.path, SANDBOX_UID, SANDBOX_UID, follow_symlinks=False)
            if entry.is_dir(follow_symlinks=False):
                yield entry.path


def _as_plain_user(staged: Sequence[tuple[str, str]], launcher: str) -> list[str]:
    # A process namespace of its own: bubblewrap gives its rights up, so its death could not signal a process
    # of another user; the kernel, on the end of a namespace, kills whoever is in it.
    stage = [*_found("bwrap"), "--die-with-parent", "--unshare-pid"]
    stage += ["--dev-bind", "/", "/", "--tmpfs", "/tmp"]  # noqa: S108
    for source, target in staged:
        stage += ["--bind", source, target]
    stage += ["--ro-bind", launcher, "/tmp/launch.py", "--chdir", "/", "--"]  # noqa: S108
    user = str(SANDBOX_UID)
    become = ["--reuid", user, "--regid", user, "--clear-groups", "--no-new-privs"]
    return [*stage, *_found("setpriv"), *become, "--"]


def _system(network: bool) -> list[str]:
    argv = ["--ro-bind", "/usr", "/usr"]
    for name in ("bin", "sbin", "lib", "lib32", "lib64", "libx32"):
        path = Path("/", name)
        if path.is_symlink():
            argv += ["--symlink", str(path.readlink()), str(path)]
        elif path.is_dir():
            argv += ["--ro-bind", str(path), str(path)]
    # Name by name, not all of /etc: services keep their secrets there.
    for name in (*_ETC, *(_ETC_NETWORK if network else ())):
        path = Path("/etc", name)
        if path.exists():
            argv += ["--ro-bind-try", str(path.resolve()), str(path)]
    return argv


def _python() -> list[Mount]:
    """The interpreter that runs Baton, with its packages, by every path that leads to it."""
    executable = Path(sys.executable)
    places = {Path(sys.prefix), Path(sys.base_prefix), Path(sys.base_prefix).resolve()}
    places |= {executable.resolve().parent.parent}
    return [Mount(place, False) for place in places if not place.is_relative_to("/usr")]


def _found(program: str) -> list[str]:
    return [shutil.which(program) or program]


def _is_root() -> bool:
    return os.geteuid() == 0


def _output(argv: list[str]) -> str:
    ended = subprocess.run(argv, env={}, capture_output=True, text=True, timeout=_PROBE_SECONDS, check=True)
    return ended.stdout
