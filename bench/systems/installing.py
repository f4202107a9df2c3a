"""The benchmark's own runner and profile, where a worker finds them."""

from pathlib import Path

from baton.domain.vocabulary import Role
from bench.systems.bare_workflow import HEARTBEAT_SECONDS

PROFILE = "bench"
QUICK_PROFILE = "bench-quick"
"""Its phases are done in passing."""

ROUNDS = "rework"
"""The key in a request's metadata under which it says how many rounds of rework it wants."""

_LIMITS = "[limits]\nrework_rounds = 100000\nphase_runs = 1000000\n"
_RUNNER = "bench"


def install(folder: Path) -> None:
    """Put the profiles below ``folder / "profiles"``, and below ``folder / "installed"`` what tells of the runner."""
    metadata = folder / "installed" / "baton_bench-0.dist-info"
    metadata.mkdir(parents=True, exist_ok=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: baton-bench\nVersion: 0\n")
    (metadata / "entry_points.txt").write_text(f"[baton.runners]\n{_RUNNER} = bench.systems.runner:BenchRunner\n")
    (folder / "profiles").mkdir(exist_ok=True)
    played = f'runner = "{_RUNNER}"\nheartbeat = "{HEARTBEAT_SECONDS:g}s"\nbackoff = 0.1\n'
    for name, more in ((PROFILE, ""), (QUICK_PROFILE, "quick = true\n")):
        sections = "\n".join(f"[roles.{role.value}]\n{played}{more}" for role in Role)
        (folder / "profiles" / f"{name}.toml").write_text(f"{sections}\n{_LIMITS}")
