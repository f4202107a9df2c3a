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
