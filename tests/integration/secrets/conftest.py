"""One stack for this folder, as `starter.py dev` runs it: with keys, a gateway, the Web UI, and a folder for payloads.

A build has gone through it, and said its canary wherever something can be said.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from baton.domain.actors import Actor
from baton.domain.commands import Approve, Pause, RequestRetry, Resume
from baton.domain.requests import BuildRequest
from baton.domain.view import BuildView
from baton.domain.vocabulary import ActorKind, State, Status
from baton.runtime.encryption.key_file import add_key
from baton.runtime.ports import free_port
from baton.runtime.settings import Settings
from gateway.builds import Builds
from gateway.embedded.stack import Stack
from tests.collector import Collector
from tests.integration.doors.conftest import environ
from tests.played_profile import write_profile

__all__ = ["environ"]

_GRACE = Actor(kind=ActorKind.PERSON, id="grace")
_PATIENCE = 60.0


@dataclass(frozen=True)
class Sung:
    """A stack, what a build on it was not to tell, where its keys and large payloads are, and who looks at it: the
    collector of its traces, and where worker and gateway show their metrics."""

    stack: Stack
    canary: str
    key_file: Path
    payloads: Path
    collector: Collector
    metrics: tuple[str, str]
    build_id: str = "sung"

    @property
    def builds(self) -> Builds:
        return Builds(self.stack.client, answer_seconds=_PATIENCE)

    async def until(self, state: State, kind: str) -> BuildView:
        """Wait until the build waits, in ``state``, for something of that kind."""
        async with asyncio.timeout(_PATIENCE):
            while True:
                view = await self.builds.status(self.build_id)
                if view.current_state is state and view.waiting_for is not None and view.waiting_for.kind == kind:
                    return view
                await asyncio.sleep(0.1)


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def sung(tmp_path_factory: pytest.TempPathFactory, environ: dict[str, str]) -> AsyncIterator[Sung]:
    folder = tmp_path_factory.mktemp("sung")
    profiles, marks, key_file = folder / "profiles", folder / "marks", folder / "keys"
    write_profile(profiles / "singing.toml", Path(__file__).with_name("player.py"), marks)
    add_key(key_file, datetime.now(UTC))
    settings = Settings(
        home=folder / "home",
        database_url=f"sqlite:///{folder}/mirror.db",
        profiles=profiles,
        graceful_shutdown_seconds=0,
        encryption_key_file=key_file,
        payload_store=str(folder / "payloads"),
        payload_store_bytes=8_192,
        log_format="json",
        metrics=f"127.0.0.1:{free_port()}",
        gateway_metrics=f"127.0.0.1:{free_port()}",
    )
    with Collector() as collector:
        traced = environ | {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_BSP_SCHEDULE_DELAY": "200"}
        looked_at = (f"http://{settings.metrics}/metrics", f"http://{settings.gateway_metrics}/metrics")
        async with Stack(settings, traced, gateway_port=free_port()) as stack:
            canary = f"canary-{secrets.token_hex(16)}"
            made = Sung(stack, canary, key_file, folder / "payloads", collector, looked_at)
            await _sing(made)
            yield made


async def _sing(sung: Sung) -> None:
    builds, canary = sung.builds, sung.canary
    request = BuildRequest(
        build_id=sung.build_id,
        project_id="shop",
        user_id="ada",
        title=f"A thing for {canary}",
        requirements=f"# A thing\n\nIts password is {canary}.",
        metadata={"canary": canary},
        profile="singing",
    )
    await builds.start(request, by=_GRACE)
    await sung.until(State.ERROR, "decision")
    retry = RequestRetry(actor=_GRACE, reason=f"because of {canary}", expected_state=State.ERROR)
    await builds.send(sung.build_id, retry)
    await sung.until(State.HANDOFF_TO_RELEASER, "approval")
    await builds.send(sung.build_id, Pause(actor=_GRACE, reason=f"waits for {canary}"))
    await builds.send(sung.build_id, Resume(actor=_GRACE))
    approve = Approve(actor=_GRACE, reason=f"fine, {canary}", expected_state=State.HANDOFF_TO_RELEASER)
    await builds.send(sung.build_id, approve)
    assert await asyncio.wait_for(builds.result(sung.build_id), _PATIENCE) is Status.COMPLETE
