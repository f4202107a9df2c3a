"""A whole Baton to talk to over HTTP: Temporal, a worker, a database, a gateway, and tokens of each sort."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import Engine

from baton.domain.access import AccessRole
from baton.domain.vocabulary import Role
from baton.runtime.client import environment_for
from baton.store.engine import open_engine
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


@dataclass
class House:
    """The gateway, and who calls it. ``tokens`` are by the name of their holders."""

    gateway: Gateway
    engine: Engine
    home: Path
    environ: dict[str, str]
    tokens: dict[str, str] = field(default_factory=dict)

    def as_(self, who: str) -> httpx2.Client:
        """A client with the token of ``who``."""
        return self.gateway.client(self.tokens[who])

    @cached_property
    def grace(self) -> httpx2.Client:
        """A client of an admin's."""
        return self.as_("grace")

    def start(self, *, project: str = "birds", **body: Any) -> dict[str, Any]:
        """Start a build by hand; what the gateway says."""
        asked = {"build_id": f"b-{next(_NUMBERS)}", "requirements": "# A thing", "user_id": "ada"} | body
        answer = self.grace.post(f"/api/workflows/{project}/start", json=asked)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
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
            worker(folder / "home", database_url, environ, profiles=settings.get("profiles")),
            gateway(
                folder / "home", database_url, environ, gateway_requests_per_minute=1_000_000, **settings
            ) as opened,
        ):
            yield House(opened, engine, folder / "home", environ, tokens)
    finally:
        engine.dispose()
