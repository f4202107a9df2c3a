"""Plays every role, and says the request's canary wherever something is said: ``python player.py MARKS``.

The first attempt at testing fails, with the canary among its last lines. Planning is done with a large output.
"""

import json
import sys
from pathlib import Path
from typing import Any

REPORTS: dict[str, dict[str, Any]] = {
    "discovery": {"output": {"acceptance_criteria": [{"id": "AC-1", "text": "it sings"}]}},
    "planning": {"output": {"steps": ["write it"]}},
    "implementation": {},
    "testing": {"all_tests_passed": True, "tests_run": 3, "tests_failed": 0, "test_coverage": 95.0},
    "verification": {"approved_for_deployment": True},
    "deployment": {"deployment_successful": True, "output": {"archive": "thing-1.0.tar.gz"}},
}
LARGE = 12_000


def main() -> None:
    order = json.load(sys.stdin)
    canary, phase = order["request"]["metadata"]["canary"], order["phase"]
    failed = Path(sys.argv[1], f"{order['request']['build_id']}.failed")
    if phase == "testing" and not failed.exists():
        failed.touch()
        print(f"cannot go on: {canary}", file=sys.stderr)
        sys.exit(3)
    report = REPORTS[phase]
    said = {"note": canary, "more": canary[::-1] * (LARGE // len(canary))} if phase == "planning" else {"note": canary}
    report = {**report, "summary": f"{phase}: {canary}", "output": {**report.get("output", {}), **said}}
    report["findings"] = [{"id": "F-1", "severity": "minor", "message": canary}] if phase == "verification" else []
    print(json.dumps(report))


if __name__ == "__main__":
    main()
