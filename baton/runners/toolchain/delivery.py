"""Deliver a release by the profile's own commands: deploy, check by smoke tests, undo when these fail."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from baton.domain.reports import Evidence, Finding
from baton.runners.launcher import Launcher, LaunchOptions
from baton.runners.placeholders import expand, knowing
from baton.runners.quoting import last_lines
from baton.runners.toolchain.job import Job
from baton.workshop.archive import Archive

_Words = Annotated[
    tuple[str, ...], Field(min_length=1), AfterValidator(knowing("archive", "name", "version", "commit", "folder"))
]


class DeliveryOptions(LaunchOptions):
    """``[roles.release_manager.delivery]``: lists of commands, run in order until one fails.

    ``{archive}`` is the archive's path, ``{folder}`` the unpacked release and the folder the commands run in.
    When a ``deploy`` or ``smoke`` command fails, all of ``undo`` is run. ``$BATON_DELIVERY_KEY`` is the same when a
    command is run again because its worker died: hand it to whatever must not act twice.
    """

    deploy: tuple[_Words, ...] = ()
    smoke: tuple[_Words, ...] = ()
    undo: tuple[_Words, ...] = ()


@dataclass(frozen=True, slots=True)
class _Step:
    """A command that has ended, as it is kept on disk."""

    evidence: dict[str, object]
    failed: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came of it."""

    evidence: tuple[Evidence, ...]
    findings: tuple[Finding, ...]


async def deliver(job: Job, options: DeliveryOptions, archive: Archive, folder: Path, scratch: Path) -> Delivery:
    """Run the commands. Those that ended in an earlier attempt at this order are not run again."""
    run = _Run(job, options, job.launcher(options), archive, folder, scratch)
    well = await run.all("deploy", options.deploy) and await run.all("smoke", options.smoke)
    if not well:
        await run.all("undo", options.undo, go_on=True)
    findings = [
        Finding(id=f"delivery-{step.evidence['name']}", message=step.failed, evidence=str(step.evidence["name"]))
        for step in run.steps
        if step.failed
    ]
    return Delivery(tuple(Evidence.model_validate(step.evidence) for step in run.steps), tuple(findings))


class _Run:
    def __init__(
        self, job: Job, options: DeliveryOptions, launcher: Launcher, archive: Archive, folder: Path, scratch: Path
    ) -> None:
        self.steps: list[_Step] = []
        self._job = job
        self._launcher = launcher
        self._archive = archive
        self._folder = folder
        self._scratch = scratch
        self._kept = job.workspace.private / "delivery" / f"{job.order.number}-{job.order.journal_head[:16]}"
        self._kept.mkdir(parents=True, exist_ok=True)

    async def all(self, kind: str, commands: Sequence[tuple[str, ...]], *, go_on: bool = False) -> bool:
        """Run ``commands``; whether all went well. With ``go_on`` a failed one does not stop the rest."""
        well = True
        for number, command in enumerate(commands, start=1):
            step = await self._once(f"{kind}-{number}", command)
            self.steps.append(step)
            well = well and not step.failed
            if not well and not go_on:
                return False
        return well

    async def _once(self, name: str, command: tuple[str, ...]) -> _Step:
        kept = self._kept / f"{name}.json"
        if kept.exists():
            return _Step(**json.loads(kept.read_bytes()))
        step = await self._run(name, command)
        draft = kept.with_suffix(".new")
        draft.write_text(json.dumps(asdict(step)))
        draft.replace(kept)
        return step

    async def _run(self, name: str, command: tuple[str, ...]) -> _Step:
        manifest, order = self._archive.manifest, self._job.order
        words = expand(
            command,
            self._job.surroundings,
            archive=str(self._archive.path),
            folder=str(self._folder),
            name=manifest.name,
            version=manifest.version,
            commit=manifest.commit,
        )
        result = await self._launcher.run(
            words,
            cwd=self._folder,
            readable=[self._archive.path],
            writable=[self._folder, self._scratch],
            env={"BATON_DELIVERY_KEY": f"{order.build_id}:{order.number}:{name}"},
        )
        failed = ""
        if result.exit_code != 0 or result.timed_out:
            quoted = last_lines(result.stderr, result.stdout, secrets=self._launcher.secrets)
            how = "ran out of time" if result.timed_out else f"ended with exit code {result.exit_code}"
            failed = f"{name} ({command[0]!r}) {how}. Its last lines:\n{quoted}"
        return _Step(self._job.evidence(name, command, result).model_dump(mode="json"), failed)
