"""Temporal's remote-codec protocol: payloads in JSON, changed one for one."""

import json

from google.protobuf import json_format
from temporalio.api.common.v1 import Payload, Payloads
from temporalio.converter import DataConverter, StorageDriverClaim, StorageDriverRetrieveContext

from baton.runtime.storage.references import reference_in

_FORM = 'The body is no list of payloads: {"payloads": [{"metadata": {"encoding": BASE64}, "data": BASE64}]}'


class NotPayloads(ValueError):
    """What was sent is not of the protocol's form."""


def read(body: bytes) -> list[Payload]:
    """The payloads in ``body``. Raises NotPayloads."""
    try:
        sent = json.loads(body)
        if not (isinstance(sent, dict) and isinstance(sent.get("payloads"), list)):
            raise NotPayloads(_FORM)
        return list(json_format.ParseDict(sent, Payloads(), ignore_unknown_fields=True).payloads)
    except (json_format.ParseError, json.JSONDecodeError, UnicodeDecodeError, RecursionError):
        raise NotPayloads(_FORM) from None


def written(payloads: list[Payload]) -> str:
    """``payloads`` as the protocol has them."""
    return json.dumps({"payloads": [json_format.MessageToDict(one) for one in payloads]})


async def decoded(payloads: list[Payload], converter: DataConverter) -> list[Payload]:
    """``payloads`` in plain, fetched first where Temporal holds a reference alone. Raises PayloadUnreadable."""
    codec = converter.payload_codec
    fetched = [await _fetched(one, converter) for one in payloads]
    return fetched if codec is None else await codec.decode(fetched)


async def encoded(payloads: list[Payload], converter: DataConverter) -> list[Payload]:
    """``payloads`` as a client of this process would send them."""
    return payloads if converter.payload_codec is None else await converter.payload_codec.encode(payloads)


async def _fetched(payload: Payload, converter: DataConverter) -> Payload:
    storage = converter.external_storage
    reference = None if storage is None else await reference_in(payload, converter.payload_codec)
    if storage is None or reference is None:
        return payload
    driver = next((one for one in storage.drivers if one.name() == reference.driver_name), None)
    if driver is None:
        return payload
    claim = StorageDriverClaim(claim_data=dict(reference.claim_data))
    [found] = await driver.retrieve(StorageDriverRetrieveContext(), [claim])
    return found
