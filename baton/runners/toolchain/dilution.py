"""Weakened tests and checks, as findings: what the commit is checked less by than the one that the build began with."""

import asyncio
import hashlib
import platform
import time
from collections import Counter

from baton.domain.reports import Evidence, Finding, Severity
from baton.domain.terms import Dilution
from baton.runners.toolchain.job import Job
from baton.workshop.dilution.compare import diluted, tests_diluted
from baton.workshop.dilution.files import read_both
from baton.workshop.dilution.item import Diluted
from baton.workshop.plain import plain

NAME = "dilution"
_LONGEST_ID = 200
_DETAIL = 1_500


async def find_dilution(job: Job) -> tuple[list[Finding], tuple[Evidence, ...]]:
    """The findings, and what was compared; nothing where nobody knows the commit that the build began with.

    Tests are also compared with those that earlier phases of this build handed on: in a build that began with
    nothing, a test that failed is not mended by being deleted. A rollback takes those phases back, and their tests.
    """
    base, head = job.order.base_commit, job.base
    if base is None:
        return [], ()
    began = time.monotonic()
    items = await asyncio.to_thread(diluted, *await read_both(job.workspace, base, head.sha))
    for step in await job.workspace.steps(base, head.sha):
        if step.tree != head.tree:
            items += await asyncio.to_thread(tests_diluted, *await read_both(job.workspace, step.sha, head.sha))
    found: dict[str, Finding] = {}
    counts = Counter[str]()
    for item in items:
        finding = _finding(job, item)
        if finding.id not in found:
            found[finding.id] = finding
            counts[item.rule.value] += 1
    evidence = Evidence.model_validate(
        {
            "name": NAME,
            "duration_seconds": round(time.monotonic() - began, 3),
            "commit": head.sha,
            "tree": head.tree,
            "base": base,
            "counts": {"findings": len(found), **counts},
            "tools": {"python": platform.python_version()},
        }
    )
    return list(found.values()), (evidence,)


def finding_id(item: Diluted) -> str:
    """What the item is called in every run: an approver waives it by this."""
    name = plain(f"dilution-{item.rule.value}:{item.path}::{item.name}".replace("\n", " "), 10_000)
    if len(name) <= _LONGEST_ID:
        return name
    tail = hashlib.sha256(name.encode(errors="replace")).hexdigest()[:12]
    return f"{name[: _LONGEST_ID - 13]}~{tail}"


def _finding(job: Job, item: Diluted) -> Finding:
    name, message = finding_id(item), item.message
    holds = item.holds and job.order.dilution is Dilution.BLOCK
    if name in job.order.waived:
        holds, message = False, f"{message} (an approver waived it)"
    return Finding.model_validate(
        {
            "id": name,
            "message": plain(message, 600),
            "severity": Severity.ERROR if holds else Severity.WARNING,
            "evidence": f"{NAME}:{item.rule.value}",
            "path": plain(item.path, 300),
            "line": item.line,
            **({"detail": plain(item.was, _DETAIL)} if item.was else {}),
        }
    )
