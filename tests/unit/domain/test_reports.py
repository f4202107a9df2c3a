import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from baton.domain.jsonvalue import clean
from baton.domain.refusals import Refusal
from baton.domain.reports import MAX_REPORT_BYTES, Evidence, PhaseReport, Severity, parse_report
from baton.domain.vocabulary import RefusalCode
from tests.unit.domain import messages


def told(value: Any, code: RefusalCode = RefusalCode.MALFORMED) -> str:
    with pytest.raises(Refusal) as caught:
        parse_report(value)
    assert caught.value.code is code
    return caught.value.message


def test_an_empty_object_is_a_report_that_says_nothing() -> None:
    assert parse_report({}) == PhaseReport()
    assert PhaseReport().to_json() == {}


@pytest.mark.parametrize("value", [None, "passed", 1, [], [{}], True])
def test_a_report_is_an_object(value: Any) -> None:
    assert told(value) == f"a report is a JSON object, not a {type(value).__name__}"


def test_unknown_fields_are_kept() -> None:
    report = {
        "mood": {"good": [1, None]},
        "findings": [{"message": "m", "cwe": 79}],
        "evidence": [{"name": "pytest", "host": "ci-1"}],
        "questions": [{"text": "?", "choices": ["a"]}],
        "usage": {"requests": 1, "model": "m-1"},
    }
    assert parse_report(report).to_json() == report


@pytest.mark.parametrize(
    ("report", "problem"),
    [
        ({"verdict": "maybe"}, "report: verdict: Input should be 'passed' or 'rejected' (got 'maybe')"),
        ({"tests_failed": -1}, "report: tests_failed: Input should be greater than or equal to 0 (got -1)"),
        ({"tests_run": "many"}, "report: tests_run: Input should be a valid integer"),
        ({"all_tests_passed": "perhaps"}, "report: all_tests_passed: Input should be a valid boolean"),
        ({"findings": "one"}, "report: findings: Input should be a valid tuple"),
        ({"findings": [3]}, "report: findings.0: Input should be a valid dictionary"),
        ({"questions": [{"id": "q"}]}, "report: questions.0.text: Field required"),
        ({"usage": {"cost_usd": -1}}, "report: usage.cost_usd: Input should be greater than or equal to 0"),
        ({"usage": {"input_tokens": 10**13}}, "report: usage.input_tokens: Input should be less than or equal to"),
        ({"output": []}, "report: output: Input should be a valid dictionary"),
        ({"log": float("inf")}, "report.log is inf, which JSON cannot carry"),
    ],
)
def test_a_known_field_with_a_wrong_value_says_where(report: dict[str, Any], problem: str) -> None:
    assert told(report).startswith(problem)


@pytest.mark.parametrize(
    ("told_as", "percent"),
    [
        (85, 85),
        (85.5, 85.5),
        (0.85, 85),
        (0, 0),
        (1, 100),
        (1.0, 100),
        (1.01, 1.01),
        (100, 100),
        ("85", 85),
        ("0.85", 85),
        ("85%", 85),
        (" 85.5 % ", 85.5),
        ("0.5%", 0.5),
        ("1%", 1),
        (None, None),
    ],
)
def test_coverage_is_percent_or_a_fraction(told_as: Any, percent: float | None) -> None:
    assert parse_report({"test_coverage": told_as}).test_coverage == percent


@pytest.mark.parametrize("percent", range(2, 101))
def test_a_fraction_is_exactly_its_percent(percent: int) -> None:
    assert parse_report({"test_coverage": percent / 100}).test_coverage == percent


@pytest.mark.parametrize("coverage", ["high", "", "%", True, [], {}, -0.1, 100.1, "101%", "nan", "inf%", "-1%"])
def test_coverage_that_is_no_share_is_refused(coverage: Any) -> None:
    assert told({"test_coverage": coverage}).startswith("report: test_coverage: ")


@pytest.mark.parametrize("percent", [0.0, 0.5, 0.999, 1.0, 57.0])
def test_coverage_is_a_fraction_only_once(percent: float) -> None:
    report = PhaseReport(test_coverage=percent)
    assert report.test_coverage == percent
    assert PhaseReport.model_validate_json(report.model_dump_json()) == report
    assert PhaseReport.model_validate(report.to_json()) == report


@pytest.mark.parametrize("word", ["warning", "INFO", "low", "style"])
def test_a_mild_finding_is_a_warning(word: str) -> None:
    (finding,) = parse_report({"findings": [{"message": "m", "severity": word}]}).findings
    assert finding.severity is Severity.WARNING


@pytest.mark.parametrize("word", ["error", "high", "critical", "blocker", "", None, 3])
def test_any_other_finding_is_an_error(word: Any) -> None:
    (finding,) = parse_report({"findings": [{"message": "m", "severity": word}]}).findings
    assert finding.severity is Severity.ERROR


def test_a_plain_text_is_a_finding_and_a_question() -> None:
    report = parse_report({"findings": ["0.1 + 0.2"], "questions": ["Which till?"]})
    assert (report.findings[0].message, report.findings[0].severity) == ("0.1 + 0.2", Severity.ERROR)
    assert (report.questions[0].text, report.questions[0].id) == ("Which till?", "")


def test_a_report_up_to_the_limit_is_taken_and_a_larger_one_is_refused_once() -> None:
    envelope = len('{"log":""}')
    parse_report({"log": "x" * (MAX_REPORT_BYTES - envelope)})
    message = told({"log": "x" * (MAX_REPORT_BYTES - envelope + 1)}, RefusalCode.REPORT_TOO_LARGE)
    assert message.startswith("the report has 262,145 bytes; at most 262,144 are taken. Put large results into the")


def test_the_size_counts_bytes_not_characters() -> None:
    told({"log": "é" * (MAX_REPORT_BYTES // 2)}, RefusalCode.REPORT_TOO_LARGE)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), 10**300])
def test_a_report_that_the_journal_cannot_carry_is_not_made(value: Any) -> None:
    with pytest.raises(ValidationError):
        PhaseReport(output={"value": value})


def test_a_count_that_is_no_number_is_not_made() -> None:
    with pytest.raises(ValidationError, match=r"report\.evidence\[0\]\.counts\.share is nan"):
        PhaseReport(evidence=(Evidence(name="coverage", counts={"share": float("nan")}),))


@given(messages.REPORTS)
def test_a_journaled_report_reads_back_as_it_was(report: dict[str, Any]) -> None:
    try:
        taken = parse_report(report)
    except Refusal:  # a number of more than 300 digits
        return
    assert PhaseReport.model_validate(taken.to_json()) == taken
    assert PhaseReport.model_validate_json(taken.model_dump_json()) == taken


@given(st.dictionaries(st.text(max_size=5) | st.sampled_from(list(PhaseReport.model_fields)), messages.JSON))
def test_any_object_is_a_report_or_refused(value: dict[str, Any]) -> None:
    with contextlib.suppress(Refusal):
        assert parse_report(value).to_json().keys() <= clean(value).keys()
