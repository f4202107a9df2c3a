"""Deployment: pack the commit, prove that what was packed works, sign for it, deliver it, tag it."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from baton.domain.attempts import Compensation
from baton.domain.reports import Evidence, Finding, PhaseReport
from baton.domain.vocabulary import Phase
from baton.runners.failures import RunnerMisconfigured
from baton.runners.scratch import scratch_folder
from baton.runners.toolchain.delivery import DeliveryOptions, deliver
from baton.runners.toolchain.job import Job
from baton.runners.toolchain.provenance import statement_of
from baton.runners.toolchain.release import release_of, withdraw_release
from baton.runners.toolchain.test_command import TestOptions
from baton.runners.toolchain.test_run import run_tests
from baton.workshop import archive as archives
from baton.workshop.archive import Archive
from baton.workshop.errors import ArchiveError, KeyUnusable, UnsafeLink
from baton.workshop.keys import PASSWORD_VARIABLE, KeyRing, PublicKey
from baton.workshop.release_files import write_whole


class DeploymentOptions(TestOptions):
    """Options of the release manager: those of the test auditor, whose tests are run once more, and ``delivery``."""

    delivery: DeliveryOptions = DeliveryOptions()

    def compensates(self, phase: Phase) -> bool:
        """What was delivered is undone where the profile says how."""
        return phase is Phase.DEPLOYMENT and bool(self.delivery.undo)


async def deploy(job: Job, options: DeploymentOptions) -> PhaseReport:
    """Make the release and report it. The same order makes the same bytes, however often it is carried out.

    What lies in the folder of releases, and has the tag, is a release that stands: what an earlier run of the phase
    left there is removed first, and so is one whose tests or delivery fail.
    """
    evidence: list[Evidence] = []
    keys = await asyncio.to_thread(_keys, job)
    await _withdraw(job)
    with scratch_folder(job.workspace) as scratch:
        try:
            archive = await _packed(job, scratch)
            folder = await asyncio.to_thread(archives.unpack, archive.path, scratch / "unpacked")
        except (ArchiveError, UnsafeLink) as error:
            return _failed([Finding(id="archive", message=str(error), evidence="archive")], evidence)
        outcome = await run_tests(job, options, folder, scratch / "reports", name="tests of the release")
        evidence.append(outcome.evidence)
        if outcome.findings:
            await _withdraw(job)
            return _failed(outcome.findings, evidence)
        key = await asyncio.to_thread(_signed, job, archive, keys)
        # Anew: the tests had their way with the first one, and what is delivered must be what was packed.
        folder = await asyncio.to_thread(archives.unpack, archive.path, scratch / "delivered")
        (scratch / "home").mkdir()
        delivery = await deliver(job, options.delivery, archive, folder, scratch / "home")
        evidence += delivery.evidence
        if delivery.findings:
            await _withdraw(job)
            return _failed(delivery.findings, evidence, delivery.compensation)
        tag = job.workspace.release_tag
        await job.workspace.tag(tag, job.base.sha, f"Release {archive.path.name}, SHA-256 {archive.sha256}")
    return _released(archive, tag, key, evidence)


async def _packed(job: Job, scratch: Path) -> Archive:
    """The archive, written and read back."""
    checkout = scratch / "checkout"
    await job.workspace.export(job.base.sha, checkout)
    into = job.surroundings.releases / job.order.build_id
    archive = await asyncio.to_thread(archives.pack, checkout, into, await release_of(job))
    await asyncio.to_thread(archives.verify, archive.path)
    return archive


def _keys(job: Job) -> KeyRing:
    """The keys of this worker, of which one can sign: better said now than when all is tested."""
    keys = KeyRing(job.surroundings.keys, password=job.surroundings.environment.get(PASSWORD_VARIABLE))
    try:
        keys.signing_key()
    except KeyUnusable as error:
        raise RunnerMisconfigured(f"a release cannot be signed: {error}") from error
    return keys


def _signed(job: Job, archive: Archive, keys: KeyRing) -> PublicKey:
    """The key with which the provenance was signed that lies beside the archive now."""
    # The library looks for the kits of all clouds when it is imported: not when a worker starts.
    from baton.workshop.envelope import seal

    sealed = seal(statement_of(job.order, archive).to_bytes(), keys)
    write_whole(archive.files.provenance, sealed.data)
    return sealed.key


async def _withdraw(job: Job) -> None:
    await withdraw_release(job.workspace, job.surroundings.releases, job.order.build_id)


def _released(archive: Archive, tag: str, key: PublicKey, evidence: Sequence[Evidence]) -> PhaseReport:
    manifest, files = archive.manifest, archive.files
    return PhaseReport.model_validate(
        {
            "summary": f"{archive.path.name} released: {len(manifest.files)} files, tag {tag}",
            "output": {
                "archive": str(archive.path),
                "sha256": archive.sha256,
                "size": archive.size,
                "name": manifest.name,
                "version": manifest.version,
                "files": len(manifest.files),
                "manifest": str(files.manifest),
                "provenance": str(files.provenance),
                "key": key.id,
                "tag": tag,
            },
            "evidence": evidence,
            "deployment_successful": True,
        }
    )


def _failed(
    findings: Sequence[Finding], evidence: Sequence[Evidence], compensation: Compensation | None = None
) -> PhaseReport:
    return PhaseReport(
        summary=f"not released: {findings[0].message.splitlines()[0][:300]}",
        findings=tuple(findings),
        evidence=tuple(evidence),
        deployment_successful=False,
        compensations=() if compensation is None else (compensation,),
    )
