"""Payloads that are too large for Temporal: kept in a folder, encrypted, and collected when nothing needs them."""

import asyncio
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from temporalio.worker import Replayer

from baton.runtime.encryption.key_file import add_key
from baton.runtime.payloads import converter_of
from baton.runtime.storage.folder import FolderStore
from gateway.payloads.collecting import look
from gateway.payloads.counting import count_keys
from tests.command_line import CommandLine
from tests.integration.secrets.conftest import Sung
from workflows.build import BuildWorkflow

pytestmark = pytest.mark.asyncio(loop_scope="package")

_DAY = timedelta(days=1)


def _files(folder: Path) -> set[str]:
    """Those of the namespace; a replay stores what it makes anew, under a name of its own."""
    return {path.relative_to(folder).as_posix() for path in (folder / "ns/default").rglob("*") if path.is_file()}


async def test_a_history_that_refers_to_the_folder_is_replayed(sung: Sung) -> None:
    history = await sung.stack.client.get_workflow_handle(f"build-{sung.build_id}").fetch_history()
    assert b"ExternalStorageReference" in history.to_json().encode() or _files(sung.payloads)
    replayer = Replayer(workflows=[BuildWorkflow], data_converter=converter_of(sung.stack.settings))
    await replayer.replay_workflow(history)


async def test_garbage_is_collected_and_what_a_history_needs_is_not(sung: Sung) -> None:
    client, store = sung.stack.client, FolderStore(sung.payloads)
    later = datetime.now(UTC) + 2 * _DAY
    before = _files(sung.payloads)
    first = await look(client, store, now=later, older_than=_DAY)
    assert first.needed > 0
    assert first.missing == []
    # What queries were answered with is garbage from the beginning, and nothing else is.
    garbage = {blob.key for blob in first.garbage}
    assert garbage < before
    assert len(before - garbage) == first.needed
    store.delete([blob.key for blob in first.garbage])

    orphan = next(iter(_files(sung.payloads))).rpartition("/")[0] + "/" + "0" * 32
    (sung.payloads / orphan).write_bytes(b"nobody's")
    old = time.time() - 90_000
    os.utime(sung.payloads / orphan, (old, old))
    young = await look(client, store, now=datetime.now(UTC), older_than=2 * _DAY)
    assert (young.garbage, young.young) == ([], 1)
    found = await look(client, store, now=datetime.now(UTC), older_than=_DAY)
    assert [blob.key for blob in found.garbage] == [orphan]
    store.delete([orphan, orphan])
    again = await look(client, store, now=later, older_than=_DAY)
    assert (again.garbage, again.needed, again.missing) == ([], first.needed, [])

    await test_a_history_that_refers_to_the_folder_is_replayed(sung)
    victim = sorted(_files(sung.payloads))[0]
    content = await asyncio.to_thread((sung.payloads / victim).read_bytes)
    (sung.payloads / victim).unlink()
    assert (await look(client, store, now=later, older_than=_DAY)).missing == [victim]
    (sung.payloads / victim).write_bytes(content)


async def test_the_keys_that_are_needed_are_counted(sung: Sung) -> None:
    counted = await count_keys(sung.stack.client)
    key_id = sung.key_file.read_text().splitlines()[-1].partition(":")[0]
    assert set(counted.payloads) == {key_id}
    assert counted.payloads[key_id] > 30
    assert counted.runs >= 1


async def test_the_command_line_reads_with_the_right_keys_alone_and_collects_garbage(
    sung: Sung, cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", sung.stack.address)
    told = await cli("status", sung.build_id, "--json")
    assert (told.code, told.json["error"]["code"]) == (1, "payload_unreadable")
    assert "BATON_PAYLOAD_STORE is not set here" in told.json["error"]["message"]
    monkeypatch.setenv("BATON_PAYLOAD_STORE", str(sung.payloads))
    told = await cli("status", sung.build_id, "--json")
    assert (told.code, told.json["error"]["code"]) == (1, "payload_unreadable")
    assert "it has no keys" in told.json["error"]["message"]

    add_key(tmp_path / "other", datetime.now(UTC))
    monkeypatch.setenv("BATON_ENCRYPTION_KEY_FILE", str(tmp_path / "other"))
    told = await cli("status", sung.build_id, "--json")
    assert (told.code, told.json["error"]["code"]) == (1, "payload_unreadable")
    used = await cli("encryption", "used", "--json")
    assert (used.code, len(used.json["missing"]), used.json["plain"]) == (1, 1, 0)

    monkeypatch.setenv("BATON_ENCRYPTION_KEY_FILE", str(sung.key_file))
    told = await cli("status", sung.build_id, "--json")
    assert (told.code, sung.canary in told.out) == (0, True)
    assert (await cli("encryption", "used")).code == 0
    dry = (await cli("storage", "gc", "--json")).json
    assert (dry["deleted"], dry["missing"], dry["needed"] > 0) == (False, [], True)
    assert (await cli("storage", "gc", "--delete")).code == 0
