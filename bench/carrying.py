"""Builds that are carried by hand, at a steady pace or as fast as the answers come, and how long each took."""

import asyncio
import itertools
import time
from dataclasses import dataclass, field

from baton.domain.actors import Actor
from baton.domain.commands import Advance
from baton.domain.requests import BuildRequest
from baton.domain.vocabulary import Role, State, Status
from gateway.builds import Builds

PROJECT = "bench"

_REPORTS: tuple[tuple[Role, State, dict[str, object]], ...] = (
    (Role.Q_ASSISTANT, State.DISCOVERY, {"discovery": {"summary": "One"}, "planning": {"summary": "Two"}}),
    (Role.CODE_WRITER, State.IMPLEMENTATION, {"summary": "Three"}),
    (Role.TEST_AUDITOR, State.TESTING, {"tests_run": 6, "tests_failed": 0, "test_coverage": 91.5}),
    (Role.VERIFICATION_OVERSEER, State.VERIFICATION, {"approved_for_deployment": True}),
    (Role.RELEASE_MANAGER, State.DEPLOYMENT, {"deployment_successful": True}),
)


@dataclass
class Round:
    """What came of some seconds of building."""

    elapsed: float = 0.0
    builds: list[float] = field(default_factory=list)
    commands: list[float] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        """Builds that were completed in a second."""
        return len(self.builds) / self.elapsed


async def carry_for(builds: Builds, name: str, *, seconds: float, at_once: int) -> Round:
    """Carry builds, ``at_once`` of them, until the time is up; those begun are finished. Raises when one fails."""
    made, numbers = Round(), itertools.count(1)
    began = time.monotonic()

    async def carry_on() -> None:
        while time.monotonic() - began < seconds:
            await _carry(builds, f"{name}-{next(numbers)}", made)

    await asyncio.gather(*(carry_on() for _ in range(at_once)))
    made.elapsed = time.monotonic() - began
    return made


async def carry_at(builds: Builds, name: str, *, seconds: float, pace: float) -> Round:
    """Begin ``pace`` builds a second, whether those before have come to their end or not, until the time is up.

    Those begun are finished; a build's time counts from the moment at which it was to begin. Raises when one fails.
    """
    made = Round()
    began = time.monotonic()
    async with asyncio.TaskGroup() as carrying:
        for number in range(round(seconds * pace)):
            due = began + number / pace
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            carrying.create_task(_carry(builds, f"{name}-{number + 1}", made, due))
    made.elapsed = time.monotonic() - began
    return made


async def _carry(builds: Builds, build_id: str, made: Round, began: float | None = None) -> None:
    began = time.monotonic() if began is None else began
    await builds.start(
        BuildRequest(
            build_id=build_id,
            project_id=PROJECT,
            user_id="ada",
            title="A small thing",
            requirements="# A small thing",
            profile="manual",
        )
    )
    for role, state, result in _REPORTS:
        sent = time.monotonic()
        next_state = State.HANDOFF_TO_CODER if state is State.DISCOVERY else None
        reply = await builds.send(
            build_id,
            Advance(actor=Actor(id="ada"), role=role, completed_state=state, result=result, next_state=next_state),
        )
        made.commands.append(time.monotonic() - sent)
    if reply.status is not Status.COMPLETE:
        raise RuntimeError(f"build {build_id!r} ended as {reply.status.value}")
    made.builds.append(time.monotonic() - began)
