"""Undo what deployment delivered, when the build goes back."""

import asyncio
import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pydantic import ValidationError

from baton.domain.attempts import Compensation
from baton.domain.reports import Evidence, PhaseReport
from baton.domain.steps import CompensationOrder
from baton.domain.vocabulary import Phase
from baton.runners.base import Heartbeat, RunnerContext
from baton.runners.launcher import Launcher
from baton.runners.scratch import scratch_folder
from baton.runners.toolchain.deliveries import Delivered, Delivery, Step, deliveries, undo_steps
from baton.runners.toolchain.delivery import DeliveryOptions, compensation_of
from baton.runners.toolchain.delivery_commands import DeliveryCommands, Release
from baton.runners.toolchain.release import withdraw_release
from baton.workshop import archive as archives
from baton.workshop.errors import ArchiveError, WorkspaceError
from baton.workshop.release_files import ReleaseFiles
from baton.workshop.sandbox import CommandResult
from baton.workshop.workspace import Workspace


@dataclass(frozen=True, slots=True)
class _Standing:
    """A release that may be out, and the deliveries that brought it there, the newest first."""

    delivered: Delivered
    deliveries: Sequence[Delivery] = ()

    @property
    def key(self) -> str:
        return self.deliveries[0].name if self.deliveries else "reported"

    @property
    def files(self) -> ReleaseFiles:
        return self.deliveries[0].files(self.delivered) if self.deliveries else ReleaseFiles(self.delivered.archive)

    def undo(self) -> None:
        for delivery in self.deliveries:
            delivery.undo()


async def undo_deployment(
    order: CompensationOrder,
    workspace: Workspace,
    context: RunnerContext,
    heartbeat: Heartbeat,
    options: DeliveryOptions,
) -> Compensation:
    """Run ``undo`` for each release of the build that may be out, the newest first; a release that is out twice, once.

    Commands that ended in an earlier attempt at this order are not run again. When all is undone, the release's files
    and tag are removed too. Raises RunnerFailure and the workshop's errors.
    """
    begun = deliveries(workspace.private)
    standing = _standing(begun) if begun else list(_reported(order))
    steps: dict[str, list[Step]] = {}
    if standing:
        launcher = Launcher.begin(options, context, heartbeat)
        with scratch_folder(workspace) as scratch:
            for release in standing:
                place = scratch / release.key
                (place / "home").mkdir(parents=True)
                commands = DeliveryCommands(
                    launcher=launcher,
                    surroundings=context.surroundings,
                    release=await _unpacked(workspace, release, place),
                    scratch=place / "home",
                    steps=undo_steps(workspace.private, order.number, order.run, release.key),
                    key=f"{order.build_id}:compensation-{order.number}-{order.run}:{release.key}",
                    evidence=partial(_evidence, release.delivered.commit),
                )
                steps[release.key] = await commands.run("undo", options.undo, go_on=True)
    for release in standing:
        if not any(step.failed for step in steps[release.key]):
            release.undo()
    outcome = _outcome(standing, [step for ended in steps.values() for step in ended], undone_before=bool(begun))
    if outcome.succeeded:
        await withdraw_release(workspace, context.surroundings.releases, order.build_id)
    return outcome


def _standing(begun: Sequence[Delivery]) -> list[_Standing]:
    found: dict[tuple[str, str, str], _Standing] = {}
    for delivery in begun:
        delivered = delivery.delivered()
        if delivered is not None and not delivery.undone:
            key = (delivered.name, delivered.version, delivered.commit)
            before = found.get(key, _Standing(delivered))
            found[key] = _Standing(before.delivered, (*before.deliveries, delivery))
    return list(found.values())


def _reported(order: CompensationOrder) -> Iterator[_Standing]:
    """What the phase's last report says was delivered, where this machine knows of no delivery."""
    report = PhaseReport.model_validate(order.report or {})
    if not any(one.name.startswith("deploy-") for one in report.evidence):
        return
    with contextlib.suppress(ValidationError):
        yield _Standing(Delivered.model_validate({**report.output, "commit": report.commit}))


async def _unpacked(workspace: Workspace, standing: _Standing, place: Path) -> Release:
    """The release in a folder: from its archive; from its commit where that is gone; else an empty folder."""
    delivered, files = standing.delivered, standing.files
    try:
        folder = await asyncio.to_thread(archives.unpack, files.archive, place / "unpacked")
    except ArchiveError:
        folder = place / "commit"
        folder.mkdir()
        with contextlib.suppress(WorkspaceError):
            await workspace.export(delivered.commit, folder)
    return Release(files, delivered.name, delivered.version, delivered.commit, folder)


def _evidence(commit: str, name: str, command: Sequence[str], result: CommandResult) -> Evidence:
    return Evidence(
        name=name,
        command=tuple(command),
        exit_code=result.exit_code,
        duration_seconds=round(result.duration_seconds, 3),
        commit=commit,
        sandbox=result.sandbox,
    )


def _outcome(standing: Sequence[_Standing], steps: Sequence[Step], *, undone_before: bool) -> Compensation:
    if standing:
        return compensation_of(steps, ", ".join(f"{one.delivered.name} {one.delivered.version}" for one in standing))
    how = "nothing is known to have been delivered, so nothing is undone"
    if undone_before:
        how = "what was delivered is undone already"
    return Compensation(phase=Phase.DEPLOYMENT, succeeded=True, message=how)
