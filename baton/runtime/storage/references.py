"""What stands in a history for a payload that is kept elsewhere: Temporal's external-storage reference."""

from google.protobuf import json_format
from temporalio.api.common.v1 import Payload
from temporalio.api.sdk.v1.external_storage_pb2 import ExternalStorageReference
from temporalio.converter import PayloadCodec

_TYPE = ExternalStorageReference.DESCRIPTOR.full_name.encode()
_MARKER = "__temporal_external_storage_reference"


async def reference_in(payload: Payload, codec: PayloadCodec | None) -> ExternalStorageReference | None:
    """The reference that ``payload`` is; ``None`` for any other. A marked one may have gone through ``codec``."""
    if payload.metadata.get(_MARKER) == b"true" and codec is not None:
        [payload] = await codec.decode([payload])
    if payload.metadata.get("encoding") != b"json/protobuf" or payload.metadata.get("messageType") != _TYPE:
        return None
    return json_format.Parse(payload.data, ExternalStorageReference(), ignore_unknown_fields=True)
