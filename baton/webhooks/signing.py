"""Signatures by the Standard Webhooks convention: HMAC-SHA256 over ID, time and body, so that nobody can forge a
notice, nor send an old one again as if it were new.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Sequence

PREFIX = "whsec_"
"""How a secret begins; the rest is base64."""

_MADE_BYTES = 32
_FEWEST_BYTES, _MOST_BYTES = 24, 64


class BadSecret(ValueError):
    """A text that is no secret by the convention. The message does not quote it."""


def new_secret() -> str:
    """A secret that nobody has seen before."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_MADE_BYTES)).decode()


def check_secret(text: str) -> str:
    """``text``, if it is a secret. Raises :class:`BadSecret`."""
    _key(text)
    return text


def signature(keys: Sequence[str], message_id: str, timestamp: int, body: bytes) -> str:
    """The header ``webhook-signature``: one signature for each of ``keys``, so that a receiver may have either."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    made = (hmac.new(_key(key), signed, hashlib.sha256).digest() for key in keys)
    return " ".join(f"v1,{base64.b64encode(one).decode()}" for one in made)


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(PREFIX) or not _FEWEST_BYTES <= len(key) <= _MOST_BYTES:
        raise BadSecret(
            f"a secret is {PREFIX!r} and then {_FEWEST_BYTES} to {_MOST_BYTES} bytes in base64, on one line"
        )
    return key
