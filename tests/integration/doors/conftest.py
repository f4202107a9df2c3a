"""What programs started by these tests see: this checkout as if it were installed, and no Baton of the user's."""

import os
from pathlib import Path

import pytest

from baton.runtime.client import environment_for
from baton.runtime.embedded import EmbeddedTemporal
from tests.installed import declare


@pytest.fixture(scope="session")
def environ(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment, Temporal's address aside."""
    folder = tmp_path_factory.mktemp("installed")
    declare(folder)
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("BATON_", "TEMPORAL_"))}
    return kept | {"PYTHONPATH": str(folder)}


@pytest.fixture
def connected(environ: dict[str, str], temporal_server: EmbeddedTemporal) -> dict[str, str]:
    """The environment with the address of the tests' server."""
    return environment_for(temporal_server.address, environ)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where the program keeps its state."""
    return tmp_path / "home"
