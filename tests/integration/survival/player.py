"""Plays every role of a build, as a program: ``python player.py MARKS [SECONDS]``.

It writes one line for the order into the build's tree, notes in ``MARKS/<build>.begun`` that it has begun, and reports.
A phase that the request's metadata name works longer: one under ``held`` until ``MARKS/<build>.go`` appears, one under
``hung`` at its first attempt until it is killed. Neither outlives a minute, or ``SECONDS``.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

REPORTS: dict[str, dict[str, Any]] = {
    "discovery": {"output": {"acceptance_criteria": [{"id": "AC-1", "text": "it works"}]}},
    "planning": {"output": {"steps": ["write it"]}},
    "implementation": {"summary": "written"},
    "testing": {"all_tests_passed": True, "tests_run": 3, "tests_failed": 0, "test_coverage": 95.0},
    "verification": {"approved_for_deployment": True},
    "deployment": {"deployment_successful": True, "output": {"archive": "thing-1.0.tar.gz"}},
}
A_MINUTE = 60.0


def main() -> None:
    marks = Path(sys.argv[1])
    order = json.load(sys.stdin)
    request, phase = order["request"], order["phase"]
    begun, go = marks / f"{request['build_id']}.begun", marks / f"{request['build_id']}.go"
    with Path("work.txt").open("a", encoding="utf-8") as work:
        work.write(f"{order['number']} {phase}\n")
    again = begun.exists() and phase in begun.read_text(encoding="utf-8").split()
    with begun.open("a", encoding="utf-8") as noted:
        noted.write(f"{phase}\n")
    end = time.monotonic() + (float(sys.argv[2]) if len(sys.argv) > 2 else A_MINUTE)
    while time.monotonic() < end and (
        (request["metadata"].get("hung") == phase and not again)
        or (request["metadata"].get("held") == phase and not go.exists())
    ):
        time.sleep(0.02)
    print(json.dumps(REPORTS[phase]))


if __name__ == "__main__":
    main()
