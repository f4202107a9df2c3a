"""SARIF in, findings out."""

import json
from typing import Any

import pytest

from baton.workshop.errors import EvidenceUnreadable
from baton.workshop.sarif import read_sarif


def _report(*results: dict[str, Any], **run: Any) -> bytes:
    driver = {
        "name": "ESLint",
        "version": "9.1",
        "rules": [{"id": "no-eval", "defaultConfiguration": {"level": "error"}}, {"id": "semi"}],
    }
    told = {"tool": {"driver": driver}, "results": list(results), **run}
    return json.dumps({"version": "2.1.0", "runs": [told]}).encode()


def _at(uri: str, line: int = 3) -> list[dict[str, Any]]:
    return [{"physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": line}}}]


def test_a_finding_has_its_tool_rule_place_and_severity() -> None:
    result = {
        "ruleId": "semi",
        "level": "warning",
        "message": {"text": "no\x1b[31m semicolon"},
        "locations": _at("src/a.js"),
    }
    report = read_sarif(_report(result))
    assert report.tools == {"eslint": "9.1"}
    (finding,) = report.findings
    assert (finding.tool, finding.rule, finding.path, finding.line) == ("eslint", "semi", "src/a.js", 3)
    assert (finding.message, finding.severity) == ("no semicolon", "medium")


@pytest.mark.parametrize(
    ("result", "rule", "severity"),
    [
        ({"ruleId": "no-eval"}, "no-eval", "high"),
        ({"ruleIndex": 0}, "no-eval", "high"),
        ({"rule": {"index": 1}}, "semi", "medium"),
        ({"rule": {"id": "own"}, "level": "note"}, "own", "low"),
        ({"ruleIndex": 99}, "no-rule", "medium"),
        ({}, "no-rule", "medium"),
    ],
)
def test_what_a_result_leaves_out_its_rule_says(result: dict[str, Any], rule: str, severity: str) -> None:
    (finding,) = read_sarif(_report(result | {"message": {"text": "m"}})).findings
    assert (finding.rule, finding.severity, finding.line, finding.path) == (rule, severity, 1, "")


def test_a_place_may_be_an_address() -> None:
    (finding,) = read_sarif(_report({"ruleId": "semi", "locations": _at("file:///w/a%20b.js")})).findings
    assert finding.path == "/w/a b.js"


def test_what_passed_or_is_suppressed_is_no_finding() -> None:
    passed = {"ruleId": "semi", "kind": "pass"}
    suppressed = {"ruleId": "semi", "suppressions": [{"kind": "inSource"}]}
    assert read_sarif(_report(passed, suppressed)).findings == ()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"[]", "not in the form expected"),
        (b"no", "is not JSON"),
        (b'{"version": "2.0.0", "runs": []}', "at version"),
        (b'{"version": "2.1.0", "runs": []}', "has no run"),
        (_report(results=None), "has no results"),
        (_report(invocations=[{"executionSuccessful": False}]), "did not get through"),
        (_report({"level": "fatal"}), "level"),
    ],
)
def test_what_is_no_scan_is_refused(data: bytes, says: str) -> None:
    with pytest.raises(EvidenceUnreadable, match=says):
        read_sarif(data)
