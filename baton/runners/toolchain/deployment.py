"""Deployment: pack the commit, prove that what was packed works, deliver it, tag it."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from baton.domain.reports import Evidence, Finding, PhaseReport
from baton.runners.scratch import scratch_folder
from baton.runners.toolchain.delivery import DeliveryOptions, deliver
from baton.runners.toolchain.job import Job
from baton.runners.toolchain.release import release_of
from baton.runners.toolchain.test_command import TestOptions
from baton.runners.toolchain.test_run import run_tests
from baton.workshop import archive as archives
from baton.workshop.archive import Archive
from baton.workshop.errors import ArchiveError, TagTaken, UnsafeLink


class DeploymentOptions(TestOptions):
    """Options of the release manager: those of the test auditor, whose tests are run once more, and ``delivery``."""

    delivery: DeliveryOptions = DeliveryOptions()


async def deploy(job: Job, options: DeploymentOptions) -> PhaseReport:
    """Make the release and report it. The same order makes the same bytes, however often it is carried out."""
    evidence: list[Evidence] = []
    with scratch_folder(job.workspace) as scratch:
        try:
            archive = await _packed(job, scratch)
            folder = await asyncio.to_thread(archives.unpack, archive.path, scratch / "unpacked")
        except (ArchiveError, UnsafeLink) as error:
            return _failed([Finding(id="archive", message=str(error), evidence="archive")], evidence)
        outcome = await run_tests(job, options, folder, scratch / "reports", name="tests of the release")
        evidence.append(outcome.evidence)
        if outcome.findings:
            _withdraw(archive)
            return _failed(outcome.findings, evidence)
        # Anew: the tests had their way with the first one, and what is delivered must be what was packed.
        folder = await asyncio.to_thread(archives.unpack, archive.path, scratch / "delivered")
        (scratch / "home").mkdir()
        delivery = await deliver(job, options.delivery, archive, folder, scratch / "home")
        evidence += delivery.evidence
        if delivery.findings:
            return _failed(delivery.findings, evidence)
        tag = f"baton/{job.order.build_id}"
        try:
            await job.workspace.tag(tag, job.base.sha, f"Release {archive.path.name}, SHA-256 {archive.sha256}")
        except TagTaken as error:
            return _failed([Finding(id="tag", message=str(error), evidence="tag")], evidence)
    return _released(archive, tag, evidence)


async def _packed(job: Job, scratch: Path) -> Archive:
    """The archive, written and read back."""
    checkout = scratch / "checkout"
    await job.workspace.export(job.base.sha, checkout)
    into = job.surroundings.releases / job.order.build_id
    archive = await asyncio.to_thread(archives.pack, checkout, into, await release_of(job))
    await asyncio.to_thread(archives.verify, archive.path)
    return archive


def _withdraw(archive: Archive) -> None:
    """Remove an archive that does not work, so that nobody takes it for a release."""
    for path in (archive.path, archive.manifest_path, archive.path.with_name(f"{archive.path.name}.sha256")):
        path.unlink(missing_ok=True)


def _released(archive: Archive, tag: str, evidence: Sequence[Evidence]) -> PhaseReport:
    manifest = archive.manifest
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
                "manifest": str(archive.manifest_path),
                "tag": tag,
            },
            "evidence": evidence,
            "deployment_successful": True,
        }
    )


def _failed(findings: Sequence[Finding], evidence: Sequence[Evidence]) -> PhaseReport:
    return PhaseReport(
        summary=f"not released: {findings[0].message.splitlines()[0][:300]}",
        findings=tuple(findings),
        evidence=tuple(evidence),
        deployment_successful=False,
    )
