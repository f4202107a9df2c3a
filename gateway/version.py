"""Which Baton this is."""

import tomllib
from importlib import metadata
from pathlib import Path

_DISTRIBUTION = "baton-orchestrator"


def version() -> str:
    """The version installed; in a checkout that is not installed, the one in its pyproject.toml."""
    try:
        return metadata.version(_DISTRIBUTION)
    except metadata.PackageNotFoundError:
        project = Path(__file__).parents[1] / "pyproject.toml"
        found: str = tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"]
        return found
