"""A build on the screen."""

from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from baton.domain.ledger import amount
from baton.domain.moves import PHASES
from baton.domain.view import BuildView, PhaseRecord
from baton.domain.vocabulary import LimitName, Phase
from gateway.cli.criteria import criteria_of
from gateway.cli.deadline import until
from gateway.cli.looks import command_text, span, status_text, words
from gateway.cli.plain import line, text

_MOST_FINDINGS = 5
_NARROW = 80
_INDENT = "  "
_DONE, _NOW, _COMING, _BACK, _STOPPED = "✓", "●", "·", "↺", "✗"


def build_screen(view: BuildView, width: int, forks: Sequence[str] = ()) -> list[RenderableType]:
    """Everything that a person wants to know of a build now, for a terminal of ``width`` columns."""
    return [
        Text(),
        _indented(text(line(view.request.title), "bold")),
        _indented(_facts(view)),
        *_lineage(view, forks),
        Text(),
        _indented(_phases(view, narrow=width < _NARROW)),
        Text(),
        *_end(view),
        *_criteria(view),
        *_waiting(view),
        *_feedback(view),
        _indented(_ledger(view)),
        Text(),
    ]


def _indented(part: RenderableType) -> Padding:
    return Padding(part, (0, 0, 0, len(_INDENT)), expand=False)


def _facts(view: BuildView) -> Text:
    end = view.ended_outside
    facts = text(view.build_id, "cyan").append(" · ", "dim").append(text(words(view.current_state.value)))
    facts.append(" · ", "dim").append(status_text(view.status, None if end is None else end.kind))
    return facts.append(f" · {view.progress:g} % · {span(view.elapsed_time)}", "dim")


def _lineage(view: BuildView, forks: Sequence[str]) -> Iterator[RenderableType]:
    origin = view.forked_from
    if origin is not None:
        said = text("forked from ", "dim").append(origin.build_id, "cyan")
        yield _indented(said.append(f" at {origin.phase.value}, entry {origin.sequence}", "dim"))
    if forks:
        yield _indented(text("forks: ", "dim").append(text(line(", ".join(forks), 200), "cyan")))


def _end(view: BuildView) -> Iterator[RenderableType]:
    """How it ended, where its journal does not say so."""
    if view.ended_outside is not None:
        said = line(view.ended_outside.sentence, 600)
        yield from (_indented(text(f"{said} Its journal ends without an end.", "red")), Text())


def _phases(view: BuildView, *, narrow: bool) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    table.add_column("", no_wrap=True)
    table.add_column("phase", no_wrap=True)
    if not narrow:
        table.add_column("role", no_wrap=True)
    table.add_column("runs", justify="right", no_wrap=True)
    table.add_column("outcome", no_wrap=True)
    table.add_column("evidence")
    for phase in PHASES:
        record = view.phases[phase]
        mark, outcome, style = _outcome(view, phase, record)
        role = [] if narrow else [Text(words(record.role.value), "dim" if mark == _COMING else "")]
        table.add_row(
            Text(mark, style),
            Text(phase.value, style),
            *role,
            Text(str(record.runs) if record.runs else "", "dim"),
            Text(outcome, style),
            text(evidence(record), "dim"),
        )
    return table


def _outcome(view: BuildView, phase: Phase, record: PhaseRecord) -> tuple[str, str, str]:
    if phase in view.completed_phases:
        return _DONE, "done", "green"
    if phase.value == view.current_state.value and not view.ended:
        return _NOW, "waits" if view.waiting_for is not None else "at work", "yellow" if view.waiting_for else "cyan"
    if view.parked is not None and view.parked.from_state.value == phase.value:
        return _STOPPED, "parked", "red"
    return (_BACK, "sent back", "yellow") if record.runs else (_COMING, "to come", "dim")


def evidence(record: PhaseRecord) -> str:
    """What the last report of a phase rests on, in a few words."""
    report = record.report or {}
    said: list[str] = []
    if (run := report.get("tests_run")) is not None:
        failed = report.get("tests_failed", 0)
        said.append(f"{run} tests" + (f", {failed} failed" if failed else ""))
    if (coverage := report.get("test_coverage")) is not None:
        said.append(f"{coverage:g} % covered")
    if findings := report.get("findings"):
        said.append(f"{len(findings)} finding{'s' if len(findings) > 1 else ''}")
    if attempts := report.get("attempts"):
        how = [one["resumed"] for one in attempts if isinstance(one, dict) and one.get("resumed")]
        said.append(f"{len(attempts)} attempts" + (f", resumed: {how[-1]}" if how else ""))
    if isinstance(commit := report.get("commit"), str):
        said.append(f"commit {commit[:8]}")
    return line(", ".join(said) or report.get("summary", ""), 80)


def _criteria(view: BuildView) -> Iterator[RenderableType]:
    table = criteria_of(view)
    if table is not None:
        yield from (_indented(table), Text())


def _waiting(view: BuildView) -> Iterator[RenderableType]:
    waits = view.waiting_for
    if waits is None:
        return
    title = {"decision": "Parked", "resume": "Paused"}.get(waits.kind, f"Waits for {_article(waits.kind)}")
    yield _indented(Text(title, "bold yellow"))
    yield _indented(text(waits.what))
    if when := until(view):
        yield _indented(text(when, "dim"))
    yield command_text(waits.command, _INDENT)
    yield Text()


def _article(kind: str) -> str:
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"


def _feedback(view: BuildView) -> Iterator[RenderableType]:
    if view.feedback is None or view.ended:
        return
    why = text(f"Sent back from {words(view.feedback.from_state.value)}: ", "bold")
    yield _indented(why.append(line(view.feedback.reason, 300), "not bold"))
    findings = view.feedback.findings
    for finding in findings[:_MOST_FINDINGS]:
        yield _indented(text(f"• {line(finding.message, 200)}", "dim"))
    if len(findings) > _MOST_FINDINGS:
        yield _indented(text(f"• and {len(findings) - _MOST_FINDINGS} more", "dim"))
    yield Text()


def _ledger(view: BuildView) -> Text:
    used = view.ledger
    counts: list[tuple[str, float, LimitName]] = [
        ("phase runs", used.phase_runs, LimitName.PHASE_RUNS),
        ("rework rounds", used.rework_rounds, LimitName.REWORK_ROUNDS),
        ("requests", used.requests, LimitName.REQUESTS),
        ("tokens", used.tokens, LimitName.TOKENS),
        ("USD", used.cost_usd, LimitName.MONEY),
    ]
    said = [_count(name, value, view.maximum(limit)) for name, value, limit in counts if value or name in _ALWAYS]
    where = f"project {view.project_id} · user {view.user_id} · profile {view.terms.profile}"
    return text(" · ".join(said), "dim").append("\n").append(text(where, "dim"))


_ALWAYS = ("phase runs", "rework rounds")


def _count(name: str, value: Any, maximum: float | None) -> str:
    return f"{amount(value)} {name}" if maximum is None else f"{amount(value)} of {amount(maximum)} {name}"
