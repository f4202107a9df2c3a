import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError

from baton.runtime.logs import LONGEST_MESSAGE, LONGEST_TRACEBACK, configure_logging

_log = logging.getLogger("baton.tests")


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers = []
    yield
    root.handlers = handlers
    root.setLevel(level)


def _json_lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_text_line_tells_level_logger_and_message() -> None:
    stream = io.StringIO()
    configure_logging("INFO", "text", stream=stream)
    _log.info("phase %s starts", "testing")
    assert stream.getvalue().endswith("INFO    baton.tests: phase testing starts\n")


def test_a_json_line_is_one_object_with_the_extra_fields() -> None:
    stream = io.StringIO()
    configure_logging("INFO", "json", stream=stream)
    _log.info("two\nlines", extra={"build_id": "b1", "temporal_workflow": {"attempt": 1, "run": "r"}})
    (line,) = _json_lines(stream)
    assert line["message"] == "two\nlines"
    assert (line["level"], line["logger"], line["build_id"]) == ("INFO", "baton.tests", "b1")
    assert line["temporal_workflow"] == {"attempt": 1, "run": "r"}
    assert line["time"].endswith("+00:00")


@pytest.mark.parametrize("style", ["text", "json"])
def test_secrets_are_hidden_in_messages_extras_and_tracebacks(style: Any) -> None:
    stream = io.StringIO()
    configure_logging("INFO", style, secrets=["k3y", "k3y-long", ""], stream=stream)
    try:
        raise ValueError("no way into postgresql://ada:s3cret@db/baton with k3y-long")
    except ValueError:
        _log.exception("tried %s", "postgresql://ada:s3cret@db/baton", extra={"sent": "k3y"})
    shown = stream.getvalue()
    assert "ValueError" in shown
    assert "***" in shown
    assert not [secret for secret in ("s3cret", "k3y", "-long") if secret in shown]


@pytest.mark.parametrize("style", ["text", "json"])
def test_a_long_message_is_cut_and_says_so(style: Any) -> None:
    stream = io.StringIO()
    configure_logging("INFO", style, stream=stream)
    _log.info("x" * 1_000_000)
    assert f"[{1_000_000 - LONGEST_MESSAGE} characters left out]" in stream.getvalue()
    assert len(stream.getvalue()) < LONGEST_MESSAGE + 300


def test_of_a_long_traceback_the_end_is_kept() -> None:
    stream = io.StringIO()
    configure_logging("INFO", "json", stream=stream)
    try:
        raise ValueError("x" * 100_000 + " the end")
    except ValueError:
        _log.exception("failed")
    (line,) = _json_lines(stream)
    assert line["exception"].endswith("the end")
    assert len(line["exception"]) < LONGEST_TRACEBACK + 100


def test_temporal_is_quiet_unless_somebody_debugs() -> None:
    stream = io.StringIO()
    configure_logging("INFO", "text", stream=stream)
    logging.getLogger("temporalio.worker").info("Beginning worker shutdown")
    assert stream.getvalue() == ""
    configure_logging("DEBUG", "text", stream=stream)
    logging.getLogger("temporalio.worker").info("Beginning worker shutdown")
    assert "Beginning worker shutdown" in stream.getvalue()


def test_configuring_twice_does_not_double_the_lines() -> None:
    stream = io.StringIO()
    for _ in range(2):
        configure_logging("INFO", "json", stream=stream)
    _log.info("once")
    assert len(_json_lines(stream)) == 1


@pytest.mark.parametrize("style", ["text", "json"])
def test_what_builds_are_about_is_withheld_where_payloads_are_encrypted(style: Any) -> None:
    stream = io.StringIO()
    configure_logging("INFO", style, withhold=True, stream=stream)
    said_inside, said = "".join(["ca", "nary inside"]), "".join(["ca", "nary sings"])
    try:
        try:
            raise ValueError(said_inside)
        except ValueError as cause:
            raise ApplicationError(said, type="runner_failed") from cause
    except ApplicationError:
        _log.exception("A phase failed\n%s", said)
    log = stream.getvalue()
    assert "canary" not in log
    for told in ("A phase failed", "ApplicationError runner_failed", "ValueError", "test_logs.py", "withheld"):
        assert told in log
