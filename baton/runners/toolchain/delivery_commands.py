"""Run the commands of a delivery, each once, in the unpacked release."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from baton.domain.reports import Evidence
from baton.runners.base import Surroundings
from baton.runners.launcher import Launcher
from baton.runners.placeholders import expand
from baton.runners.quoting import last_lines
from baton.runners.toolchain.deliveries import Step, Steps
from baton.workshop.release_files import ReleaseFiles
from baton.workshop.sandbox import CommandResult


@dataclass(frozen=True, slots=True)
class Release:
    """What is delivered, or undone. Its files may be gone; ``folder`` holds the unpacked release."""

    files: ReleaseFiles
    name: str
    version: str
    commit: str
    folder: Path


@dataclass
class DeliveryCommands:
    """Runs commands over one release. ``scratch`` is their HOME; ``key`` begins the key that each of them gets.

    ``ran`` says whether any of them has run here: a program that is not there has not.
    """

    launcher: Launcher
    surroundings: Surroundings
    release: Release
    scratch: Path
    steps: Steps
    key: str
    evidence: Callable[[str, Sequence[str], CommandResult], Evidence]
    ran: bool = field(default=False, init=False)

    async def run(self, kind: str, commands: Sequence[Sequence[str]], *, go_on: bool = False) -> list[Step]:
        """Run ``commands``, those that have ended before left out; with ``go_on`` a failed one does not stop the rest.

        Raises RunnerFailure and SandboxUnavailable.
        """
        ended: list[Step] = []
        for number, command in enumerate(commands, start=1):
            name = f"{kind}-{number}"
            step = self.steps.find(name)
            if step is None:
                step = await self._run(name, command)
                self.steps.keep(name, step)
            ended.append(step)
            if step.failed and not go_on:
                break
        return ended

    async def _run(self, name: str, command: Sequence[str]) -> Step:
        release = self.release
        words = expand(
            command,
            self.surroundings,
            archive=str(release.files.archive),
            manifest=str(release.files.manifest),
            provenance=str(release.files.provenance),
            name=release.name,
            version=release.version,
            commit=release.commit,
            folder=str(release.folder),
        )
        result = await self.launcher.run(
            words,
            cwd=release.folder,
            readable=[path for path in release.files.all if path.is_file()],
            writable=[release.folder, self.scratch],
            env={"BATON_DELIVERY_KEY": f"{self.key}:{name}"},
        )
        self.ran = self.ran or not result.not_run
        failed = ""
        if result.exit_code != 0 or result.timed_out:
            quoted = last_lines(result.stderr, result.stdout, secrets=self.launcher.secrets)
            how = "ran out of time" if result.timed_out else f"ended with exit code {result.exit_code}"
            failed = f"{name} ({command[0]!r}) {how}. Its last lines:\n{quoted}"
        return Step(self.evidence(name, command, result).model_dump(mode="json"), failed)
