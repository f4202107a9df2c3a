"""Values of variables that a profile names: a program may use them, and they do not leave with what it says."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from baton.domain.vocabulary import Phase
from tests.activities.conftest import Bench
from tests.activities.projects import TOOLCHAIN
from tests.orders import a_compensation, an_order

KEY = "sk-canary-7d1f0c"
PEM = "-----BEGIN KEY-----\nMIIEcanaryfirstline\nMIIEcanarysecondline\n-----END KEY-----\n"
ORDER = an_order(Phase.IMPLEMENTATION)


@pytest.fixture
def keys(bench: Bench) -> Bench:
    """A worker with keys, and with variables that only say where things are."""
    bench.environment = {
        **bench.environment,
        "AGENT_KEY": KEY,
        "SIGNING_KEY": PEM,
        "SHORT": "abc",
        "SSL_CERT_FILE": "/etc/ssl/certs/ca.pem",
        "no_proxy": "localhost.test",
    }
    return bench


ENV = 'env = ["AGENT_KEY", "SIGNING_KEY", "SHORT", "SSL_CERT_FILE", "no_proxy", "HOME"]\n'


def _all_of(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _all_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _all_of(inner)
    elif isinstance(value, str):
        yield value


async def test_no_text_of_a_report_holds_a_key_that_the_program_was_given(keys: Bench) -> None:
    keys.program(
        """
        import json, os
        key, pem = os.environ["AGENT_KEY"], os.environ["SIGNING_KEY"]
        print(json.dumps({
            "summary": f"used {key}", "output": {key: [{"deep": f"a{key}b"}], "abc": "abc"},
            "findings": [{"id": key, "message": pem, "evidence": key, "detail": pem.splitlines()[2]}],
            "questions": [f"is {key} right?"], "player": {"session": key, "prompt": "p"}, "verdict": "passed",
            "evidence": [{"name": key, "command": ["curl", "-H", key], "tools": {key: "1"}}],
            "proofs": {"AC-1": [key]}, key: key, "places": [os.environ["SSL_CERT_FILE"], os.environ["no_proxy"]],
        }))
        """,
        options=ENV,
    )
    report = await keys.perform(ORDER)
    told = list(_all_of(report.to_json()))
    assert not [text for text in told if "canary" in text]
    assert report.summary == "used ***"
    assert report.output == {"***": [{"deep": "a***b"}], "abc": "abc"}
    assert report.model_extra == {"***": "***", "places": ["/etc/ssl/certs/ca.pem", "localhost.test"]}
    message = await (await keys.workspace())._git("log", "-1", "--format=%B", report.commit or "")
    assert b"canary" not in message


async def test_a_key_that_is_a_word_of_reports_does_not_break_them(keys: Bench) -> None:
    keys.environment = {**keys.environment, "AGENT_KEY": "rejected"}
    keys.program('print(\'{"verdict": "rejected", "summary": "it was rejected"}\')', options=ENV)
    report = await keys.perform(ORDER)
    assert (report.verdict, report.summary) == ("rejected", "it was ***")


@pytest.mark.parametrize(
    "source",
    [
        "import os, sys; sys.exit('no credit for ' + os.environ['AGENT_KEY'])",
        "import os, sys; sys.exit(os.environ['SIGNING_KEY'])",
        "import json, os; print(json.dumps({'build_id': os.environ['AGENT_KEY']}))",
        "import json, os; print(json.dumps({'number': os.environ['AGENT_KEY']}))",
        "import json, os; print(json.dumps({'verdict': os.environ['AGENT_KEY']}))",
        "import json, os; print(json.dumps({os.environ['AGENT_KEY']: float('nan')}))",
        "import os; print(os.environ['AGENT_KEY'])",
        "import os\nfor name in [os.environ['AGENT_KEY'], *'d' * 300]: os.mkdir(name); os.chdir(name)\nprint('{}')",
    ],
)
async def test_no_failure_holds_a_key_that_the_program_was_given(
    keys: Bench, source: str, caplog: pytest.LogCaptureFixture
) -> None:
    keys.program(source, options=ENV)
    with pytest.raises(ApplicationError) as error:
        await keys.perform(ORDER)
    assert "***" in error.value.message
    assert "canary" not in f"{error.value!r} {error.value.details} {error.value.__cause__!r} {caplog.text}"


async def test_heartbeats_hold_no_key_that_the_runner_was_given(keys: Bench) -> None:
    keys.profile(code_writer='runner = "rogue"\nreturns = "a good one"\nbeats = "with AGENT_KEY"\nenv = ["AGENT_KEY"]')
    environment, beats = ActivityEnvironment(), list[object]()
    environment.on_heartbeat = lambda *details: beats.extend(details)
    await keys.perform(ORDER, environment)
    assert "with ***" in beats
    assert "canary" not in str(beats)


async def test_what_was_undone_is_told_without_the_keys(keys: Bench) -> None:
    undo = """undo = ["{python}", "-c", "import os, sys; sys.exit(os.environ['AGENT_KEY'] + ' was refused')"]\n"""
    keys.profile(release_manager='runner = "command"\ncommand = ["true"]\nenv = ["AGENT_KEY"]\n' + undo)
    outcome = await keys.compensate(a_compensation(Phase.DEPLOYMENT))
    assert not outcome.succeeded
    assert outcome.message.endswith("*** was refused")


async def test_tests_and_deliveries_that_are_given_a_key_do_not_tell_it(keys: Bench) -> None:
    loud = "import os\n\ndef test_it():\n    assert False, os.environ['AGENT_KEY']\n"
    keys.profile(test_auditor=f'{TOOLCHAIN}env = ["AGENT_KEY"]')
    report = await keys.perform(an_order(Phase.TESTING, commit=await keys.committed({"test_it.py": loud})))
    assert report.tests_failed == 1
    assert "***" in json.dumps(report.to_json())
    assert "canary" not in json.dumps(report.to_json())


async def test_a_report_that_was_kept_holds_no_key_either(keys: Bench) -> None:
    keys.program("import json, os; print(json.dumps({'summary': os.environ['AGENT_KEY']}))", options=ENV)
    await keys.perform(ORDER)
    private: Path = (await keys.workspace()).private
    kept = await asyncio.to_thread(lambda: [path.read_bytes() for path in private.rglob("*") if path.is_file()])
    assert kept
    assert not [raw for raw in kept if b"canary" in raw]


async def test_what_looks_like_a_secret_is_not_told_whosever_it_is(keys: Bench) -> None:
    secret = "gh" + "p_" + "a1B2" * 9
    keys.program(
        f"""
        import json
        secret = "{secret[:3]}" + "{secret[3:]}"
        print(json.dumps({{"summary": f"cloned with {{secret}}", "output": {{"log": [f"x {{secret}} y"]}}}}))
        """
    )
    report = await keys.perform(ORDER)
    assert (report.summary, report.output) == ("cloned with ghp_***", {"log": ["x ghp_*** y"]})
    keys.program(f"import sys; sys.exit('no access with {secret}')")
    with pytest.raises(ApplicationError) as error:
        await keys.perform(an_order(Phase.IMPLEMENTATION, number=2))
    assert "no access with ghp_***" in error.value.message
    assert secret not in f"{error.value!r} {error.value.details}"
