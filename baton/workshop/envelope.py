"""Signed statements: in-toto's payload type in a DSSE envelope, with Ed25519.

The same payload and key give the same bytes: Ed25519 throws no dice, and the envelope names no time.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel, Field, ValidationError
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import CryptoSigner, Key, SSlibKey  # type: ignore[attr-defined]

from baton.workshop.errors import SignatureBroken
from baton.workshop.keys import KeyRing, PublicKey

PAYLOAD_TYPE = "application/vnd.in-toto+json"
ENVELOPE_BYTES = 4 * 1024 * 1024
"""The largest envelope that is read."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """An envelope as it is written, and the key that signed it."""

    data: bytes
    key: PublicKey


@dataclass(frozen=True, slots=True)
class Opened:
    """What a signature proves, and whose it is."""

    payload: bytes
    key: PublicKey


class _Signature(BaseModel):
    keyid: str
    sig: str


class _Shape(BaseModel):
    payload: str
    payloadType: str  # noqa: N815 - the envelope's own name
    signatures: list[_Signature] = Field(min_length=1, max_length=100)


def seal(payload: bytes, keys: KeyRing) -> Sealed:
    """Sign ``payload`` with the current key of ``keys``, which is made if there is none. Raises KeyUnusable."""
    key, private = keys.signing_key()
    envelope = Envelope(payload, PAYLOAD_TYPE, {})
    envelope.sign(CryptoSigner(private, SSlibKey.from_crypto(private.public_key(), keyid=key.id)))
    return Sealed((json.dumps(envelope.to_dict(), indent=2, sort_keys=True) + "\n").encode(), key)


def unseal(data: bytes, trusted: Sequence[PublicKey]) -> Opened:
    """The payload of an envelope that one of ``trusted`` has signed. Raises SignatureBroken."""
    envelope = _read(data)
    if envelope.payload_type != PAYLOAD_TYPE:
        raise SignatureBroken(f"the envelope holds {envelope.payload_type[:100]!r}, not {PAYLOAD_TYPE!r}")
    known = {key.id: key for key in trusted if key.id in envelope.signatures}
    if not known:
        signers = ", ".join(sorted(envelope.signatures))[:1000]
        raise SignatureBroken(f"it is signed with a key that is not trusted here: {signers}")
    offered: list[Key] = [SSlibKey.from_crypto(key.ed25519(), keyid=key.id) for key in known.values()]
    try:
        accepted = envelope.verify(offered, threshold=1)
    except VerificationError as error:
        raise SignatureBroken(
            f"the signature with the key {next(iter(known))} does not fit: the envelope was changed, or signed by "
            "somebody else under this key's name"
        ) from error
    return Opened(envelope.payload, known[next(iter(accepted))])


def unproven_payload(data: bytes) -> bytes:
    """The payload of an envelope, whoever signed it: good for hints, and for nothing else. Raises SignatureBroken."""
    return _read(data).payload


def _read(data: bytes) -> Envelope:
    try:
        return Envelope.from_dict(_Shape.model_validate_json(data).model_dump())
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the top"
        raise SignatureBroken(f"it is no signed envelope: {place}: {first['msg']}") from error
    except ValueError as error:
        raise SignatureBroken(f"it is no signed envelope: {error}") from error
