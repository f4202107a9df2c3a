"""The current details of a build, as Markdown for Temporal's Web UI.

That page sets tables without any space between their cells, and leaves an empty line where Markdown has a line break
between blocks: so cells carry spaces of their own that do not break, and there are few blocks.
"""

import re
from collections.abc import Iterator

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from baton.domain.ledger import amount
    from baton.domain.moves import PHASES
    from baton.domain.terms import OnDeadline, OnUnanswered
    from baton.domain.view import BuildView, PhaseRecord, Waiting
    from baton.domain.vocabulary import LimitName, Phase
    from workflows.signal_to_send import signal_to_send

_MOST_TEXT = 500
_MOST_FINDINGS = 3
_MOST_DECISIONS = 5
_MOST_CODE = 1000
_CELL = 60
_GATE = "gate-"  # how the ID begins of what a gate found, beyond the findings of the report
_LISTED = {Phase.DISCOVERY: "acceptance_criteria", Phase.PLANNING: "steps"}
_GAP = "\u00a0\u00a0\u00a0"
_TITLES = {"decision": "Parked: a person has to decide", "resume": "Paused"}


def current_details(view: BuildView) -> str:
    """Where the build is, what it waits for and what moves it on, why it went back, the phases, what it has used."""
    blocks = [
        f"### {_words(view.current_state.value)} · {_words(view.status.value)} · {view.progress:.0f} %",
        *_forked(view),
        *_waiting(view),
        *_sent_back(view),
        "\n".join(_phases(view)),
        *_decided(view),
        _used(view),
    ]
    return "\n\n".join(blocks)


def _forked(view: BuildView) -> Iterator[str]:
    origin = view.forked_from
    if origin is not None:
        yield f"Forked from {_plain(origin.build_id)} at {origin.phase.value} (entry {origin.sequence})."


def _waiting(view: BuildView) -> Iterator[str]:
    waits = view.waiting_for
    if waits is None:
        if view.compensating and not view.ended:
            yield f"What {view.compensating[0].phase.value} did outside the workspace is being undone first."
        return
    title = _TITLES.get(waits.kind, f"Waits for {'an' if waits.kind[0] in 'aeiou' else 'a'} {waits.kind}")
    yield f"**{title}.** {_plain(waits.what)}{_until(view, waits)}"
    yield _code(f"python {waits.command}")
    signal = signal_to_send(view)
    if signal is not None:
        yield f"Or here: More Actions, Send a Signal, **{signal.name}**, with this as its data:"
        yield _code(signal.data)


def _until(view: BuildView, waits: Waiting) -> str:
    if waits.deadline is None:
        return ""
    parked = "the build is parked"
    if view.pending_approval is not None:
        approves = view.terms.approvals[view.pending_approval.state].on_deadline is OnDeadline.APPROVE
        then = "it counts as approved" if approves else parked
    else:
        then = "the role assumes" if view.terms.on_unanswered is OnUnanswered.ASSUME else parked
    return f" Until {waits.deadline:%Y-%m-%d %H:%M} UTC; then {then}."


def _sent_back(view: BuildView) -> Iterator[str]:
    if view.feedback is None or view.ended:
        return
    gates = [finding.message for finding in view.feedback.findings if finding.id.startswith(_GATE)]
    findings = [finding for finding in view.feedback.findings if not finding.id.startswith(_GATE)]
    why = "; ".join(gates) if gates and findings else view.feedback.reason  # which names the first findings, too
    yield f"**Back from {_words(view.feedback.from_state.value)}.** {_plain(why)}"
    told = [
        f"- {_plain(finding.message.strip().partition(chr(10))[0])}"
        + (f" ({_plain(finding.criterion)})" if finding.criterion else "")
        for finding in findings[:_MOST_FINDINGS]
    ]
    if len(findings) > _MOST_FINDINGS:
        told.append(f"- and {len(findings) - _MOST_FINDINGS} more")
    if told:
        yield "\n".join(told)


