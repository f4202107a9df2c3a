"""Payloads in an S3 bucket, by the driver that Temporal's SDK ships, over boto3 (extra `s3`).

Credentials and region are boto3's own affair: `AWS_ACCESS_KEY_ID`, `AWS_REGION`, a profile, the machine's role.
"""

import asyncio
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar
from urllib.parse import quote

from temporalio.api.common.v1 import Payload
from temporalio.contrib.aws.s3driver import S3StorageDriver, S3StorageDriverClient
from temporalio.converter import (
    StorageDriver,
    StorageDriverClaim,
    StorageDriverRetrieveContext,
    StorageDriverStoreContext,
)

from baton.runtime.redaction import scrubbed
from baton.runtime.storage.errors import PayloadGone, PayloadStoreError, StoreAway, StoreUnusable
from baton.runtime.storage.store import MOST_BYTES, Blob

_SAFE = "!-_.*'()"
_MOST_KEYS = 1000
_UNIQUE = "baton-blob"
Answer = TypeVar("Answer")


class S3Store:
    """Keeps payloads in ``bucket``, which has to be there. ``endpoint`` is an S3 that is not Amazon's.

    Raises StoreUnusable without boto3, and where boto3 cannot make a client.
    """

    def __init__(self, bucket: str, endpoint: str | None = None) -> None:
        try:
            import boto3
            from botocore.exceptions import BotoCoreError
        except ImportError:
            raise StoreUnusable(
                f"BATON_PAYLOAD_STORE is s3://{bucket}, and boto3 is not installed: "
                "python -m pip install 'baton-orchestrator[s3]'"
            ) from None
        try:
            self._s3: Any = boto3.client("s3", endpoint_url=endpoint)
        except (BotoCoreError, ValueError) as error:
            raise StoreUnusable(f"BATON_PAYLOAD_STORE is s3://{bucket}: {scrubbed(str(error))}") from None
        self._bucket = bucket
        self._driver = _Driver(_Client(self._s3), bucket, max_payload_size=MOST_BYTES)

    @property
    def driver(self) -> StorageDriver:
        """The SDK's driver."""
        return self._driver

    @property
    def where(self) -> str:
        """The bucket."""
        return f"s3://{self._bucket}"

    def blobs(self, namespace: str) -> Iterator[Blob]:
        """All objects of a namespace."""
        pages = self._s3.get_paginator("list_objects_v2")
        listed = iter(pages.paginate(Bucket=self._bucket, Prefix=f"v0/ns/{quote(namespace, safe=_SAFE)}/"))
        while (page := self._asked(lambda: next(listed, None))) is not None:
            for found in page.get("Contents", ()):
                yield Blob(found["Key"], found["Size"], found["LastModified"])

    def delete(self, keys: Sequence[str]) -> None:
        """Delete the objects of ``keys``."""
        for first in range(0, len(keys), _MOST_KEYS):
            objects = [{"Key": key} for key in keys[first : first + _MOST_KEYS]]
            wanted = {"Objects": objects, "Quiet": True}
            answer = self._asked(partial(self._s3.delete_objects, Bucket=self._bucket, Delete=wanted))
            if errors := answer.get("Errors"):
                raise StoreAway(f"{errors[0]['Key']} in {self.where} cannot be deleted: {errors[0].get('Message')}")

    def _asked(self, question: Callable[[], Answer]) -> Answer:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            return question()
        except (BotoCoreError, ClientError) as error:
            raise StoreAway(f"{self.where} does not answer as it should: {scrubbed(str(error))}") from error


class _Driver(S3StorageDriver):
    """Gives each payload an object of its own: equal ones would else share one, and one of them might just be deleted.

    Fetches from its own bucket alone, whatever a reference names.
    """

    def __init__(self, client: S3StorageDriverClient, bucket: str, *, max_payload_size: int) -> None:
        super().__init__(client, bucket, max_payload_size=max_payload_size)
        self._own = bucket

    async def store(self, context: StorageDriverStoreContext, payloads: Sequence[Payload]) -> list[StorageDriverClaim]:
        try:
            return await super().store(context, [_unique(one) for one in payloads])
        except RuntimeError as error:
            raise _told(error) from error

    async def retrieve(
        self, context: StorageDriverRetrieveContext, claims: Sequence[StorageDriverClaim]
    ) -> list[Payload]:
        for claim in claims:
            if claim.claim_data.get("bucket") != self._own or not claim.claim_data.get("key", "").startswith("v0/"):
                raise PayloadGone(
                    f"A history refers to a payload in the bucket {claim.claim_data.get('bucket', '')[:100]!r}, and "
                    f"BATON_PAYLOAD_STORE is s3://{self._own}"
                )
        try:
            found = await super().retrieve(context, claims)
        except RuntimeError as error:
            raise _told(error) from error
        for one in found:
            one.metadata.pop(_UNIQUE, None)
        return found


class _Client(S3StorageDriverClient):
    """The driver's client, over boto3."""

    def __init__(self, s3: Any) -> None:
        self._s3 = s3

    async def put_object(self, *, bucket: str, key: str, data: bytes) -> None:
        await asyncio.to_thread(self._s3.put_object, Bucket=bucket, Key=key, Body=data)

    async def object_exists(self, *, bucket: str, key: str) -> bool:
        return False  # no two payloads have the same key

    async def get_object(self, *, bucket: str, key: str) -> bytes:
        def fetch() -> bytes:
            body: bytes = self._s3.get_object(Bucket=bucket, Key=key)["Body"].read()
            return body

        return await asyncio.to_thread(fetch)

    def describe(self) -> Mapping[str, str]:
        return {"endpoint": str(self._s3.meta.endpoint_url)}


def _told(error: RuntimeError) -> PayloadStoreError:
    """The driver's error, whose cause is boto3's."""
    why = error.__cause__ or error
    code = getattr(why, "response", {}).get("Error", {}).get("Code")
    told = scrubbed(f"{error}: {why}")
    return (
        PayloadGone(f"A history refers to a payload that is gone: {told}") if code == "NoSuchKey" else StoreAway(told)
    )


def _unique(payload: Payload) -> Payload:
    made = Payload()
    made.CopyFrom(payload)
    made.metadata[_UNIQUE] = secrets.token_hex(16).encode()
    return made
