"""A stand-in for a coding agent: it replays recorded attempts, so that the example needs no model and no key.

Started like any coding agent behind the `command` runner: the order is one JSON object on standard input,
the current folder is the workspace, progress goes to standard error, and the last line of standard output is
the report as JSON. From the order it reads `run_in_phase` (1 for the first run of this phase in this build)
and `feedback` (null, or an object whose `findings` have `id` and `message`). Run N replays `attempts/N`, and later
runs the last one.

STAND_IN_SECONDS says how long an attempt takes (2 when not set).

Exit codes: 0 done, 2 an order or a setting that cannot be used.
"""

import json
import os
import shutil
import sys
import time
from pathlib import Path

ATTEMPTS = Path(__file__).resolve().parent / "attempts"
LEFT_BEHIND_BY_TOOLS = shutil.ignore_patterns("__pycache__", ".coverage", ".pytest_cache", ".ruff_cache")


class Refused(Exception):
    """The order or a setting cannot be used; the message says why."""


def main() -> int:
    """Perform the order on standard input; return the exit code."""
    try:
        run, findings = read_order(sys.stdin.buffer.read())
        seconds = read_pace(os.environ.get("STAND_IN_SECONDS", "2"))
        workspace = Path.cwd()
        if ATTEMPTS.is_relative_to(workspace) or workspace.is_relative_to(ATTEMPTS):
            raise Refused(
                f"{workspace} holds the recorded attempts and is no workspace; start me in an empty folder"
            )
    except Refused as refused:
        print(f"code_writer: {refused}", file=sys.stderr)
        return 2
    report = replay(run, findings, workspace, seconds)
    print(json.dumps(report))
    return 0


def read_order(raw: bytes) -> tuple[int, list[dict[str, str]]]:
    """Give (run_in_phase, findings of the feedback) of an order."""
    try:
        order = json.loads(raw)
    except ValueError as error:
        raise Refused(f"the order on standard input is not JSON: {error}") from None
    if not isinstance(order, dict):
        raise Refused(f"the order on standard input is no JSON object but a {type(order).__name__}")
    run = order.get("run_in_phase")
    if not isinstance(run, int) or isinstance(run, bool) or run < 1:
        raise Refused(f"the order's run_in_phase is {run!r}; it counts the runs of this phase, from 1")
    feedback = order.get("feedback")
    if feedback is None:
        return run, []
    findings = feedback.get("findings", []) if isinstance(feedback, dict) else None
    if not isinstance(findings, list) or not all(
        isinstance(finding, dict) and isinstance(finding.get("message"), str) for finding in findings
    ):
        raise Refused("the order's feedback is no object with findings, each an object with id and message")
    return run, findings


def read_pace(text: str) -> float:
    """Give the seconds that an attempt takes."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1
    if not 0 <= seconds <= 3600:
        raise Refused(f"STAND_IN_SECONDS is {text!r}; it is a number of seconds from 0 to 3600")
    return seconds


def replay(run: int, findings: list[dict[str, str]], workspace: Path, seconds: float) -> dict[str, object]:
    """Take `seconds`, then write the attempt into `workspace`, and give the report.

    Nothing is written before the end, so that one killed on the way has done nothing and must run again.
    """
    recorded = sorted((folder for folder in ATTEMPTS.iterdir() if folder.name.isdigit()), key=_number)
    attempt = recorded[min(run, len(recorded)) - 1]
    steps = [f"replaying recorded attempt {attempt.name} of {len(recorded)}"]
    steps += [
        f"answering {finding.get('id') or 'a finding'}: {_gist(finding['message'])}" for finding in findings
    ]
    steps += ["writing the package", "writing its tests"]
    for step in steps:
        print(f"code_writer: {step}", file=sys.stderr, flush=True)
        time.sleep(seconds / len(steps))
    written: list[str] = []

    def copy(source: str, target: str) -> None:
        shutil.copyfile(source, target)
        written.append(Path(target).relative_to(workspace).as_posix())

    shutil.copytree(attempt, workspace, dirs_exist_ok=True, ignore=LEFT_BEHIND_BY_TOOLS, copy_function=copy)
    answered = f", answering {len(findings)} finding{'s' * (len(findings) != 1)}" if findings else ""
    return {
        "summary": f"Replayed recorded attempt {attempt.name}{answered} (a stand-in: no model was asked)",
        "verdict": "passed",
        "output": {"attempt": _number(attempt), "files": sorted(written)},
    }


def _number(attempt: Path) -> int:
    return int(attempt.name)


def _gist(message: str) -> str:
    return (message.strip().splitlines() or [""])[0][:100]


if __name__ == "__main__":
    sys.exit(main())
