import hashlib
import stat
import sys
from pathlib import Path

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.converter import (
    StorageDriverClaim,
    StorageDriverRetrieveContext,
    StorageDriverStoreContext,
    StorageDriverWorkflowInfo,
)

from baton.runtime.storage.errors import PayloadGone, PayloadTooLarge, StoreAway, StoreUnusable
from baton.runtime.storage.folder import FolderStore
from baton.runtime.storage.store import MOST_BYTES

_THERE = StorageDriverRetrieveContext()


def _of(namespace: str) -> StorageDriverStoreContext:
    return StorageDriverStoreContext(target=StorageDriverWorkflowInfo(namespace=namespace, id="build-1"))


def _payload(data: bytes = b"large") -> Payload:
    return Payload(metadata={"encoding": b"binary/plain"}, data=data)


async def test_payloads_come_back_and_equal_ones_are_kept_apart(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "store")
    claims = await store.store(_of("default"), [_payload(), _payload(b"other"), _payload()])
    assert await store.retrieve(_THERE, claims) == [_payload(), _payload(b"other"), _payload()]
    assert len({claim.claim_data["key"] for claim in claims}) == 3
    assert {blob.key for blob in store.blobs("default")} == {claim.claim_data["key"] for claim in claims}


@pytest.mark.skipif(sys.platform == "win32", reason="files have no modes here")
async def test_nobody_else_reads_them(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "store")
    [claim] = await store.store(_of("default"), [_payload()])
    file = tmp_path / "store" / claim.claim_data["key"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "store").stat().st_mode) == 0o700


async def test_each_namespace_has_its_own_and_none_leads_out(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "store")
    for namespace in ("default", "..", ".", "a/../../b", "ü b"):
        [claim] = await store.store(_of(namespace), [_payload(namespace.encode())])
        assert [blob.key for blob in store.blobs(namespace)] == [claim.claim_data["key"]]
        assert (await store.retrieve(_THERE, [claim]))[0].data == namespace.encode()
    assert [path.name for path in tmp_path.iterdir()] == ["store"]
    await store.store(StorageDriverStoreContext(), [_payload()])
    assert len(list(store.blobs("default"))) == 1


@pytest.mark.parametrize(
    "key",
    [
        "",
        "/etc/passwd",
        "../../etc/passwd",
        "ns/../../x/00/" + "0" * 32,
        "ns/../00/" + "0" * 32,
        "ns/default",
    ],
)
async def test_a_reference_that_leads_elsewhere_is_refused(tmp_path: Path, key: str) -> None:
    store = FolderStore(tmp_path)
    with pytest.raises(PayloadGone, match="is no payload of"):
        await store.retrieve(_THERE, [StorageDriverClaim({"key": key, "sha256": "0"})])


async def test_what_is_gone_or_was_changed_is_told(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    [claim] = await store.store(_of("default"), [_payload()])
    file = tmp_path / claim.claim_data["key"]
    file.write_bytes(file.read_bytes() + b"x")
    with pytest.raises(PayloadGone, match="was changed or cut"):
        await store.retrieve(_THERE, [claim])
    store.delete([claim.claim_data["key"]])
    with pytest.raises(PayloadGone, match="Every process needs the same BATON_PAYLOAD_STORE"):
        await store.retrieve(_THERE, [claim])
    assert hashlib.sha256(_payload().SerializeToString()).hexdigest() == claim.claim_data["sha256"]


async def test_a_draft_that_a_dead_process_left_is_garbage_as_well(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    [claim] = await store.store(_of("default"), [_payload()])
    draft = tmp_path / (claim.claim_data["key"] + ".new")
    draft.write_bytes(b"half")
    assert claim.claim_data["key"] + ".new" in {blob.key for blob in store.blobs("default")}
    store.delete([claim.claim_data["key"] + ".new"])
    assert not draft.exists()
    assert len(list(store.blobs("default"))) == 1


async def test_a_place_that_is_no_folder_or_takes_nothing_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnusable, match="cannot be a folder"):
        FolderStore(tmp_path / "file")
    store = FolderStore(tmp_path / "store")
    with pytest.raises(PayloadTooLarge, match="at most 52,428,800 are kept"):
        await store.store(_of("default"), [_payload(b"x" * MOST_BYTES)])
    (tmp_path / "store").rmdir()
    (tmp_path / "store").touch()
    with pytest.raises(StoreAway, match="cannot be written"):
        await store.store(_of("default"), [_payload()])
