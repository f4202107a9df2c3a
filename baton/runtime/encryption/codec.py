"""Encrypting what goes to Temporal and decrypting what comes from it: AES-256-GCM, payload by payload.

An encrypted payload holds the whole plain one, its metadata included. Its own metadata are `encoding`
(`binary/encrypted`), `encryption-cipher` and `encryption-key-id`; its data are a nonce of 12 bytes and what AES-GCM
made, which authenticates the form and the key's ID as well.
"""

import os
from collections.abc import Sequence

from google.protobuf.message import DecodeError
from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadCodec

from baton.runtime.encryption.errors import PayloadDamaged, PayloadUnreadable
from baton.runtime.encryption.key_ring import KeyRing

ENCODING = b"binary/encrypted"
KEY_ID = "encryption-key-id"
_CIPHER = "encryption-cipher"
_AES = b"AES-256-GCM"
_NONCE_BYTES = 12


class EncryptionCodec(PayloadCodec):
    """Encrypts with the first key of ``ring``, and not at all when it is empty. Decrypts with any of them.

    A payload that was not encrypted passes, such as those from before there were keys. ``decode`` raises
    PayloadUnreadable.
    """

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """``payloads``, encrypted."""
        return [self._sealed(one) for one in payloads] if self._ring else list(payloads)

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """``payloads`` as they were before ``encode``."""
        return [self._opened(one) if is_encrypted(one) else one for one in payloads]

    def _sealed(self, payload: Payload) -> Payload:
        key_id, cipher = self._ring.first()
        nonce = os.urandom(_NONCE_BYTES)
        data = nonce + cipher.encrypt(nonce, payload.SerializeToString(), _associated(key_id))
        return Payload(metadata={"encoding": ENCODING, _CIPHER: _AES, KEY_ID: key_id.encode()}, data=data)

    def _opened(self, payload: Payload) -> Payload:
        if payload.metadata.get(_CIPHER, _AES) != _AES:
            made = payload.metadata[_CIPHER].decode(errors="replace")[:40]
            raise PayloadUnreadable(f"A payload is encrypted with {made!r}, which this version of Baton does not know")
        from cryptography.exceptions import InvalidTag

        key_id = key_id_of(payload)
        cipher = self._ring.cipher(key_id)
        nonce, sealed = payload.data[:_NONCE_BYTES], payload.data[_NONCE_BYTES:]
        try:
            return Payload.FromString(cipher.decrypt(nonce, sealed, _associated(key_id)))
        except (InvalidTag, ValueError, DecodeError):
            raise PayloadDamaged(
                f"A payload that is marked as encrypted with the key {key_id!r} cannot be decrypted with it: it "
                "was changed in Temporal's store, or another key has this ID here"
            ) from None


def is_encrypted(payload: Payload) -> bool:
    """Whether the codec made ``payload``. One that only says so, without a key, is somebody else's: it passes, and is
    refused where it is read, so that no build stands still for it.
    """
    return payload.metadata.get("encoding") == ENCODING and bool(payload.metadata.get(KEY_ID))


def key_id_of(payload: Payload) -> str:
    """The ID of the key that an encrypted ``payload`` was made with."""
    return payload.metadata.get(KEY_ID, b"").decode(errors="replace")


def _associated(key_id: str) -> bytes:
    return b"baton/payload/1\0" + key_id.encode()
