"""What a release says of how it was made, and that the same order says the same."""

import base64
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import in_toto_attestation.predicates.provenance.v1.provenance_pb2 as slsa  # type: ignore[import-untyped]
import in_toto_attestation.v1.statement_pb2 as in_toto  # type: ignore[import-untyped]
import pytest
from google.protobuf import json_format
from in_toto_attestation.v1.statement import Statement  # type: ignore[import-untyped]

from baton.domain.steps import PhaseOrder
from baton.domain.view import GivenApproval
from baton.domain.vocabulary import Phase, State
from baton.workshop.envelope import unseal
from baton.workshop.keys import KeyRing
from tests.activities.conftest import Bench
from tests.activities.projects import GOOD, QUICK
from tests.orders import an_order

_BASE, _CODER = "ba" * 20, {"runner": "command", "program": "agent", "version": "2.1", "model": "m-1", "session": "s"}
_TESTS = {"name": "tests", "command": ["pytest"], "exit_code": 0, "duration_seconds": 1.25, "tools": {"pytest": "9.0"}}


async def _order(bench: Bench) -> PhaseOrder:
    bench.profile(release_manager=QUICK)
    commit = await bench.committed(GOOD)
    return an_order(
        Phase.DEPLOYMENT,
        commit=commit,
        number=6,
        repo="https://ada:s3cret@example.org/adder.git",
        base_commit=_BASE,
        profile_digest="d1" * 32,
        waived=("dilution-1",),
        approvals=(
            GivenApproval(
                state=State.HANDOFF_TO_RELEASER, by="grace", at=datetime(2026, 3, 1, tzinfo=UTC), reason="seen"
            ),
        ),
        inputs={
            Phase.IMPLEMENTATION: {"player": _CODER | {"prompt": "coder", "prompt_digest": "e2" * 32}},
            Phase.TESTING: {"tests_run": 2, "tests_failed": 0, "commit": commit, "evidence": [_TESTS]},
        },
    )


async def _released(bench: Bench, order: PhaseOrder) -> dict[str, bytes]:
    await bench.workspace()  # made here: the order's repository is only named
    await bench.perform(order)
    return {path.name: path.read_bytes() for path in (bench.releases / "adder-1").iterdir()}


def _payload(files: dict[str, bytes]) -> bytes:
    return base64.b64decode(json.loads(files["adder-1.2.0.provenance.json"])["payload"])


@pytest.fixture
async def statement(bench: Bench) -> dict[str, Any]:
    files = await _released(bench, await _order(bench))
    told: dict[str, Any] = json.loads(_payload(files))
    return told


async def test_the_same_order_makes_the_same_bytes_of_every_file(bench: Bench) -> None:
    order = await _order(bench)
    first = await _released(bench, order)
    for kept in ((await bench.workspace()).private / "reports").iterdir():
        kept.unlink()  # or the report would be found, and nothing made
    assert await _released(bench, order) == first
    assert len(first) == 4


async def test_a_signature_of_this_homes_key_lies_beside_the_archive(bench: Bench) -> None:
    files = await _released(bench, await _order(bench))
    opened = unseal(files["adder-1.2.0.provenance.json"], KeyRing(bench.keys).believed())
    assert opened.payload == _payload(files)


def test_it_says_what_was_asked_for_and_from_what_it_was_made(statement: dict[str, Any]) -> None:
    definition = statement["predicate"]["buildDefinition"]
    assert definition["buildType"] == "urn:baton:build:v1"
    asked = definition["externalParameters"]
    assert re.fullmatch("[0-9a-f]{64}", asked.pop("requirements_sha256"))
    assert asked == {
        "build": "adder-1",
        "project": "p",
        "user": "u",
        "title": "Adder",
        "profile": "local",
        "repo": "https://example.org/adder.git",
    }
    base, released = definition["resolvedDependencies"]
    assert base == {"name": "base", "uri": "git+https://example.org/adder.git", "digest": {"gitCommit": _BASE}}
    assert (released["name"], set(released["digest"])) == ("released", {"gitCommit", "gitTree"})


def test_it_says_who_did_each_phase_and_with_what(statement: dict[str, Any]) -> None:
    internal = statement["predicate"]["buildDefinition"]["internalParameters"]
    assert (internal["profile_digest"], internal["minimum_coverage"]) == ("d1" * 32, 80.0)
    coder = {**_CODER, "role": "code_writer", "prompt": "coder", "prompt_digest": "e2" * 32}
    del coder["session"]
    assert internal["roles"]["implementation"] == coder
    assert internal["roles"]["testing"] == {"role": "test_auditor"}
    assert internal["roles"]["deployment"]["runner"] == "toolchain"


def test_it_says_what_the_journal_holds(statement: dict[str, Any]) -> None:
    run = statement["predicate"]["runDetails"]
    assert (run["builder"]["id"], run["metadata"]) == ("urn:baton:builder:v1", {"invocationId": "build-adder-1"})
    (journal,) = run["byproducts"]
    assert (journal["uri"], journal["digest"]) == ("urn:baton:journal:adder-1", {"sha256": "ab" * 32})
    notes = journal["annotations"]
    assert notes["approvals"] == [
        {"state": "handoff_to_releaser", "by": "grace", "at": "2026-03-01T00:00:00Z", "reason": "seen"}
    ]
    assert notes["waived"] == ["dilution-1"]
    assert (notes["tests"]["run"], notes["tests"]["failed"]) == (2, 0)
    assert notes["evidence"]["testing"] == [
        {name: value for name, value in _TESTS.items() if name != "duration_seconds"}
    ]


async def test_nothing_of_this_machine_and_no_login_is_in_it(bench: Bench) -> None:
    payload = _payload(await _released(bench, await _order(bench)))
    for word in (str(bench.folder), str(Path.cwd()), "s3cret", "ada:"):
        assert word.encode() not in payload


def test_the_formats_own_library_takes_it(statement: dict[str, Any]) -> None:
    parsed = Statement.copy_from_pb(json_format.ParseDict(statement, in_toto.Statement()))
    parsed.validate()
    predicate = json_format.ParseDict(statement["predicate"], slsa.Provenance())
    assert predicate.build_definition.build_type == "urn:baton:build:v1"
    assert [one.name for one in predicate.build_definition.resolved_dependencies] == ["base", "released"]
