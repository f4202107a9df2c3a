"""What the pictures are of: the real stack on this machine, with builds that stand where a reader should see them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from baton.domain.commands import parse_command
from baton.domain.requests import BuildRequest
from baton.domain.view import BuildView
from baton.domain.vocabulary import CommandName
from baton.runtime.ports import free_port
from baton.runtime.settings import Settings
from baton.store.engine import open_engine
from gateway.builds import Builds
from gateway.embedded.stack import Stack
from tests.busy import scene as busy

_ROOT = Path(__file__).parents[2]
_PATIENCE = 180.0
_BUSY_BUILDS = 150

RELEASED = "wordcount-1"
"""Released, after its work went back once and the release was approved."""

WAITING = "wordcount-2"
"""The same, before somebody has approved it."""

BY_HAND, PARKED, PAUSED = "slugify-1", "slugify-2", "slugify-3"
"""Played by hand: one waits for a report, one is parked, one is paused."""

_PROFILE = """
[gates.approvals.handoff_to_releaser]
approvers = ["lead", "grace"]
deadline = "8h"
"""


@dataclass(frozen=True)
class Scene:
    """The stack at work, and its builds."""

    stack: Stack
    builds: Builds

    @property
    def web_ui(self) -> str:
        """The address of Temporal's Web UI."""
        return self.stack.ui_url

    async def tell(self, build_id: str, name: CommandName, who: str, **fields: Any) -> None:
        """Send a command."""
        await self.builds.send(build_id, parse_command(name, {"actor": {"id": who}, **fields}))

    async def until(self, build_id: str, ready: Callable[[BuildView], bool]) -> BuildView:
        """The build, as soon as it is ``ready``."""
        async with asyncio.timeout(_PATIENCE):
            while not ready(view := await self.builds.status(build_id)):
                await asyncio.sleep(0.2)
        return view


@asynccontextmanager
async def scene(home: Path, environ: dict[str, str]) -> AsyncIterator[Scene]:
    """The stack in the folder ``home``, with every build where it is to be seen."""
    profiles = home / "profiles"
    profiles.mkdir(parents=True)
    demo = (_ROOT / "baton" / "runners" / "profiles" / "demo.toml").read_text(encoding="utf-8")
    (profiles / "guarded.toml").write_text(demo + _PROFILE, encoding="utf-8")
    settings = Settings.from_environment({}, home=home, profiles=profiles, graceful_shutdown_seconds=0)
    async with Stack(
        settings, environ | {"STAND_IN_SECONDS": "1", "BATON_USER": "grace"}, gateway_port=free_port()
    ) as stack:
        told = Scene(stack, Builds(stack.client, answer_seconds=60))
        await asyncio.gather(_released(told), _waiting(told), _by_hand(told), asyncio.to_thread(_busy, settings))
        yield told


def _busy(settings: Settings) -> None:
    """Some weeks of other projects, in SQL alone: what lists and figures look like in use."""
    now = datetime.now(UTC)
    engine = open_engine(settings.database_url)
    for told in busy.scene(now):
        busy.write(engine, told)
    busy.many(engine, _BUSY_BUILDS, now)
    engine.dispose()


async def _released(scene: Scene) -> None:
    await scene.builds.start(_wordcount(RELEASED))
    view = await scene.until(RELEASED, lambda view: view.pending_approval is not None)
    await scene.tell(RELEASED, CommandName.APPROVE, "lead", expected_state=view.current_state, reason="ship it")
    await scene.builds.result(RELEASED)


async def _waiting(scene: Scene) -> None:
    await scene.builds.start(_wordcount(WAITING))
    await scene.until(WAITING, lambda view: view.pending_approval is not None)


async def _by_hand(scene: Scene) -> None:
    for build_id in (BY_HAND, PARKED, PAUSED):
        await scene.builds.start(_request(build_id, "requests/minimal.md", "shop", "manual"))
    await scene.tell(
        PARKED, CommandName.ADVANCE, "ada", role="q_assistant", completed_state="discovery",
        result={"verdict": "rejected", "summary": "Two of the criteria contradict each other"},
    )  # fmt: skip
    await scene.tell(PAUSED, CommandName.PAUSE, "grace", reason="The budget is decided on Monday")


def _wordcount(build_id: str) -> BuildRequest:
    return _request(build_id, "wordcount/request.md", "words", "guarded")


def _request(build_id: str, file: str, project: str, profile: str) -> BuildRequest:
    text = (_ROOT / "examples" / file).read_text(encoding="utf-8")
    return BuildRequest(
        build_id=build_id,
        project_id=project,
        user_id="ada",
        title=text.partition("\n")[0].lstrip("# "),
        requirements=text,
        profile=profile,
    )
