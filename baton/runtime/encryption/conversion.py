"""The data converter of every client: pydantic's JSON, encrypted where there are keys."""

import dataclasses

from temporalio.common import HeaderCodecBehavior
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import (
    DataConverter,
    DefaultFailureConverter,
    DefaultFailureConverterWithEncodedAttributes,
    ExternalStorage,
)

from baton.runtime.encryption.codec import EncryptionCodec
from baton.runtime.encryption.key_ring import KeyRing

HEADERS = HeaderCodecBehavior.CODEC
"""For ``Client.connect(header_codec_behavior=…)``: what an interceptor puts into headers is encrypted as well."""


def data_converter(ring: KeyRing, storage: ExternalStorage | None = None) -> DataConverter:
    """How values become payloads. With keys, messages and traces of failures are encrypted as payloads are.

    Without keys nothing is encrypted, and a payload that is says which key it needs. ``storage`` gets large payloads as
    they are after encryption.
    """
    failures = DefaultFailureConverterWithEncodedAttributes if ring else DefaultFailureConverter
    made = DataConverter(
        payload_converter_class=PydanticPayloadConverter,
        payload_codec=EncryptionCodec(ring),
        failure_converter_class=failures,
    )
    return made if storage is None else dataclasses.replace(made, external_storage=storage)


PLAIN = data_converter(KeyRing())
"""The converter of a process that has no keys."""
