"""What is declared in pyproject.toml, without asking whether this checkout is installed."""

import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

from baton.runners.registry import GROUP, Registry

_DECLARED = Path(__file__).parents[1] / "pyproject.toml"


def declared_runners(**others: str) -> Registry:
    """The registry of the runners that pyproject.toml declares, and ``others``: name to place."""
    points = tomllib.loads(_DECLARED.read_text())["project"]["entry-points"][GROUP]
    return Registry(EntryPoint(name, value, GROUP) for name, value in {**points, **others}.items())


def declare(folder: Path) -> None:
    """Make ``folder``, once it is on PYTHONPATH, look as if this checkout were installed: its runners are found."""
    project = tomllib.loads(_DECLARED.read_text())["project"]
    metadata = folder / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    metadata.mkdir()
    told = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    (metadata / "METADATA").write_text(told)
    lines = [f"{name} = {value}\n" for name, value in project["entry-points"][GROUP].items()]
    (metadata / "entry_points.txt").write_text(f"[{GROUP}]\n{''.join(lines)}")
