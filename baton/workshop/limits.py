"""How much a command may use, and how strictly it is walled off."""

from dataclasses import dataclass
from enum import StrEnum

MIB = 1024 * 1024


class SandboxPolicy(StrEnum):
    """What to do about the sandbox."""

    REQUIRE = "require"
    """Run in bubblewrap or not at all."""
    PREFER = "prefer"
    """Run in bubblewrap where the machine can, else with limits alone."""
    OFF = "off"
    """Run with limits alone, on purpose."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one command. In bubblewrap all are kernel limits but the memory total, the disk and the wall clock.

    - `wall_seconds`: then SIGTERM to the whole tree, and SIGKILL after `grace_seconds`.
    - `cpu_seconds`: processor time of each process.
    - `memory_bytes`: private memory of each process (RLIMIT_DATA), and the resident memory of all
      together, looked at ten times a second; also the size of the private /tmp in bubblewrap.
    - `processes`: processes and threads at one time.
    - `file_bytes`: size of each file written.
    - `disk_bytes`: by how much the command's own folders may grow together, looked at about twice a second.
    - `output_bytes`: how much is kept of standard output, and as much of standard error.
    """

    wall_seconds: float = 600
    cpu_seconds: int = 600
    memory_bytes: int = 2048 * MIB
    processes: int = 256
    file_bytes: int = 256 * MIB
    disk_bytes: int = 8192 * MIB
    output_bytes: int = 1 * MIB
    grace_seconds: float = 2

    def __post_init__(self) -> None:
        for name in self.__slots__:
            if getattr(self, name) <= 0 and name != "grace_seconds":
                raise ValueError(f"limit {name} must be greater than 0, not {getattr(self, name)!r}")

    def rlimits(self, *, processes: int | None) -> list[tuple[str, int, int]]:
        """The kernel limits as (name in `resource`, soft, hard); `processes` None: no limit on them."""
        limits = [
            # Two seconds between the signal that can be caught and the one that cannot.
            ("RLIMIT_CPU", self.cpu_seconds, self.cpu_seconds + 2),
            # Not RLIMIT_AS: V8, Go and others reserve address space by the gigabyte and never touch it.
            ("RLIMIT_DATA", self.memory_bytes, self.memory_bytes),
            ("RLIMIT_FSIZE", self.file_bytes, self.file_bytes),
            ("RLIMIT_CORE", 0, 0),
        ]
        if processes is not None:
            limits.append(("RLIMIT_NPROC", processes, processes))
        return limits
