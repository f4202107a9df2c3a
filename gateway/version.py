"""Which Baton this is."""

from pathlib import Path

_DISTRIBUTION = "baton-orchestrator"


def version() -> str:
    """The version installed; in a checkout that is not installed, the one in its pyproject.toml."""
    from importlib import metadata

    try:
        return metadata.version(_DISTRIBUTION)
    except metadata.PackageNotFoundError:
        import tomllib

        project = Path(__file__).parents[1] / "pyproject.toml"
        found: str = tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"]
        return found
