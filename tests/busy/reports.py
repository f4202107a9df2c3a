"""What the roles report of a small change to a library of money."""

from typing import Any

from baton.domain.vocabulary import Phase

COMMIT = "9f2c41d07be35a8866c9d1e4a70b5523ff01c3aa"
FIRST_COMMIT = "3b7e0c92a4d15f86e0217cc9b85d6a44c0a9e871"
CRITERIA = [
    {"id": "AC-1", "text": "Half a cent goes to the even neighbour"},
    {"id": "AC-2", "text": "An amount keeps its currency when it is rounded"},
    {"id": "AC-3", "text": "Rounding twice changes nothing"},
    {"id": "AC-4", "text": "A currency without cents is rounded to whole units"},
]
PROOFS = {
    "AC-1": ["tests/test_rounding.py::test_half_goes_to_even", "tests/test_rounding.py::test_negative_half"],
    "AC-2": ["tests/test_money.py::test_the_currency_is_kept"],
    "AC-3": ["tests/test_rounding.py::test_twice_is_once"],
    "AC-4": ["tests/test_money.py::test_yen_have_no_cents"],
}
_SANDBOX = "bubblewrap 0.8"

REPORTS: dict[Phase, dict[str, Any]] = {
    Phase.DISCOVERY: {
        "summary": "Rounding to even for all currencies: 4 acceptance criteria",
        "output": {"acceptance_criteria": CRITERIA, "constraints": ["no floats"]},
        "usage": {"requests": 3, "input_tokens": 18_400, "output_tokens": 1_250, "cost_usd": 0.074},
    },
    Phase.PLANNING: {
        "summary": "5 steps, one for each criterion and one for the docs",
        "output": {"steps": ["Rounding on decimals", "Currency table", "Idempotence", "Whole units", "Docs"]},
        "usage": {"requests": 4, "input_tokens": 26_100, "output_tokens": 2_480, "cost_usd": 0.115},
    },
    Phase.IMPLEMENTATION: {
        "summary": "Rounding moved to decimals; a table of currencies; 14 tests",
        "commit": COMMIT,
        "tree": "77ab01",
        "player": {"runner": "agent", "program": "coding agent", "version": "2.1", "model": "large-1"},
        "usage": {"requests": 41, "input_tokens": 512_300, "output_tokens": 31_900, "cost_usd": 2.015},
    },
    Phase.TESTING: {
        "summary": "14 tests, 0 failed, coverage 96.4 %, 4/4 proven",
        "commit": COMMIT,
        "all_tests_passed": True,
        "tests_run": 14,
        "tests_failed": 0,
        "test_coverage": 96.4,
        "proofs": PROOFS,
        "evidence": [
            {
                "name": "tests",
                "command": ["python", "-m", "pytest", "--junitxml=junit.xml"],
                "exit_code": 0,
                "duration_seconds": 6.2,
                "commit": COMMIT,
                "sandbox": _SANDBOX,
                "counts": {"tests": 14, "failed": 0},
                "tools": {"pytest": "8.4.1", "coverage": "7.9.1"},
            }
        ],
    },
    Phase.VERIFICATION: {
        "summary": "0 errors, 1 warning of ruff, bandit, dilution",
        "commit": COMMIT,
        "approved_for_deployment": True,
        "findings": [
            {
                "id": "ruff-1",
                "message": "Line too long (124 > 120)",
                "severity": "warning",
                "evidence": "E501",
                "path": "src/money/currency.py",
                "line": 41,
            }
        ],
        "evidence": [
            {
                "name": "ruff",
                "command": ["ruff", "check", "src"],
                "exit_code": 1,
                "duration_seconds": 0.2,
                "commit": COMMIT,
                "sandbox": _SANDBOX,
                "tools": {"ruff": "0.12.0"},
            },
            {
                "name": "bandit",
                "command": ["bandit", "-r", "src"],
                "exit_code": 0,
                "duration_seconds": 0.9,
                "commit": COMMIT,
                "sandbox": _SANDBOX,
                "tools": {"bandit": "1.8.5"},
            },
        ],
    },
    Phase.DEPLOYMENT: {
        "summary": "money-1.4.0.tar.gz released: 23 files, tag money-1.4.0",
        "commit": COMMIT,
        "deployment_successful": True,
        "output": {"archive": "money-1.4.0.tar.gz", "version": "1.4.0", "sha256": "5f1d" * 16},
        "evidence": [
            {
                "name": "tests of the release",
                "command": ["python", "-m", "pytest"],
                "exit_code": 0,
                "duration_seconds": 6.4,
                "commit": COMMIT,
                "sandbox": _SANDBOX,
            }
        ],
    },
}
FAILED_TESTS: dict[str, Any] = REPORTS[Phase.TESTING] | {
    "summary": "14 tests, 2 failed, coverage 94.1 %, 2/4 proven",
    "commit": FIRST_COMMIT,
    "all_tests_passed": False,
    "tests_failed": 2,
    "test_coverage": 94.1,
    "proofs": {name: PROOFS[name] for name in ("AC-2", "AC-4")},
    "findings": [
        {
            "id": "t-1",
            "message": "AssertionError: 2.5 became 3, not 2",
            "criterion": "AC-1",
            "evidence": "tests/test_rounding.py::test_half_goes_to_even",
            "path": "tests/test_rounding.py",
            "line": 18,
        },
        {
            "id": "t-2",
            "message": "AssertionError: rounding twice moved 0.05",
            "criterion": "AC-3",
            "evidence": "tests/test_rounding.py::test_twice_is_once",
            "path": "tests/test_rounding.py",
            "line": 44,
        },
    ],
    "evidence": [REPORTS[Phase.TESTING]["evidence"][0] | {"exit_code": 1, "commit": FIRST_COMMIT}],
}
