"""Signatures: they hold for what was signed, by who signed it, and for nothing else."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from baton.workshop.envelope import seal, unproven_payload, unseal
from baton.workshop.errors import SignatureBroken
from baton.workshop.keys import KeyRing

_SAID = b'{"said":"this"}'


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    return KeyRing(tmp_path / "keys")


def _changed(data: bytes, change: Callable[[dict[str, Any]], object]) -> bytes:
    document = json.loads(data)
    change(document)
    return json.dumps(document).encode()


def test_what_is_sealed_can_be_unsealed(ring: KeyRing) -> None:
    sealed = seal(_SAID, ring)
    opened = unseal(sealed.data, ring.believed())
    assert (opened.payload, opened.key) == (_SAID, sealed.key)


def test_the_same_payload_gives_the_same_bytes(ring: KeyRing) -> None:
    assert seal(_SAID, ring).data == seal(_SAID, KeyRing(ring.folder)).data


def test_the_signature_is_what_the_format_says_it_is(ring: KeyRing) -> None:
    sealed = seal(_SAID, ring)
    document = json.loads(sealed.data)
    kind = document["payloadType"]
    assert kind == "application/vnd.in-toto+json"
    signed = f"DSSEv1 {len(kind)} {kind} {len(_SAID)} ".encode() + _SAID
    (signature,) = document["signatures"]
    sealed.key.ed25519().verify(base64.b64decode(signature["sig"]), signed)


def test_a_past_key_still_proves_what_it_signed(ring: KeyRing) -> None:
    sealed = seal(_SAID, ring)
    ring.rotate()
    assert unseal(sealed.data, ring.believed()).key.id == sealed.key.id


def test_a_key_that_is_not_trusted_proves_nothing(ring: KeyRing, tmp_path: Path) -> None:
    sealed = seal(_SAID, KeyRing(tmp_path / "others"))
    ring.signing_key()
    with pytest.raises(SignatureBroken, match=f"not trusted here: {sealed.key.id}"):
        unseal(sealed.data, ring.believed())


def test_another_payload_under_the_signature_is_noticed(ring: KeyRing) -> None:
    other = base64.b64encode(b'{"said":"that"}').decode()
    forged = _changed(seal(_SAID, ring).data, lambda envelope: envelope.update(payload=other))
    with pytest.raises(SignatureBroken, match="does not fit"):
        unseal(forged, ring.believed())


def test_a_signature_under_somebody_elses_name_is_noticed(ring: KeyRing, tmp_path: Path) -> None:
    trusted, _ = ring.signing_key()
    forged = _changed(
        seal(_SAID, KeyRing(tmp_path / "others")).data,
        lambda envelope: envelope["signatures"][0].update(keyid=trusted.id),
    )
    with pytest.raises(SignatureBroken, match="does not fit"):
        unseal(forged, ring.believed())


def test_another_kind_of_payload_is_not_taken(ring: KeyRing) -> None:
    other = _changed(seal(_SAID, ring).data, lambda envelope: envelope.update(payloadType="text/plain"))
    with pytest.raises(SignatureBroken, match="holds 'text/plain'"):
        unseal(other, ring.believed())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b'{"payload": "e30=", "payloadType": "x", "signatures": []}',
        b'{"payload": "***", "payloadType": "x", "signatures": [{"keyid": "k", "sig": ""}]}',
        b'{"payload": "e30=", "payloadType": "x", "signatures": [{"keyid": "k", "sig": "*"}]}',
        b'{"payload": "", "payloadType": "x", "signatures": [{"keyid": "k", "sig": ""}, {"keyid": "k", "sig": ""}]}',
    ],
)
def test_what_is_no_envelope_is_told(data: bytes) -> None:
    with pytest.raises(SignatureBroken, match="it is no signed envelope"):
        unproven_payload(data)
