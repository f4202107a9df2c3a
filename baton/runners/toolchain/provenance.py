"""What a release's provenance says: taken from the order alone, so that the same order says the same."""

import hashlib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from baton.domain.jsonvalue import canonical
from baton.domain.moves import OWNERS
from baton.domain.steps import PhaseOrder
from baton.domain.vocabulary import Phase, Role
from baton.workshop.archive import Archive
from baton.workshop.provenance import (
    BUILD_TYPE,
    BUILDER,
    BuildDefinition,
    Builder,
    Metadata,
    Provenance,
    Resource,
    RunDetails,
    Statement,
    repository_uri,
    without_login,
)

_DISTRIBUTION = "baton-orchestrator"
_PLAYER = ("runner", "program", "version", "model", "prompt", "prompt_digest")
_EVIDENCE = ("name", "command", "exit_code", "commit", "counts", "tools", "sandbox")
_TESTS = {"run": "tests_run", "failed": "tests_failed", "coverage": "test_coverage", "commit": "commit"}


def statement_of(order: PhaseOrder, archive: Archive) -> Statement:
    """The statement about ``archive``, which ``order`` asked for. It names no time, and nothing of this machine."""
    baton = _version()
    return Statement(
        subject=(Resource(name=archive.path.name, digest={"sha256": archive.sha256}),),
        predicate=Provenance(
            build_definition=BuildDefinition(
                build_type=BUILD_TYPE,
                external_parameters=_asked(order),
                internal_parameters={
                    "profile_digest": order.profile_digest,
                    "minimum_coverage": order.minimum_coverage,
                    "dilution": order.dilution.value,
                    "roles": dict(_roles(order, baton)),
                },
                resolved_dependencies=tuple(_commits(order, archive)),
            ),
            run_details=RunDetails(
                builder=Builder(id=BUILDER, version={"baton": baton}),
                metadata=Metadata(invocation_id=order.workflow_id),
                byproducts=(_journal(order),),
            ),
        ),
    )


def _asked(order: PhaseOrder) -> dict[str, Any]:
    request = order.request
    asked = {
        "build": request.build_id,
        "project": request.project_id,
        "user": request.user_id,
        "title": request.title,
        "profile": request.profile,
        "requirements_sha256": hashlib.sha256(canonical(request.requirements)).hexdigest(),
        "repo": None if request.repo is None else without_login(request.repo),
        "ref": request.ref,
    }
    return {name: value for name, value in asked.items() if value is not None}


def _commits(order: PhaseOrder, archive: Archive) -> Iterator[Resource]:
    if order.base_commit is not None:
        uri = None if order.request.repo is None else repository_uri(order.request.repo)
        yield Resource(name="base", uri=uri, digest={"gitCommit": order.base_commit})
    manifest = archive.manifest
    yield Resource(name="released", digest={"gitCommit": manifest.commit, "gitTree": manifest.tree})


def _roles(order: PhaseOrder, baton: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Who did each phase, with what."""
    for phase, handed in order.inputs.items():
        told = handed.get("player")
        player = {name: told[name] for name in _PLAYER if told.get(name)} if isinstance(told, dict) else {}
        yield phase.value, {"role": OWNERS[phase.state].value, **player}
    yield (
        Phase.DEPLOYMENT.value,
        {"role": Role.RELEASE_MANAGER.value, "runner": "toolchain", "program": "baton", "version": baton},
    )


def _journal(order: PhaseOrder) -> Resource:
    """The journal up to the order, and what stands in it that somebody who judges the release wants to know."""
    testing = order.inputs.get(Phase.TESTING, {})
    return Resource(
        name="journal",
        uri=f"urn:baton:journal:{order.build_id}",
        digest={"sha256": order.journal_head},
        annotations={
            "approvals": [approval.model_dump(mode="json") for approval in order.approvals],
            "waived": list(order.waived),
            "tests": {name: testing[field] for name, field in _TESTS.items() if testing.get(field) is not None},
            "evidence": {phase.value: list(_executed(handed)) for phase, handed in order.inputs.items()},
        },
    )


def _executed(handed: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What a phase executed, without how long it took."""
    for one in handed.get("evidence", ()):
        yield {name: one[name] for name in _EVIDENCE if one.get(name) not in (None, (), [], {})}


def _version() -> str:
    try:
        return version(_DISTRIBUTION)
    except PackageNotFoundError:
        return "unknown"
