"""The keys of a home: a private one that signs its releases, and the public ones that are believed.

    <folder>/current            the ID of the key that signs
    <folder>/<ID>.pem           its private half, readable by its owner alone
    <folder>/<ID>.pub           the public halves of the own keys, present and past
    <folder>/trusted/<ID>.pub   public keys of others

A key's ID is the SHA-256 of its public half as DER (SubjectPublicKeyInfo), which other tools can compute too. Files
appear whole or not at all, and several processes may ask for the first key at once: they get the same one.
"""

import fcntl
import hashlib
import os
import re
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from baton.workshop.errors import KeyUnusable

PASSWORD_VARIABLE = "BATON_KEY_PASSWORD"  # noqa: S105 - where the password is, not what it is
"""The environment variable with the password of private keys, for those who want one."""

_ID = re.compile(r"[0-9a-f]{64}")
_CURRENT = "current"
_TRUSTED = "trusted"
_KEY_BYTES = 64 * 1024


class KeyKind(StrEnum):
    """What a key of the ring is for."""

    CURRENT = "current"  # signs, and is believed
    PAST = "past"  # signed before the current one, and is believed still
    TRUSTED = "trusted"  # somebody else's, and is believed


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The public half of an Ed25519 key."""

    id: str
    pem: str
    kind: KeyKind = KeyKind.TRUSTED

    def ed25519(self) -> Ed25519PublicKey:
        """The key, to verify with."""
        key = serialization.load_pem_public_key(self.pem.encode())
        assert isinstance(key, Ed25519PublicKey)
        return key


def public_key(data: bytes, where: str) -> PublicKey:
    """The key in a PEM file. Raises KeyUnusable, which calls it ``where``."""
    if b"PRIVATE KEY" in data:
        raise KeyUnusable(f"{where} holds a private key; give the public one (python starter.py keys export)")
    try:
        key = serialization.load_pem_public_key(data)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyUnusable(f"{where} is no public key in PEM form") from error
    if not isinstance(key, Ed25519PublicKey):
        raise KeyUnusable(f"{where} is no Ed25519 key; releases are signed with Ed25519")
    return _described(key)


class KeyRing:
    """The keys in ``folder``. With a ``password`` private keys are encrypted where they lie.

    Looking makes no files; :meth:`signing_key` makes the first key. All methods raise KeyUnusable.
    """

    def __init__(self, folder: Path, *, password: str | None = None) -> None:
        self.folder = folder
        self._password = password.encode() if password else None

    def believed(self) -> list[PublicKey]:
        """All keys that are believed: the current one, past ones, those of others; each group sorted by ID."""
        current = self._current()
        own = [self._public(path, KeyKind.PAST) for path in self._files(self.folder)]
        own = [PublicKey(key.id, key.pem, KeyKind.CURRENT) if key.id == current else key for key in own]
        others = [self._public(path, KeyKind.TRUSTED) for path in self._files(self.folder / _TRUSTED)]
        return sorted(own, key=lambda key: (key.kind is not KeyKind.CURRENT, key.id)) + others

    def current(self) -> PublicKey | None:
        """The key that signs; ``None`` before the first was made."""
        return next((key for key in self.believed() if key.kind is KeyKind.CURRENT), None)

    def signing_key(self) -> tuple[PublicKey, Ed25519PrivateKey]:
        """The key that signs, made now if there is none."""
        for _ in range(3):  # a rotation removes the private half that was current a moment ago
            key_id = self._current()
            if key_id is None:
                with self._alone():
                    key_id = self._current() or self._make().id
            try:
                raw = self._private(self.folder / f"{key_id}.pem")
            except FileNotFoundError:
                continue
            return self._opened(key_id, raw)
        raise KeyUnusable(
            f"the private half of the current key {key_id!r} is missing from {str(self.folder)!r}. Put it back, or "
            "make another current: python starter.py keys rotate"
        )

    def rotate(self) -> PublicKey:
        """Make a new key the current one. Past keys are believed still; their private halves are removed."""
        with self._alone():
            made = self._make()
            for path in self.folder.glob("*.pem"):
                if path.stem != made.id:
                    path.unlink(missing_ok=True)
        return made

    def trust(self, data: bytes, where: str) -> PublicKey:
        """Believe what is signed with the public key in ``data`` (PEM). Done already is done."""
        key = public_key(data, where)
        if all(key.id != known.id for known in self.believed()):
            with self._alone():
                (self.folder / _TRUSTED).mkdir(mode=0o700, exist_ok=True)
                _put(self.folder / _TRUSTED / f"{key.id}.pub", key.pem.encode(), 0o644)
        return key

    def retire(self, key_id: str) -> PublicKey:
        """Believe a past key, or somebody else's, no more. ``key_id`` may be the beginning of the ID."""
        found = [key for key in self.believed() if key_id and key.id.startswith(key_id)]
        if len(found) != 1:
            what = "no key has" if not found else f"{len(found)} keys have"
            raise KeyUnusable(f"{what} an ID that begins with {key_id!r}. See them: python starter.py keys list")
        (key,) = found
        if key.kind is KeyKind.CURRENT:
            raise KeyUnusable(
                f"the key {key.id[:16]!r} is the current one; make another first: python starter.py keys rotate"
            )
        with self._alone():
            for path in (self.folder / f"{key.id}.pub", self.folder / _TRUSTED / f"{key.id}.pub"):
                path.unlink(missing_ok=True)
        return key

    def _make(self) -> PublicKey:
        private = Ed25519PrivateKey.generate()
        key = _described(private.public_key())
        locked = (
            serialization.BestAvailableEncryption(self._password)
            if self._password is not None
            else serialization.NoEncryption()
        )
        pem = private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked)
        _put(self.folder / f"{key.id}.pem", pem, 0o600)
        _put(self.folder / f"{key.id}.pub", key.pem.encode(), 0o644)
        _put(self.folder / _CURRENT, f"{key.id}\n".encode(), 0o644)
        return PublicKey(key.id, key.pem, KeyKind.CURRENT)

    def _current(self) -> str | None:
        path = self.folder / _CURRENT
        try:
            told = path.read_text(encoding="ascii", errors="replace").strip()
        except (FileNotFoundError, NotADirectoryError):
            return None
        if _ID.fullmatch(told) is None:
            raise KeyUnusable(f"{str(path)!r} names no key; it holds the ID of the key that signs")
        return told

    def _private(self, path: Path) -> bytes:
        with path.open("rb") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                raise KeyUnusable(f"the private key {str(path)!r} can be read by others; run: chmod 600 {str(path)!r}")
            return file.read(_KEY_BYTES)

    def _opened(self, key_id: str, raw: bytes) -> tuple[PublicKey, Ed25519PrivateKey]:
        locked = b"ENCRYPTED" in raw
        try:
            # A password for a key that has none is an error to the library; here it means: for the next one.
            key = serialization.load_pem_private_key(raw, self._password if locked else None)
        except (ValueError, TypeError, UnsupportedAlgorithm):  # not chained: nothing of a private key goes into a log
            if locked:
                have = "is not the one that it was made with" if self._password else "is not set"
                raise KeyUnusable(f"the key {key_id[:16]!r} has a password, and {PASSWORD_VARIABLE} {have}") from None
            raise KeyUnusable(f"the file of the private key {key_id[:16]!r} holds no private key") from None
        if not isinstance(key, Ed25519PrivateKey) or (public := _described(key.public_key())).id != key_id:
            raise KeyUnusable(f"the file of the private key {key_id[:16]!r} holds another key")
        return PublicKey(public.id, public.pem, KeyKind.CURRENT), key

    def _public(self, path: Path, kind: KeyKind) -> PublicKey:
        key = public_key(path.read_bytes()[:_KEY_BYTES], repr(str(path)))
        if key.id != path.stem:
            raise KeyUnusable(f"the file {str(path)!r} holds the key {key.id}, not the one that it is named after")
        return PublicKey(key.id, key.pem, kind)

    def _files(self, folder: Path) -> list[Path]:
        return sorted(path for path in folder.glob("*.pub") if _ID.fullmatch(path.stem))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other processes from changing the folder, which is there then."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _described(key: Ed25519PublicKey) -> PublicKey:
    info = serialization.PublicFormat.SubjectPublicKeyInfo
    der = key.public_bytes(serialization.Encoding.DER, info)
    return PublicKey(hashlib.sha256(der).hexdigest(), key.public_bytes(serialization.Encoding.PEM, info).decode())


def _put(path: Path, data: bytes, mode: int) -> None:
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".new-", delete=False) as draft:  # made with mode 0600
        draft.write(data)
        draft.flush()
        os.fsync(draft.fileno())
    Path(draft.name).chmod(mode)
    Path(draft.name).replace(path)
