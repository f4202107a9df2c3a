"""The OpenAPI schema is true: schemathesis makes requests of it, right and wrong ones, and finds nothing."""

import re
import subprocess
import sys
from typing import Any

import pytest

from tests.integration.web.api.house import House

FEWEST = 1000
"""Requests that one run makes at least; far fewer would mean that the schema has shrunk, or that nothing was run."""


# The house's worker is in this process. On a slow machine Temporal breaks off a workflow task that has had no turn for
# two seconds, wherever it is, in what Python calls when it clears up, too; the task is tried again.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_schemathesis_finds_nothing_with_all_checks_on(there: House) -> None:
    there.standing("slugify-1")  # the build that the schema's examples name
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "run", f"{there.gateway.url}/openapi.json"),
        *("--header", f"Authorization: Bearer {there.tokens['grace']}"),
        *("--phases", "examples,coverage,fuzzing,stateful", "--checks", "all", "--mode", "all"),
        *("--max-examples", "1", "--generation-deterministic", "--request-timeout", "60"),
        # Streams do not end by themselves; they are tried in tests/integration/web.
        *("--exclude-path-regex", "stream$"),
        *("--continue-on-failure", "--no-color"),
    ]
    ran = subprocess.run(command, cwd=there.home, capture_output=True, text=True, timeout=500, check=False)
    assert ran.returncode == 0, ran.stdout[-12_000:] + ran.stderr[-2_000:]
    generated, passed = map(int, re.findall(r"(\d+) generated, (\d+) passed", ran.stdout)[0])
    assert generated == passed
    assert generated >= FEWEST


@pytest.fixture(scope="module")
def operations(there: House) -> dict[str, dict[str, Any]]:
    """Every operation of the schema, by method and path."""
    schema = there.grace.get("/openapi.json").json()
    return {f"{method} {path}": told for path, item in schema["paths"].items() for method, told in item.items()}


def test_every_operation_has_a_name_of_its_own_and_says_what_it_does(operations: dict[str, dict[str, Any]]) -> None:
    names = [told["operationId"] for told in operations.values()]
    assert len(set(names)) == len(names) > 20
    for name, told in operations.items():
        assert told["summary"], name
        assert told["tags"], name
        assert told["description"], name


def test_every_operation_tells_the_errors_that_it_can_answer_with(operations: dict[str, dict[str, Any]]) -> None:
    for name, told in operations.items():
        if "/api/" not in name:
            continue
        errors = {status: answer for status, answer in told["responses"].items() if status >= "400"}
        assert {"401", "422", "429", "503"} <= set(errors), name
        assert "/{workflow_id}/" not in name or "404" in errors, name
        assert not name.startswith("post") or {"400", "403", "409", "413"} <= set(errors), name
        for status, answer in errors.items():
            assert list(answer["content"]) == ["application/problem+json"], (name, status)
            assert answer["content"]["application/problem+json"]["example"]["status"] == int(status)


def test_the_schema_can_be_read_without_a_token_and_loads_nothing_from_elsewhere(there: House) -> None:
    with there.gateway.client() as anybody:
        told = anybody.get("/openapi.json")
        assert told.status_code == 200
        assert set(re.findall(r"https?://[^\"/ ]+", told.text)) <= {"https://git.example"}
        assert anybody.get("/docs").status_code == anybody.get("/redoc").status_code == 404
