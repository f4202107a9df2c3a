"""What a worker has on its own machine: folders below its home, its environment, the examples of a checkout."""

from collections.abc import Mapping
from pathlib import Path

from baton.runners.base import Surroundings
from baton.runtime.settings import Settings
from baton.workshop.workspace import Workspaces
from gateway.home import releases_folder, workspaces_folder

_EXAMPLES = Path(__file__).parents[2] / "examples"
_FOR_FETCHING = ("SSH_AUTH_SOCK", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE")


def workspaces_of(settings: Settings, environ: Mapping[str, str]) -> Workspaces:
    """The git workspaces of the builds, below ``home/workspaces``."""
    root = workspaces_folder(settings)
    root.mkdir(parents=True, exist_ok=True)
    spelt = {*_FOR_FETCHING, *(name.lower() for name in _FOR_FETCHING)}
    return Workspaces(root, fetch_environment={name: environ[name] for name in spelt if name in environ})


def surroundings_of(settings: Settings, environ: Mapping[str, str]) -> Surroundings:
    """What runners are given. Finished archives go below ``home/releases``, signed with a key in ``home/keys``."""
    releases = releases_folder(settings)
    releases.mkdir(parents=True, exist_ok=True)
    return Surroundings(
        releases=releases,
        keys=settings.home / "keys",
        environment=environ,
        examples=_EXAMPLES if (_EXAMPLES / "wordcount").is_dir() else None,
    )
