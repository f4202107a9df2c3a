"""Plays every role, and fails its tests once: ``python player.py MARKS``. Its reports say what they cost."""

import json
import sys
from pathlib import Path
from typing import Any

REPORTS: dict[str, dict[str, Any]] = {
    "discovery": {"output": {"acceptance_criteria": [{"id": "AC-1", "text": "it is seen"}]}},
    "planning": {"output": {"steps": ["write it"]}},
    "implementation": {"usage": {"requests": 2, "input_tokens": 100, "output_tokens": 20, "cost_usd": 0.25}},
    "testing": {"all_tests_passed": True, "tests_run": 3, "tests_failed": 0, "test_coverage": 95.0},
    "verification": {"approved_for_deployment": True},
    "deployment": {"deployment_successful": True},
}
FAILED = {"all_tests_passed": False, "tests_run": 3, "tests_failed": 1, "test_coverage": 95.0}


def main() -> None:
    order = json.load(sys.stdin)
    phase, canary = order["phase"], order["request"]["requirements"]
    mark = Path(sys.argv[1], f"{order['request']['build_id']}.failed")
    report = REPORTS[phase]
    if phase == "testing" and not mark.exists():
        mark.touch()
        report = FAILED | {"findings": [{"id": "F-1", "message": canary}]}
    print(json.dumps({**report, "summary": canary}))


if __name__ == "__main__":
    main()
