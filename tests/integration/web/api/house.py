"""A whole Baton to talk to over HTTP: Temporal, a worker, a database, a gateway, and tokens of each sort."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import httpx2
from sqlalchemy import Engine

from baton.domain.vocabulary import AccessRole, Role
from baton.runtime.client import environment_for
from baton.store.engine import open_engine
from baton.store.reading import get_build
from tests.gateways import Gateway, gateway, token
from tests.workers import worker

_NUMBERS = count(1)

ROLES = {
    "viewer": AccessRole.VIEWER,
    "builder": AccessRole.BUILDER,
    "approver": AccessRole.APPROVER,
    "grace": AccessRole.ADMIN,
}

COURSE: list[tuple[Role, str, dict[str, Any]]] = [
    (Role.Q_ASSISTANT, "discovery", {"output": {"acceptance_criteria": [{"id": "AC-1", "text": "it works"}]}}),
    (Role.Q_ASSISTANT, "planning", {"output": {"steps": ["write it"]}}),
    (Role.CODE_WRITER, "implementation", {"summary": "written"}),
    (Role.TEST_AUDITOR, "testing", {"tests_run": 3, "tests_failed": 0, "test_coverage": 95}),
    (Role.VERIFICATION_OVERSEER, "verification", {"approved_for_deployment": True}),
    (Role.RELEASE_MANAGER, "deployment", {"deployment_successful": True}),
]
"""A build carried by hand: who reports which state, and how."""


_UNLIMITED = {"gateway_requests_per_minute": 1_000_000, "gateway_guesses_per_minute": 1_000_000}
"""Whether 429 comes when it should is tried elsewhere; here it would come on some machines and not on others."""


@dataclass
class House:
    """The gateway, and who calls it. ``tokens`` are by the name of their holders."""

    gateway: Gateway
    engine: Engine
    home: Path
    environ: dict[str, str]
    tokens: dict[str, str] = field(default_factory=dict)
    _clients: dict[str, httpx2.Client] = field(default_factory=dict)

    def as_(self, who: str) -> httpx2.Client:
        """A client with the token of ``who``."""
        if who not in self._clients:
            self._clients[who] = self.gateway.client(self.tokens[who])
        return self._clients[who]

    @property
    def grace(self) -> httpx2.Client:
        """A client of an admin's."""
        return self.as_("grace")

    def close(self) -> None:
        """Close all clients."""
        for client in self._clients.values():
            client.close()

    def warm_up(self) -> None:
        """Wait until the worker carries builds: its first one takes it longest, on a busy machine above all."""
        asked = {"build_id": "first", "requirements": "# The first"}
        deadline = monotonic() + 90
        while (answer := self.grace.post("/api/workflows/warm/start", json=asked)).status_code != 200:
            assert monotonic() < deadline, answer.text
            sleep(0.1)

    def start(self, *, project: str = "birds", **body: Any) -> dict[str, Any]:
        """Start a build by hand; what the gateway says."""
        asked = {"build_id": f"b-{next(_NUMBERS)}", "requirements": "# A thing", "user_id": "ada"} | body
        answer = self.grace.post(f"/api/workflows/{project}/start", json=asked)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def standing(self, build_id: str) -> str:
        """A build that stands in discovery; the same at each call, ended or not."""
        told: str = self.start(build_id=build_id)["workflow_id"]
        return told

    def report(self, build: str, role: Role | str, state: str, result: dict[str, Any] | None = None) -> Any:
        """Report for a role; what the gateway says."""
        answer = self.grace.post(
            f"/api/workflows/{build}/advance",
            json={"role": str(role), "completed_state": state, "phase_result": result or {}},
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    def carry(self, build: str, *, until: str = "complete") -> Any:
        """Carry a build by hand until it is in ``until``; its status."""
        for role, state, result in COURSE:
            told = self.grace.get(f"/api/workflows/{build}/status").json()
            if told["current_state"] == until:
                return told
            if told["current_state"] in (state, f"handoff_to_{_TAKERS.get(role)}"):
                self.report(build, role, state, result)
        return self.grace.get(f"/api/workflows/{build}/status").json()

    def until_sql_knows(self, build_id: str, status: str) -> None:
        """Wait until SQL has caught up."""
        deadline = monotonic() + 20
        while (row := get_build(self.engine, build_id)) is None or row.summary.status != status:
            assert monotonic() < deadline, f"{build_id} is not {status} in SQL"
            sleep(0.02)


_TAKERS = {
    Role.CODE_WRITER: "coder",
    Role.TEST_AUDITOR: "tester",
    Role.VERIFICATION_OVERSEER: "verifier",
    Role.RELEASE_MANAGER: "releaser",
}


@contextmanager
def house(folder: Path, address: str, database_url: str, **settings: Any) -> Iterator[House]:
    """A house whose database has its tables, and whose Temporal answers at ``address``."""
    environ = environment_for(address, {})
    engine = open_engine(database_url)
    tokens = {name: token(engine, role, name=name) for name, role in ROLES.items()}
    tokens["ide"] = token(engine, AccessRole.AGENT, name="ide", agent_role=Role.CODE_WRITER)
    tokens["stranger"] = token(engine, AccessRole.ADMIN, name="stranger", projects=["fish"])
    try:
        with (
            worker(folder / "home", database_url, environ, profiles=settings.get("profiles"), reconcile_seconds=3600),
            gateway(folder / "home", database_url, environ, **(_UNLIMITED | settings)) as opened,
        ):
            made = House(opened, engine, folder / "home", environ, tokens)
            made.warm_up()
            yield made
            made.close()
    finally:
        engine.dispose()
