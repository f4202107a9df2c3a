"""Journal: a complete build, whose tests passed on the commit, and whose deployment released this very archive."""

from collections.abc import Sequence
from dataclasses import dataclass

from baton.domain.facts import FACTS, StateAdvanced
from baton.domain.fold import fold
from baton.domain.journal import ChainBroken, Entry, verify
from baton.domain.moves import MoveKind
from baton.domain.reports import PhaseReport
from baton.domain.view import BuildView
from baton.domain.vocabulary import EntryKind, Phase, State, Status
from baton.workshop.manifest import Manifest
from gateway.release_check.links import Broken, counted


@dataclass(frozen=True, slots=True)
class JournalFacts:
    """What a journal that holds says of its release."""

    build_id: str
    found: str


def check_journal(entries: Sequence[Entry], manifest: Manifest, sha256: str) -> JournalFacts:
    """That ``entries`` are a whole, unbroken journal, and tell of this release. Raises Broken."""
    try:
        verify(entries)
    except ChainBroken as broken:
        raise Broken(f"the hash chain is broken: {broken}") from broken
    view = _folded(entries)
    if view.status is not Status.COMPLETE:
        raise Broken(f"build {view.build_id!r} is not complete: it is in {view.current_state.value!r}")
    released = _move(entries, State.DEPLOYMENT, view.build_id)
    head = next((entry for entry in entries if entry.hash == manifest.journal_head), None)
    if head is None or head.sequence >= released.sequence:
        raise Broken(
            f"the manifest names the journal entry {manifest.journal_head[:16]}, which build {view.build_id!r} does "
            "not have before its release"
        )
    _check_release(released, manifest, sha256, view.build_id)
    tests = _check_tests(entries[: released.sequence], manifest, view.build_id)
    return JournalFacts(
        view.build_id,
        f"{len(entries)} entries of build {view.build_id}, unbroken and complete; entry {released.sequence} released "
        f"this archive; {tests}",
    )


def _folded(entries: Sequence[Entry]) -> BuildView:
    try:
        return fold(entries)
    except Exception as error:  # entries that are chained well and make no sense: nothing of Baton wrote them
        raise Broken(f"the entries are no journal of a build: {type(error).__name__}: {error}") from error


def _move(entries: Sequence[Entry], state: State, build_id: str) -> Entry:
    """The last move forward out of ``state``."""
    for entry in reversed(entries):
        if entry.kind is EntryKind.STATE_ADVANCED and _fact(entry).from_state is state:
            if _fact(entry).move is MoveKind.FORWARD:
                return entry
            break
    raise Broken(f"the journal of build {build_id!r} does not say that {state.value} was passed")


def _fact(entry: Entry) -> StateAdvanced:
    fact = FACTS[entry.kind].model_validate(entry.data)
    assert isinstance(fact, StateAdvanced)
    return fact


def _report(entry: Entry) -> PhaseReport:
    return PhaseReport.model_validate(_fact(entry).report or {})


def _check_release(released: Entry, manifest: Manifest, sha256: str, build_id: str) -> None:
    report = _report(released)
    told = report.output.get("sha256")
    if told != sha256:
        what = f"an archive with the SHA-256 {str(told)[:64]}" if told else "no archive"
        raise Broken(f"entry {released.sequence} of build {build_id!r} released {what}, not this one")
    if report.commit != manifest.commit:
        raise Broken(
            f"entry {released.sequence} of build {build_id!r} released commit {report.commit}; the manifest says "
            f"{manifest.commit}"
        )


def _check_tests(entries: Sequence[Entry], manifest: Manifest, build_id: str) -> str:
    tested = _tested(entries, build_id)
    report = tested.report
    if report.tests_failed or not (report.all_tests_passed or report.tests_run):
        raise Broken(f"{tested.where} of build {build_id!r} does not say that the tests passed")
    if tested.commit != manifest.commit:
        raise Broken(
            f"the tests of build {build_id!r} passed on commit {tested.commit}, and {manifest.commit} was released"
        )
    count = "the tests" if report.tests_run is None else counted(report.tests_run, "test")
    return f"{count} passed on this commit ({tested.where}{tested.whose})"


@dataclass(frozen=True, slots=True)
class _Tested:
    """The tests that the release rests on: the report, the commit they passed on, and the entry that says so."""

    report: PhaseReport
    commit: str | None
    where: str
    whose: str = ""


def _tested(entries: Sequence[Entry], build_id: str) -> _Tested:
    """Those of the build, or those that it took along as a fork when it has made none itself."""
    began = _folded(entries[:1])
    if Phase.TESTING in began.completed_phases and began.forked_from is not None and not _left(entries, State.TESTING):
        report = PhaseReport.model_validate(began.phases[Phase.TESTING].report or {})
        return _Tested(report, began.commit, "entry 1", f", taken over from build {began.forked_from.build_id}")
    moved = _move(entries, State.TESTING, build_id)
    return _Tested(_report(moved), _folded(entries[: moved.sequence]).commit, f"entry {moved.sequence}")


def _left(entries: Sequence[Entry], state: State) -> bool:
    """Whether the build has been in ``state`` and left it by a report."""
    return any(entry.kind is EntryKind.STATE_ADVANCED and _fact(entry).from_state is state for entry in entries)
