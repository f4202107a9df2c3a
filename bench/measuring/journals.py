"""Journals of builds that the domain carries without Temporal, in batches as the workflow hands them over."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from baton.contracts.messages import MirrorBatch
from baton.contracts.names import workflow_id
from baton.domain.actors import SYSTEM
from baton.domain.build import Build
from baton.domain.journal import Entry
from baton.domain.reports import parse_report
from baton.domain.requests import BuildRequest
from baton.domain.steps import Ended, Perform, Proceed
from baton.domain.terms import CURRENT_RULES, RoleTerms, Terms
from baton.domain.vocabulary import Role
from bench.bodies import report

_TICK = timedelta(milliseconds=10)


def batches(build_id: str) -> Iterator[MirrorBatch]:
    """The batches of a build without accidents: one for its start, and one for the end of each phase."""
    at = datetime.now(UTC)
    terms = Terms(
        profile="bench", digest="0" * 64, roles={role: RoleTerms(runner="bench") for role in Role}, rules=CURRENT_RULES
    )
    request = BuildRequest(
        build_id=build_id,
        project_id="bench",
        user_id="bench",
        title="A small thing",
        requirements="# A small thing",
        profile="bench",
    )
    run = f"run-{build_id}"
    build, entries = Build.open(
        request, terms, workflow_id=workflow_id(build_id), first_run_id=run, at=at, by=SYSTEM, forking=None
    )

    def batch(made: list[Entry]) -> MirrorBatch:
        return MirrorBatch(build_id=build_id, workflow_id=workflow_id(build_id), first_run_id=run, entries=tuple(made))

    while True:
        match build.next_step():
            case Proceed():
                entries += build.proceed(at)
            case Perform(order=order):
                yield batch(entries)
                at += _TICK  # what belongs to one transition has one time
                entries = list(build.report(order.number, parse_report(report(order.phase.value)), at))
            case Ended():
                yield batch(entries)
                return
            case other:
                raise AssertionError(f"the build does not go on by itself: {other!r}")
