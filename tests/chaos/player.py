"""Plays every role of a build, as a program: ``python -I -S player.py MARKS``.

How long it works and how it misbehaves stands in the request's metadata. It writes one line for the order into the
build's tree, and notes in ``MARKS/<build>`` when it begins and when it has ended well: one JSON object a line.
"""

import json
import os
import sys
import time
from typing import Any

REPORTS: dict[str, dict[str, Any]] = {
    "discovery": {"output": {"acceptance_criteria": [{"id": "AC-1", "text": "it works"}]}},
    "planning": {"output": {"steps": ["write it"]}},
    "implementation": {"summary": "written"},
    "testing": {"all_tests_passed": True, "tests_run": 3, "tests_failed": 0, "test_coverage": 95.0},
    "verification": {"approved_for_deployment": True},
    "deployment": {"deployment_successful": True, "output": {"archive": "thing-1.0.tar.gz"}},
}
REJECTIONS: dict[str, dict[str, Any]] = {
    "testing": {"tests_failed": 1, "all_tests_passed": False, "verdict": "rejected"},
    "verification": {"approved_for_deployment": False, "verdict": "rejected"},
    "deployment": {"deployment_successful": False, "verdict": "rejected"},
}


def main() -> None:
    order = json.load(sys.stdin)
    request, phase = order["request"], order["phase"]
    file = os.path.join(sys.argv[1], request["build_id"])  # noqa: PTH118 - pathlib doubles the time to start
    before = _begun_before(file, phase)
    told = {"number": order["number"], "phase": phase, "pid": os.getpid(), "above": _above(os.getpid())}
    _note(file, {"what": "begun", **told})
    with open("work.txt", "a", encoding="utf-8") as work:  # noqa: PTH123
        work.write(f"{order['number']} {phase}\n")
    quirks = json.loads(request["metadata"]["quirks"]).get(phase, [])
    quirk = quirks[before] if before < len(quirks) else ""
    time.sleep(json.loads(request["metadata"]["seconds"])[phase])
    report = _misbehave(quirk, REPORTS[phase], phase)
    _note(file, {"what": "ended", **told})
    print(json.dumps(report), flush=True)


def _misbehave(quirk: str, report: dict[str, Any], phase: str) -> dict[str, Any]:
    match quirk:
        case "nonsense":
            os.write(1, bytes(range(256)) * 20 + b"\n{{{\x1b[31m\n")
            os._exit(0)
        case "dies":
            os.kill(os.getpid(), 9)
        case "exits":
            sys.exit("it does not feel like it")
        case "hangs":
            time.sleep(60)
        case "floods":
            for _ in range(40):
                os.write(1, b"much ado " * 8_000 + b"\n")
        case "stranger":
            return report | {"build_id": "another"}
        case "rejects" if phase in REJECTIONS:
            finding = {"id": "F-1", "message": "not yet", "criterion": "AC-1", "severity": "error"}
            return REJECTIONS[phase] | {"findings": [finding]}
        case "leaves":
            if os.fork() == 0:
                os.setsid()
                time.sleep(45)
                os._exit(0)
    return report


def _begun_before(file: str, phase: str) -> int:
    try:
        with open(file, encoding="utf-8") as marks:  # noqa: PTH123
            return sum('"begun", "number": ' in line and f'"phase": "{phase}"' in line for line in marks)
    except FileNotFoundError:
        return 0


def _above(pid: int) -> list[int]:
    """The process IDs of its ancestors, the nearest first."""
    found: list[int] = []
    while pid > 1 and len(found) < 5:
        with open(f"/proc/{pid}/stat", "rb") as stat:  # noqa: PTH123
            pid = int(stat.read().rpartition(b")")[2].split()[1])
        found.append(pid)
    return found


def _note(file: str, mark: dict[str, Any]) -> None:
    line = json.dumps({**mark, "at": time.time()}) + "\n"
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
    os.write(descriptor, line.encode())
    os.close(descriptor)


if __name__ == "__main__":
    main()
