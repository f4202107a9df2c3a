"""Find the report in what a program left behind, or say clearly why there is none."""

import json
import os
import re
import signal
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from baton.domain.refusals import Refusal
from baton.domain.reports import MAX_REPORT_BYTES, PhaseReport, parse_report
from baton.domain.steps import PhaseOrder
from baton.domain.vocabulary import RefusalCode
from baton.runners.failures import (
    ReportTooLarge,
    ReportUnreadable,
    RunnerFailed,
    RunnerFailure,
    RunnerMisconfigured,
    RunnerTimedOut,
)
from baton.runners.quoting import last_lines
from baton.workshop.sandbox import CommandResult

_READ_BYTES = 16 * 1024 * 1024
_CANNOT_RUN = (126, 127)
_SHOWN = 200
# The line that stands for what was not kept of a long output; after it comes the end of a line that was cut.
_LEFT_OUT = re.compile(rb"\[\xe2\x80\xa6 \d+ bytes left out \xe2\x80\xa6\]$")


def report_of(
    order: PhaseOrder, program: str, result: CommandResult, file: Path, secrets: Sequence[str]
) -> PhaseReport:
    """The report for ``order``: from ``file``, if the program wrote it, else from its last line of output."""
    quoted = last_lines(result.stderr, result.stdout, secrets=secrets)
    failure = failure_of(program, result, quoted)
    if failure is not None:
        raise failure
    raw, place = _written(file, program), "the file $BATON_REPORT"
    if raw is None:
        raw, place = _last_line(result, program), "its last line of output"
    if not raw:
        raise ReportUnreadable(
            f"{program!r} ended well and gave no report. Have it write one, as a JSON object, into the file "
            "$BATON_REPORT or as its last line of output. Its last lines:",
            quoted,
        )
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError) as error:
        detail = str(error)[:_SHOWN]
        raise ReportUnreadable(
            f"{program!r} gave no report: {place} is not JSON ({detail}). Its last lines:", quoted
        ) from error
    return parsed(order, program, place, value)


def failure_of(program: str, result: CommandResult, quoted: str) -> RunnerFailure | None:
    """The failure that the end of ``program`` was; ``None`` when it ended well. ``quoted`` are its last lines."""
    if result.timed_out:
        return RunnerTimedOut(f"{program!r} was stopped after {result.duration_seconds:.0f} s. Its last lines:", quoted)
    if result.limit is not None:
        return RunnerFailed(
            f"{program!r} was stopped: it went over the limit on {result.limit}. Raise it under [sandbox] in the "
            "profile if the work needs it. Its last lines:",
            quoted,
        )
    if result.signal is not None:
        name = signal.Signals(result.signal).name
        return RunnerFailed(f"{program!r} was ended by signal {result.signal} ({name}). Its last lines:", quoted)
    if result.exit_code in _CANNOT_RUN and result.stderr.lstrip().startswith(b"cannot run"):
        return RunnerMisconfigured(
            f"{program!r} cannot be run here. Is it installed, on the PATH of the worker, and in sight of the sandbox "
            "('readable' in the profile)? It was said:",
            quoted,
        )
    if result.exit_code != 0:
        return RunnerFailed(f"{program!r} ended with exit code {result.exit_code}. Its last lines:", quoted)
    return None


def _written(file: Path, program: str) -> bytes | None:
    """What stands in the report file; ``None`` when there is none, or an empty one."""
    try:
        # The program owns the folder: a link or a pipe in the file's place must not be followed or waited for.
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ReportUnreadable(f"the report file of {program!r} cannot be read: {error.strerror}") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise ReportUnreadable(f"{program!r} put something other than a plain file in the place of its report")
    with os.fdopen(descriptor, "rb") as opened:
        raw = opened.read(_READ_BYTES + 1)
    if len(raw) > _READ_BYTES:
        raise _too_large(f"the report file of {program!r} has more than {_READ_BYTES:,} bytes")
    return raw if raw.strip() else None


def _last_line(result: CommandResult, program: str) -> bytes:
    before, _, line = result.stdout.rstrip().rpartition(b"\n")
    if result.truncated and _LEFT_OUT.search(before):
        raise _too_large(f"the last line of {program!r} is longer than what is kept of its output")
    return line.strip()


def parsed(order: PhaseOrder, program: str, place: str, value: Any) -> PhaseReport:
    """``value``, which ``program`` gave in ``place``, as the report for ``order``.

    Raises ReportUnreadable when it is none or one for another order, and ReportTooLarge.
    """
    try:
        report = parse_report(value)
    except Refusal as refusal:
        if refusal.code is RefusalCode.REPORT_TOO_LARGE:
            raise ReportTooLarge(f"{program!r}: {refusal.message}") from refusal
        raise ReportUnreadable(f"{program!r}: {place} is no report: {refusal.message}") from refusal
    claims = report.model_extra or {}
    for name, expected in (("build_id", order.build_id), ("number", order.number)):
        if name in claims and claims[name] != expected:
            told = repr(claims[name])[:_SHOWN]
            raise ReportUnreadable(
                f"{program!r} reported for another order: {name} is {told}, and this is {expected!r}"
            )
    return report


def _too_large(what: str) -> ReportTooLarge:
    return ReportTooLarge(
        f"{what}; a report has at most {MAX_REPORT_BYTES:,} bytes. Put large results into the workspace and report "
        "their path"
    )
