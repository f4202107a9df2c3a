"""A house that burns: Temporal with its state in a file, a worker, a database, and builds that are carried by hand."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from temporalio.client import Client

from baton.domain.actors import Actor
from baton.domain.commands import Advance
from baton.domain.requests import BuildRequest
from baton.domain.vocabulary import Role, State
from baton.runtime.client import environment_for
from baton.runtime.embedded import EmbeddedTemporal
from baton.store.engine import open_engine
from gateway.builds import Builds
from gateway.mirroring.auditing import audit_builds
from gateway.mirroring.scope import Scope
from gateway.mirroring.verifying import Verification, verify
from gateway.web_ui import WANTED_SEARCH_ATTRIBUTES
from tests.chaos.player import REPORTS
from tests.workers import worker

STEPS: tuple[tuple[Role, State], ...] = (
    (Role.Q_ASSISTANT, State.DISCOVERY),
    (Role.Q_ASSISTANT, State.PLANNING),
    (Role.CODE_WRITER, State.HANDOFF_TO_CODER),
    (Role.CODE_WRITER, State.IMPLEMENTATION),
    (Role.TEST_AUDITOR, State.HANDOFF_TO_TESTER),
    (Role.TEST_AUDITOR, State.TESTING),
    (Role.VERIFICATION_OVERSEER, State.HANDOFF_TO_VERIFIER),
    (Role.VERIFICATION_OVERSEER, State.VERIFICATION),
    (Role.RELEASE_MANAGER, State.HANDOFF_TO_RELEASER),
    (Role.RELEASE_MANAGER, State.DEPLOYMENT),
)


@dataclass
class House:
    """What stands at one time."""

    client: Client
    environ: dict[str, str]
    home: Path
    steps: dict[str, int] = field(default_factory=dict)

    @property
    def builds(self) -> Builds:
        return Builds(self.client, answer_seconds=60)

    @contextmanager
    def working(self, database_url: str) -> Iterator[None]:
        """With a worker that writes into this database."""
        with worker(self.home, database_url, self.environ):
            yield

    async def start(self, build_id: str) -> None:
        await self.builds.start(asked(build_id))

    async def carry(self, build_id: str, state: State) -> None:
        """Report for every role until the build is in ``state``."""
        while (here := (await self.builds.status(build_id)).current_state) is not state:
            role = next(role for role, at in STEPS if at is here)
            report = REPORTS.get(here.value, {})
            await self.builds.send(
                build_id, Advance(actor=Actor(id="ada"), role=role, completed_state=here, result=report)
            )

    async def complete(self, build_id: str) -> None:
        await self.start(build_id)
        await self.carry(build_id, State.COMPLETE)
        await self.builds.result(build_id)

    async def verified(self, database_url: str) -> Verification:
        """What ``mirror verify --all`` finds; the hash chains hold in any case."""
        engine = open_engine(database_url)
        try:
            assert audit_builds(engine, Scope()).holds
            return await verify(self.client, engine, Scope())
        finally:
            engine.dispose()


def asked(build_id: str) -> BuildRequest:
    return BuildRequest(
        build_id=build_id,
        project_id="shop",
        user_id="ada",
        title="A small thing",
        requirements="# A small thing",
        profile="manual",
    )


@asynccontextmanager
async def house(state: Path, home: Path, environ: dict[str, str]) -> AsyncIterator[House]:
    """Temporal with its state below ``state``, and a home."""
    async with EmbeddedTemporal(state, ui=False, search_attributes=WANTED_SEARCH_ATTRIBUTES) as server:
        yield House(await server.connect(), environment_for(server.address, environ), home)
