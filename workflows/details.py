"""The current details of a build, as Markdown for Temporal's Web UI."""

import re

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from baton.domain.moves import PHASES
    from baton.domain.view import BuildView
    from baton.domain.vocabulary import Phase

_MOST_TEXT = 500


def current_details(view: BuildView) -> str:
    """A table of the phases, what the build waits for, and the command that moves it on."""
    lines = [
        f"**{view.current_state.value}** · {view.status.value} · {view.progress:g} % of the phases",
        "",
        "| phase | role | runs | outcome |",
        "|---|---|---|---|",
        *(_row(view, phase) for phase in PHASES),
        "",
    ]
    waits = view.waiting_for
    if waits is not None:
        until = f" Until {waits.deadline:%Y-%m-%d %H:%M} UTC." if waits.deadline is not None else ""
        lines += [f"Waits for **{waits.kind}**: {_plain(waits.what)}{until}", "", f"`{waits.command}`", ""]
    if view.feedback is not None:
        lines += [f"Sent back from {view.feedback.from_state.value}: {_plain(view.feedback.reason)}", ""]
    used = view.ledger
    lines.append(
        f"{used.phase_runs} phase runs, {used.rework_rounds} rework rounds, {used.tokens} tokens, "
        f"{used.cost_usd:.2f} USD"
    )
    return "\n".join(lines)


def _row(view: BuildView, phase: Phase) -> str:
    record = view.phases[phase]
    if phase in view.completed_phases:
        outcome = "done"
    elif phase.value == view.current_state.value:
        outcome = "at work"
    else:
        outcome = "sent back" if record.runs else "to come"
    return f"| {phase.value} | {record.role.value} | {record.runs} | {outcome} |"


def _plain(text: str) -> str:
    """Text from outside, on one line, cut, and escaped where Markdown would see a link, a picture or HTML."""
    flat = " ".join(text.split())[:_MOST_TEXT]
    return re.sub(r"([\\`<>\[\]|!*_])", r"\\\1", flat)
