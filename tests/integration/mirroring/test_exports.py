"""Exports: what is in them, who takes them, and files that are refused."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from temporalio.client import Client, WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from baton.runtime.embedded import EmbeddedTemporal
from baton.store.mirror import Mirror
from gateway.exporting.document import digest_of
from gateway.mirroring.repairing import Repairing
from gateway.mirroring.scope import Scope
from tests.command_line import CommandLine
from tests.integration.mirroring.ground import Ground, dump
from tests.journals import happy, refused
from workflows.build import BuildWorkflow

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def here(
    cli: CommandLine, temporal_server: EmbeddedTemporal, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> CommandLine:
    """The command line of somebody whose environment names the server and the database."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", temporal_server.address)
    monkeypatch.setenv("BATON_DATABASE_URL", database_url)
    return cli


def _content(path: Path) -> Any:
    return json.loads(gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes())


async def test_an_export_holds_journal_and_histories_that_replay_and_fills_an_empty_database(
    client: Client, engine: Engine, ground: Ground, here: CommandLine, tmp_path: Path
) -> None:
    await Repairing(client, engine, rebuild=True).run(Scope((ground.reset,)))
    original = dump(engine)
    path = tmp_path / "kept.json.gz"
    wrote = await here("export", ground.reset, "--out", str(path), "--json")
    again = await here("export", ground.reset, "--out", str(path))

    document = _content(path)
    assert (wrote.code, wrote.json["runs"], wrote.json["whole"]) == (0, 2, True)
    assert (again.code, "--force" in again.told) == (1, True)
    assert path.stat().st_mode & 0o077 == 0
    assert (document["format"], document["version"], document["build_id"]) == ("baton-export", 1, ground.reset)
    assert [run["living"] for run in document["runs"]] == [False, True]
    for run in document["runs"]:
        history = WorkflowHistory.from_json(document["workflow_id"], run["history"])
        replayer = Replayer(workflows=[BuildWorkflow], data_converter=pydantic_data_converter)
        await replayer.replay_workflow(history)

    empty = f"sqlite:///{tmp_path / 'empty.db'}"
    assert (await here("db", "upgrade", "--database-url", empty)).code == 0
    missing = await here("mirror", "verify", "--export", str(path), "--database-url", empty)
    rebuilt = await here("mirror", "rebuild", "--export", str(path), "--database-url", empty, "--json")
    same = await here("mirror", "verify", "--export", str(path), "--database-url", empty)
    audited = await here("audit", "verify", "--all", "--database-url", empty)
    alone = await here("audit", "verify", "--export", str(path))

    assert [said.code for said in (missing, rebuilt, same, audited, alone)] == [1, 0, 0, 0, 0], rebuilt.told
    assert rebuilt.json["builds"][0]["former"] > 0
    from baton.store.engine import open_engine

    other = open_engine(empty)
    assert dump(other) == original
    other.dispose()


async def test_a_build_that_temporal_has_forgotten_is_exported_from_sql(
    engine: Engine, here: CommandLine, tmp_path: Path
) -> None:
    Mirror(engine).write(happy("forgotten").batch())
    path = tmp_path / "forgotten.json"
    said = await here("export", "forgotten", "--out", str(path))
    nobody = await here("export", "nobody", "--out", str(tmp_path / "nobody.json"))

    assert (said.code, "Temporal no longer has this build" in said.told) == (0, True)
    assert (_content(path)["source"], _content(path)["standing"], _content(path)["runs"]) == ("sql", "missing", [])
    assert (nobody.code, (tmp_path / "nobody.json").exists()) == (1, False)


async def test_an_export_of_a_build_that_went_on_since_is_no_drift_and_one_that_it_contradicts_is(
    engine: Engine, here: CommandLine, tmp_path: Path
) -> None:
    story = refused("on")
    Mirror(engine).write(story.batch(1, 8))
    path = tmp_path / "on.json"
    await here("export", "on", "--out", str(path))
    Mirror(engine).write(story.batch(9))
    went_on = await here("mirror", "verify", "--export", str(path))
    Mirror(engine).write(story.branch(5).step().batch(6))
    contradicted = await here("mirror", "verify", "--export", str(path))

    assert (went_on.code, contradicted.code) == (0, 1)
    assert "is missing" in contradicted.told or "superseded is True" in contradicted.told


def _sealed(document: dict[str, Any]) -> bytes:
    return json.dumps(document | {"digest": digest_of(document)}).encode()


async def test_files_that_are_no_export_are_refused_with_one_clear_error(
    engine: Engine, here: CommandLine, tmp_path: Path
) -> None:
    Mirror(engine).write(happy("whole").batch())
    path = tmp_path / "whole.json"
    await here("export", "whole", "--out", str(path))
    text, document = path.read_bytes(), _content(path)
    edited = json.loads(text)
    edited["journal"][3]["data"]["forged"] = True
    broken = {
        "cut off, or no JSON": text[: len(text) // 2],
        "is no export of a build: it does not say": b'{"entries": []}',
        "holds no JSON object": b"[1, 2]",
        "has version 2 of the format": _sealed(document | {"version": 2}),
        "damaged or changed": text.replace(b'"whole":true', b'"whole":false'),
        "tampered with: entry 4 was changed": _sealed(edited),
        "is no export of a build: standing": _sealed(document | {"standing": "asleep"}),
        "holds no journal": _sealed(document | {"journal": []}),
    }
    for reason, content in broken.items():
        path.write_bytes(content)
        for command in (("mirror", "verify"), ("mirror", "rebuild"), ("audit", "verify")):
            said = await here(*command, "--export", str(path))
            assert (said.code, reason in said.told, said.out) == (2, True, ""), (reason, said.told)
    packed = tmp_path / "cut.json.gz"
    packed.write_bytes(gzip.compress(text)[:-40])
    assert "cut off, or no gzip file" in (await here("audit", "verify", "--export", str(packed))).told
    assert "There is no file" in (await here("audit", "verify", "--export", str(tmp_path / "none"))).told
