"""A real stack for tests of the pages: Temporal, a worker, a database file, and a gateway that can be restarted."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from baton.domain.vocabulary import AccessRole
from baton.runtime.client import environment_for
from baton.store import schema
from baton.store.engine import open_engine
from tests.gateways import gateway, token
from tests.workers import worker

GUARDED = """
[profile]
description = "By hand, with an approval before the release."

[roles.q_assistant]
runner = "manual"
[roles.code_writer]
runner = "manual"
[roles.test_auditor]
runner = "manual"
[roles.verification_overseer]
runner = "manual"
[roles.release_manager]
runner = "manual"

[gates.approvals.handoff_to_releaser]
approvers = ["grace"]
deadline = "2h"
"""


@dataclass
class Theatre:
    """The stack. ``keys`` are tokens by the name of their holder."""

    folder: Path
    database_url: str
    environ: dict[str, str]
    keys: dict[str, str]
    port: int
    _running: ExitStack = field(default_factory=ExitStack)

    @property
    def url(self) -> str:
        """Where the gateway answers."""
        return f"http://127.0.0.1:{self.port}"

    def open(self) -> None:
        """Begin to answer."""
        self._running.enter_context(gateway(self.folder, self.database_url, self.environ, **self._settings))

    def close(self) -> None:
        """Stop answering."""
        self._running.close()

    @property
    def _settings(self) -> dict[str, Any]:
        return {"gateway_port": self.port, "profiles": self.folder / "profiles"}


@contextmanager
def theatre(folder: Path, address: str) -> Iterator[Theatre]:
    """A stack whose database is made anew, on the Temporal server at ``address``."""
    (folder / "profiles").mkdir()
    (folder / "profiles" / "guarded.toml").write_text(GUARDED)
    url = f"sqlite:///{folder / 'baton.db'}"
    engine = open_engine(url)
    schema.upgrade(engine)
    names = {"ada": AccessRole.BUILDER, "grace": AccessRole.APPROVER, "vic": AccessRole.VIEWER}
    keys = {name: token(engine, role, name=name) for name, role in names.items()}
    engine.dispose()
    environ = environment_for(address, {"TEMPORAL_CONFIG_FILE": "/dev/null"})
    stage = Theatre(folder, url, environ, keys, _free_port())
    with worker(folder, url, environ, profiles=folder / "profiles"):
        stage.open()
        try:
            yield stage
        finally:
            stage.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
