"""Environments of their own for other systems, in `bench/.envs`, made from the package registry when missing."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

_FOLDER = Path(__file__).parents[1] / ".envs"
_SECONDS = 300


@dataclass(frozen=True)
class Environment:
    """What is installed into it; the first is what it is for."""

    name: str
    packages: tuple[str, ...]


class NotToBeHad(Exception):
    """The environment cannot be made here; the message says why, for people."""


DBOS = Environment("dbos", ("dbos>=3,<4", "psycopg[binary]>=3.2"))
LANGGRAPH = Environment(
    "langgraph",
    (
        "langgraph>=1.0,<2",
        "langgraph-checkpoint-sqlite>=3,<4",
        "langgraph-checkpoint-postgres>=3,<4",
        "psycopg[binary,pool]>=3.2",
    ),
)
PREFECT = Environment("prefect", ("prefect>=3.4,<4",))


def python_of(environment: Environment) -> Path:
    """The Python of the environment, which is made if need be. Raises :class:`NotToBeHad`."""
    folder = _FOLDER / environment.name
    python = folder / "bin" / "python"
    done = folder / "installed"
    wanted = "\n".join(environment.packages)
    if not (done.is_file() and done.read_text() == wanted and python.exists()):
        shutil.rmtree(folder, ignore_errors=True)
        _make(folder, python, environment)
        done.write_text(wanted)
    return python


def version_of(environment: Environment) -> str:
    """Which version of its first package is installed."""
    package = environment.name
    code = f"import importlib.metadata as m; print(m.version({package!r}))"
    return _run([str(python_of(environment)), "-c", code]).strip()


def _make(folder: Path, python: Path, environment: Environment) -> None:
    print(f"  making the environment of {environment.name}, once …", flush=True)
    try:
        if uv := shutil.which("uv"):
            _run([uv, "venv", "--quiet", "--python", sys.executable, str(folder)])
            _run([uv, "pip", "install", "--quiet", "--python", str(python), *environment.packages])
        else:
            _run([sys.executable, "-m", "venv", str(folder)])
            _run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *environment.packages])
    except (OSError, subprocess.SubprocessError) as error:
        said = (getattr(error, "stderr", None) or str(error)).strip().splitlines()
        shutil.rmtree(folder, ignore_errors=True)
        raise NotToBeHad(f"{environment.name} cannot be installed here: {said[-1] if said else error}") from None


def _run(command: list[str]) -> str:
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=_SECONDS)
    return done.stdout
