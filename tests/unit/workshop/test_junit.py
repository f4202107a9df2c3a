"""JUnit XML in, counts and failures out; what is not that is refused."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from baton.workshop._evidence import EVIDENCE_BYTES
from baton.workshop.errors import EvidenceUnreadable
from baton.workshop.junit import read_junit

_SUITE = """
import pytest

def test_good(): pass
def test_bad(): assert 1 == 2, "one is not two"
@pytest.mark.skip(reason="later")
def test_skipped(): pass
@pytest.fixture
def broken(): raise RuntimeError("no database")
def test_error(broken): pass
"""


def test_what_pytest_writes_is_read(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(_SUITE)
    report = tmp_path / "junit.xml"
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "/dev/null",
         f"--rootdir={tmp_path}", f"--junit-xml={report}", "test_it.py"],
        cwd=tmp_path, capture_output=True, timeout=60, check=False,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )  # fmt: skip
    run = read_junit(report)
    assert (run.tests, run.passed, run.failed, run.errors, run.skipped) == (4, 1, 1, 1, 1)
    assert [failure.id for failure in run.failures] == ["test_it::test_bad", "test_it::test_error"]
    assert "one is not two" in run.failures[0].message
    assert "no database" in run.failures[1].detail
    assert run.duration_seconds >= 0


def _report(*cases: str) -> bytes:
    return f"<testsuites><testsuite tests='99' failures='0'>{''.join(cases)}</testsuite></testsuites>".encode()


def test_the_cases_are_counted_and_not_what_the_suite_says_of_them() -> None:
    run = read_junit(_report("<testcase name='a'/>", "<testcase name='b'><failure message='m'/></testcase>"))
    assert (run.tests, run.passed, run.failed) == (2, 1, 1)


def test_every_case_is_told_with_its_outcome_and_its_criteria() -> None:
    named = "<properties><property name='criterion' value='AC-1, AC-2'/><property name='other' value='x'/></properties>"
    run = read_junit(
        _report(f"<testcase classname='c' name='a'>{named}</testcase>", "<testcase name='b'><skipped/></testcase>")
    )
    assert [(case.id, case.outcome, case.criteria) for case in run.cases] == [
        ("c::a", "passed", ("AC-1", "AC-2")),
        ("b", "skipped", ()),
    ]


def test_where_a_runner_writes_no_class_the_suites_take_its_place() -> None:
    node = """<testsuites><testsuite name="outer"><testsuite name="inner">
      <testcase name="adds" classname="test"/>
      <testcase name="later" classname="test"><skipped type="todo" message="true"/></testcase>
    </testsuite></testsuite><testcase name="alone" classname="test"/><!-- tests 3 --></testsuites>"""
    run = read_junit(node.encode())
    assert [case.id for case in run.cases] == ["outer > inner::adds", "outer > inner::later", "test::alone"]
    assert (run.passed, run.skipped) == (2, 1)


def test_what_gotestsum_and_vitest_write_is_read() -> None:
    gotestsum = """<?xml version="1.0" encoding="UTF-8"?><testsuites tests="2"><testsuite name="example.com/a"
      timestamp="2026-01-01T00:00:00Z"><properties><property name="go.version" value="go1.22"/></properties>
      <testcase classname="example.com/a" name="TestA" time="0.010000"></testcase>
      <testcase classname="example.com/a" name="TestB/sub"><failure message="Failed" type="">no</failure></testcase>
      </testsuite></testsuites>"""
    run = read_junit(gotestsum.encode())
    assert (run.tests, [failure.id for failure in run.failures]) == (2, ["example.com/a::TestB/sub"])
    vitest = """<testsuites name="vitest tests"><testsuite name="src/a.test.ts" errors="0"><testcase
      classname="src/a.test.ts" name="rates &gt; adds" time="0.002"/></testsuite></testsuites>"""
    assert [case.id for case in read_junit(vitest.encode()).cases] == ["src/a.test.ts::rates > adds"]


def test_a_case_with_a_failure_and_an_error_counts_once_and_tells_both() -> None:
    run = read_junit(_report("<testcase name='a'><failure message='f'/><error message='e'/></testcase>"))
    assert (run.tests, run.failed, run.errors) == (1, 0, 1)
    assert [failure.message for failure in run.failures] == ["f", "e"]


def test_message_and_detail_are_capped() -> None:
    (failure,) = read_junit(
        _report(f"<testcase name='a'><failure message='{'m' * 9999}'>{'d' * 9999}</failure></testcase>")
    ).failures
    assert len(failure.message) == 500
    assert len(failure.detail) == 4000
    assert failure.message.endswith("…")


def test_terminal_escapes_and_direction_tricks_are_stripped() -> None:
    hostile = "safe&#x9b;31m \u202eback&#x85;"
    (failure,) = read_junit(_report(f"<testcase name='a'><failure message='{hostile}'/></testcase>")).failures
    assert failure.message == "safe31m back"


@pytest.mark.parametrize("time", ["nan", "inf", "-3", ""])
def test_a_time_that_is_no_time_counts_as_none(time: str) -> None:
    assert read_junit(_report(f"<testcase name='a' time='{time}'/>")).duration_seconds == 0


_BOMB = b"""<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>
<testsuites><testsuite><testcase name="&b;"/></testsuite></testsuites>"""
_EXTERNAL = b"""<!DOCTYPE b [<!ENTITY a SYSTEM "file:///etc/passwd">]><testsuites>&a;</testsuites>"""


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (_BOMB, "hostile XML"),
        (_EXTERNAL, "hostile XML"),
        (b"\x00\x01\x02", "is not XML"),
        (b"<testsuites>", "is not XML"),
        (b"<?xml version='1.0' encoding='no-such'?><testsuites/>", "is not XML"),
        (b"<html/>", "begins with 'html'"),
        (b"  \n", "is empty"),
        (b"<testsuites>" + b" " * EVIDENCE_BYTES, "is larger than"),
    ],
)
def test_what_is_not_evidence_is_refused(data: bytes, says: str) -> None:
    with pytest.raises(EvidenceUnreadable, match=says):
        read_junit(data)


def test_a_missing_report_is_named(tmp_path: Path) -> None:
    with pytest.raises(EvidenceUnreadable, match=r"^there is no JUnit report 'gone\.xml'"):
        read_junit(tmp_path / "gone.xml")


def test_a_link_in_the_report_s_place_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "real.xml").write_bytes(_report())
    (tmp_path / "link.xml").symlink_to(tmp_path / "real.xml")
    with pytest.raises(EvidenceUnreadable, match="there is no JUnit report"):
        read_junit(tmp_path / "link.xml")
