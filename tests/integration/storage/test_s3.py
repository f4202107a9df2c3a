"""Payloads in S3, against a server that speaks its language."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer
from temporalio.api.common.v1 import Payload
from temporalio.converter import (
    StorageDriverClaim,
    StorageDriverRetrieveContext,
    StorageDriverStoreContext,
    StorageDriverWorkflowInfo,
)

from baton.runtime.ports import LOOPBACK, free_port
from baton.runtime.settings import Settings
from baton.runtime.storage.errors import PayloadGone, StoreAway
from baton.runtime.storage.opening import store_of
from baton.runtime.storage.s3 import S3Store

_THERE = StorageDriverRetrieveContext()
_OURS = StorageDriverStoreContext(target=StorageDriverWorkflowInfo(namespace="default", id="build-1", type="B"))
_OTHERS = StorageDriverStoreContext(target=StorageDriverWorkflowInfo(namespace="default-2", id="build-1", type="B"))
_LARGE = Payload(metadata={"encoding": b"binary/encrypted"}, data=b"x" * 300_000)


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address=LOOPBACK, port=free_port(), verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture
def bucket(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name, value in {"ACCESS_KEY_ID": "ada", "SECRET_ACCESS_KEY": "none", "DEFAULT_REGION": "us-east-1"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    made = boto3.resource("s3", endpoint_url=endpoint).Bucket("payloads")
    made.create()
    yield made
    made.objects.all().delete()
    made.delete()


@pytest.fixture
def store(bucket: Any, endpoint: str) -> S3Store:
    made = store_of(
        Settings.from_environment({"BATON_PAYLOAD_STORE": "s3://payloads", "BATON_PAYLOAD_STORE_ENDPOINT": endpoint})
    )
    assert isinstance(made, S3Store)
    return made


async def test_payloads_come_back_and_equal_ones_are_kept_apart(store: S3Store, bucket: Any) -> None:
    claims = await store.driver.store(_OURS, [_LARGE, _LARGE])
    assert await store.driver.retrieve(_THERE, claims) == [_LARGE, _LARGE]
    assert len(list(bucket.objects.all())) == 2


async def test_what_is_kept_is_listed_for_its_namespace_and_deleted(store: S3Store, bucket: Any) -> None:
    [ours, more] = await store.driver.store(_OURS, [_LARGE, Payload(data=b"small")])
    [others] = await store.driver.store(_OTHERS, [_LARGE])
    blobs = list(store.blobs("default"))
    assert {blob.key for blob in blobs} == {ours.claim_data["key"], more.claim_data["key"]}
    assert max(blob.size for blob in blobs) > 300_000
    assert all(abs((datetime.now(UTC) - blob.stored_at).total_seconds()) < 600 for blob in blobs)
    store.delete([blob.key for blob in blobs] * 2)
    assert [one.key for one in bucket.objects.all()] == [others.claim_data["key"]]
    with pytest.raises(PayloadGone, match="is gone"):
        await store.driver.retrieve(_THERE, [ours])


async def test_a_reference_to_another_bucket_is_refused(store: S3Store) -> None:
    claim = StorageDriverClaim({"bucket": "others", "key": "v0/ns/x", "hash_algorithm": "sha256", "hash_value": "0"})
    with pytest.raises(PayloadGone, match="in the bucket 'others', and BATON_PAYLOAD_STORE is s3://payloads"):
        await store.driver.retrieve(_THERE, [claim])


async def test_a_bucket_that_is_not_there_is_told(bucket: Any, endpoint: str) -> None:
    store = S3Store("nowhere", endpoint)
    with pytest.raises(StoreAway, match="NoSuchBucket"):
        await store.driver.store(_OURS, [_LARGE])
    with pytest.raises(StoreAway, match="s3://nowhere"):
        list(store.blobs("default"))
