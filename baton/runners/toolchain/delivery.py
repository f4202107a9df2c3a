"""Deliver a release by the profile's own commands: deploy, check by smoke tests, undo when these fail."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from baton.domain.attempts import Compensation
from baton.domain.reports import Evidence, Finding
from baton.domain.vocabulary import Phase
from baton.runners.failures import RunnerFailure
from baton.runners.launcher import LaunchOptions
from baton.runners.placeholders import knowing
from baton.runners.toolchain.deliveries import Delivery, Step
from baton.runners.toolchain.delivery_commands import DeliveryCommands, Release
from baton.runners.toolchain.job import Job
from baton.workshop.archive import Archive
from baton.workshop.errors import SandboxUnavailable

PLACEHOLDERS = ("archive", "manifest", "provenance", "name", "version", "commit", "folder")

_Words = Annotated[tuple[str, ...], Field(min_length=1), AfterValidator(knowing(*PLACEHOLDERS))]
_MESSAGE = 4_000


class DeliveryOptions(LaunchOptions):
    """``[roles.release_manager.delivery]``: lists of commands, run in order until one fails.

    ``{archive}``, ``{manifest}`` and ``{provenance}`` are paths of the release's files, ``{folder}`` is the unpacked
    release and the folder the commands run in. When a ``deploy`` or ``smoke`` command fails after something may have
    been delivered, or the build is rolled back, all of ``undo`` is run. ``$BATON_DELIVERY_KEY`` is the same when a
    command is run again because its worker died: hand it to whatever must not act twice.
    """

    deploy: tuple[_Words, ...] = ()
    smoke: tuple[_Words, ...] = ()
    undo: tuple[_Words, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a delivery. ``compensation`` is there when it failed and was, or should have been, undone."""

    evidence: tuple[Evidence, ...]
    findings: tuple[Finding, ...]
    compensation: Compensation | None = None


async def deliver(job: Job, options: DeliveryOptions, archive: Archive, folder: Path, scratch: Path) -> Outcome:
    """Run the commands. Those that ended in an earlier attempt at this order are not run again."""
    if not (options.deploy or options.smoke):
        return Outcome((), ())
    delivery = Delivery.of(job.workspace.private, job.order)
    await asyncio.to_thread(delivery.prepare, archive)
    release = Release(archive.files, archive.manifest.name, archive.manifest.version, archive.manifest.commit, folder)
    commands = DeliveryCommands(
        launcher=job.launcher(options),
        surroundings=job.surroundings,
        release=release,
        scratch=scratch,
        steps=delivery.steps,
        key=f"{job.order.build_id}:{job.order.number}",
        evidence=job.evidence,
    )
    steps = await _deployed(delivery, commands, options.deploy)
    if not steps or not steps[-1].failed:
        steps += await commands.run("smoke", options.smoke)
    if not steps[-1].failed:
        delivery.stands()
        return Outcome(_executed(steps), ())
    compensation = await _undone(delivery, commands, options.undo, release)
    return Outcome(_executed(steps), tuple(_findings(steps)), compensation)


async def _deployed(delivery: Delivery, commands: DeliveryCommands, deploy: Sequence[tuple[str, ...]]) -> list[Step]:
    if not deploy:
        return []
    before = delivery.begun
    delivery.begin()
    try:
        steps = await commands.run("deploy", deploy)
    except (RunnerFailure, SandboxUnavailable):
        if not before and not commands.ran:
            delivery.not_begun()
        raise
    if not before and not commands.ran:
        delivery.not_begun()
    return steps


async def _undone(
    delivery: Delivery, commands: DeliveryCommands, undo: Sequence[tuple[str, ...]], release: Release
) -> Compensation | None:
    if not undo or not delivery.begun:
        return None
    steps = await commands.run("undo", undo, go_on=True)
    outcome = compensation_of(steps, f"{release.name} {release.version}")
    if outcome.succeeded:
        delivery.undo()
    return outcome


def compensation_of(steps: Sequence[Step], what: str) -> Compensation:
    """What came of undo commands that have all been run."""
    failed = [step.failed for step in steps if step.failed]
    message = "\n".join(failed)[:_MESSAGE] or f"the delivery of {what} is undone"
    return Compensation(phase=Phase.DEPLOYMENT, succeeded=not failed, message=message, evidence=_executed(steps))


def _executed(steps: Sequence[Step]) -> tuple[Evidence, ...]:
    return tuple(Evidence.model_validate(step.evidence) for step in steps)


def _findings(steps: Sequence[Step]) -> Sequence[Finding]:
    return [
        Finding(id=f"delivery-{step.evidence['name']}", message=step.failed, evidence=str(step.evidence["name"]))
        for step in steps
        if step.failed
    ]
