"""What every phase of every system does: give the same report of about 1 kB. Standard library only.

Where ``BENCH_MARKS`` names a file, each run of a phase leaves a line in it: so is counted what ran twice.
"""

import os
from typing import Any

PHASES = ("discovery", "planning", "implementation", "testing", "verification", "deployment")
MARKS = "BENCH_MARKS"

_BYTES = 1_000
_KNOWN: dict[str, dict[str, Any]] = {
    "discovery": {"output": {"acceptance_criteria": [{"id": "AC-1", "text": "it works"}]}},
    "planning": {"output": {"steps": ["write it"]}},
    "testing": {"all_tests_passed": True, "tests_run": 3, "tests_failed": 0, "test_coverage": 95.0},
    "verification": {"approved_for_deployment": True},
    "deployment": {"deployment_successful": True},
}


def report(phase: str) -> dict[str, Any]:
    """The report of ``phase``, as JSON."""
    known = _KNOWN.get(phase, {})
    words = f"{phase} went well. "
    room = max(0, _BYTES - len(str(known)))
    return {"summary": (words * (room // len(words) + 1))[:room], **known}


def rejection(number: int) -> dict[str, Any]:
    """A report of testing that sends the work back, for another reason each time."""
    finding = {"id": f"F-{number}", "message": f"not yet: {number}", "criterion": "AC-1", "severity": "error"}
    return (
        report("testing")
        | {"all_tests_passed": False, "tests_failed": 1, "verdict": "rejected"}
        | {
            "findings": [finding],
            "tree": f"{number:040x}",
        }
    )


def perform(build: str, phase: str) -> dict[str, Any]:
    """Do ``phase`` of ``build``."""
    if marks := os.environ.get(MARKS):
        descriptor = os.open(marks, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(descriptor, f"{build} {phase}\n".encode())
        os.close(descriptor)
    return report(phase)
