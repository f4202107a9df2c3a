"""The keys that payloads are encrypted with. Written as text, a key is `ID:BASE64`, 32 bytes in base64.

The first key of a ring encrypts, all of them decrypt: to change keys, a new one goes to every process as the last,
then to the front, and the old one is taken away when nothing that is kept was encrypted with it.
"""

import base64
import binascii
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from baton.runtime.encryption.errors import KeysUnusable, KeyUnknown

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_SHOWN = 24
_FORM = "write ID:BASE64, as `python starter.py encryption new` does"


@dataclass(frozen=True, slots=True)
class Key:
    """A key of AES-256. ``id`` stands beside every payload, in the clear."""

    id: str
    secret: bytes = field(repr=False)

    @classmethod
    def new(cls, now: datetime) -> "Key":
        """A key from the system's source of chance, whose ID begins with the day."""
        return cls(f"{now:%Y%m%d}-{secrets.token_hex(3)}", secrets.token_bytes(KEY_BYTES))

    @classmethod
    def parse(cls, text: str, where: str) -> "Key":
        """The key that ``text`` is; ``where`` it stands is told when it is none. Raises KeysUnusable."""
        name, separator, code = text.partition(":")
        if not separator or _ID.fullmatch(name) is None:
            # What has no ID in front may be a secret all the same.
            raise KeysUnusable(f"{where} is no key with an ID of letters, digits, '.', '_' and '-': {_FORM}")
        try:
            secret = base64.b64decode(code.strip(), validate=True)
        except binascii.Error:
            raise KeysUnusable(f"{where}, key {name!r}, is not base64: {_FORM}") from None
        if len(secret) != KEY_BYTES:
            raise KeysUnusable(
                f"{where}, key {name!r}, has {len(secret)} bytes, and AES-256 takes {KEY_BYTES}: {_FORM}"
            )
        return cls(name, secret)

    def text(self) -> str:
        """The key as :meth:`parse` takes it: a secret."""
        return f"{self.id}:{base64.b64encode(self.secret).decode()}"


@dataclass(frozen=True)
class KeyRing:
    """Keys in their order; none is no encryption."""

    keys: tuple[Key, ...] = ()

    def __post_init__(self) -> None:
        seen: set[str] = set()
        for key in self.keys:
            if key.id in seen:
                raise KeysUnusable(f"Two encryption keys have the ID {key.id!r}: give each its own")
            seen.add(key.id)

    @classmethod
    def parse(cls, text: str, where: str) -> "KeyRing":
        """The keys in ``text``: with white space or commas between them, and comments from `#` to the end of a line.

        Raises KeysUnusable.
        """
        return cls(tuple(Key.parse(word, f"{where}, line {number}") for number, word in _words(text)))

    def __bool__(self) -> bool:
        return bool(self.keys)

    @property
    def ids(self) -> tuple[str, ...]:
        """The keys' IDs, the one that encrypts first."""
        return tuple(key.id for key in self.keys)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be shown, as text."""
        return tuple(key.text().partition(":")[2] for key in self.keys)

    def first(self) -> "tuple[str, AESGCM]":
        """What encrypts, and its ID. There is a key."""
        return self.keys[0].id, self._ciphers[self.keys[0].id]

    def cipher(self, key_id: str) -> "AESGCM":
        """What decrypts payloads of that key. Raises KeyUnknown."""
        found = self._ciphers.get(key_id)
        if found is None:
            here = f"it has {', '.join(map(repr, self.ids))}" if self.keys else "it has no keys"
            shown = key_id if len(key_id) <= _SHOWN * 3 else f"{key_id[: _SHOWN * 3]}…"
            raise KeyUnknown(
                f"A payload is encrypted with the key {shown!r}, which this process does not have ({here}). Give it "
                "that key, behind the others, in BATON_ENCRYPTION_KEYS or the file of BATON_ENCRYPTION_KEY_FILE"
            )
        return found

    @cached_property
    def _ciphers(self) -> "dict[str, AESGCM]":
        # Only where there are keys: it takes its time, and Temporal's sandbox, which imports again, cannot import it.
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        return {key.id: AESGCM(key.secret) for key in self.keys}


def _words(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        for word in line.partition("#")[0].replace(",", " ").split():
            yield number, word