def _phases(view: BuildView) -> Iterator[str]:
    yield _row("", "phase", "came of it")
    yield "|---|:--|:--|"
    for phase in PHASES:
        record = view.phases[phase]
        mark, came = _outcome(view, phase, record)
        runs = f"\u00a0×{record.runs}" if record.runs > 1 else ""  # noqa: RUF001 - how often, as people write it
        yield _row(mark, f"{phase.value}{runs}", came)


def _row(*cells: str) -> str:
    return "| " + " | ".join(f"{cell}{_GAP}" for cell in cells) + " |"


def _outcome(view: BuildView, phase: Phase, record: PhaseRecord) -> tuple[str, str]:
    if phase in view.completed_phases:
        return "✓", _evidence(phase, record)
    if view.parked is not None and view.parked.from_state.value == phase.value:
        return "✗", "parked"
    if phase.value == view.current_state.value:
        return "●", "waits" if view.waiting_for is not None or view.compensating else "at work"
    return ("↺", "sent back") if record.runs else ("·", "")


def _evidence(phase: Phase, record: PhaseRecord) -> str:
    """What the phase's last report rests on, or says."""
    report = record.report or {}
    said: list[str] = []
    if isinstance(run := report.get("tests_run"), int):
        said.append(f"{run} tests" + (f", {report['tests_failed']} failed" if report.get("tests_failed") else ""))
    if isinstance(coverage := report.get("test_coverage"), int | float):
        said.append(f"{coverage:g} % covered")
    if isinstance(proofs := report.get("proofs"), dict) and proofs:
        said.append(f"{len(proofs)} criteria proven")
    for key, things in _LISTED.items():
        if phase is key and isinstance(output := report.get("output"), dict) and isinstance(output.get(things), list):
            said.append(f"{len(output[things])} {_words(things)}")
    if phase is Phase.IMPLEMENTATION and isinstance(commit := report.get("commit"), str):
        said.append(f"commit {commit[:8]}")
    return _plain(", ".join(said) or str(report.get("summary", "")) or "done", _CELL)


def _decided(view: BuildView) -> Iterator[str]:
    """What people let pass."""
    decisions = [(one.at, f"{one.by} approved {_words(one.state.value)}", one.reason) for one in view.approvals]
    decisions += [(one.at, f"{one.by} waived {one.finding_id}", one.reason) for one in view.waivers]
    told = [
        f"- {at:%Y-%m-%d %H:%M} UTC: {_plain(what)}" + (f": {_plain(why)}" if why else "")
        for at, what, why in sorted(decisions)[-_MOST_DECISIONS:]
    ]
    if told:
        yield "\n".join(told)


def _used(view: BuildView) -> str:
    used = view.ledger
    counts: list[tuple[str, float, LimitName]] = [
        ("phase runs", used.phase_runs, LimitName.PHASE_RUNS),
        ("rework rounds", used.rework_rounds, LimitName.REWORK_ROUNDS),
        ("tokens", used.tokens, LimitName.TOKENS),
        ("USD", round(used.cost_usd, 2), LimitName.MONEY),
    ]
    told = []
    for name, value, limit in counts:
        most = view.maximum(limit)
        if not value and not limit.counts_begun:
            continue
        told.append(f"{amount(value)} {name}" if most is None else f"{amount(value)} of {amount(most)} {name}")
    return " · ".join(told)


def _words(word: str) -> str:
    return word.replace("_", " ")


def _code(text: str) -> str:
    """A block of code that nothing in ``text``, such as the ID of a question, can end."""
    return f"```\n{' '.join(text.split())[:_MOST_CODE]}\n```"


def _plain(text: str, most: int = _MOST_TEXT) -> str:
    """Text from outside, on one line, cut, and escaped where Markdown would see a link, a picture or HTML."""
    flat = " ".join(text.split())
    flat = f"{flat[: most - 1]}…" if len(flat) > most else flat
    return re.sub(r"([\\`<>\[\]|!*_#~])", r"\\\1", flat)
