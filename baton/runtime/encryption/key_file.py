"""The file of encryption keys: one key a line, readable by nobody else."""

import contextlib
import os
import stat
from datetime import datetime
from pathlib import Path

from baton.runtime.encryption.errors import KeysUnusable
from baton.runtime.encryption.key_ring import Key, KeyRing

_MOST_BYTES = 64 * 1024
_FORBIDDEN = stat.S_IRWXO | stat.S_IWGRP | stat.S_IXGRP
_HEAD = "# Encryption keys of Baton: ID:BASE64. The first encrypts, all decrypt. See docs/encryption.md\n"


def read_key_file(path: Path) -> KeyRing:
    """The keys in the file. Raises KeysUnusable, also for a file that others may read or change."""
    shown = repr(str(path))
    try:
        with path.open("rb") as file:
            # Of what was opened, not of what has the name a moment later. On Windows modes say nothing.
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise KeysUnusable(f"The key file {shown} is no file")
            if os.name == "posix" and status.st_mode & _FORBIDDEN:
                mode = stat.S_IMODE(status.st_mode)
                raise KeysUnusable(
                    f"The key file {shown} is open to others (mode {mode:04o}); it may be read by its owner and its "
                    f"group alone: chmod 600 {path}"
                )
            content = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise KeysUnusable(
            f"The key file {shown} cannot be read: {error.strerror}. Make one: python starter.py encryption new {path}"
        ) from None
    if len(content) > _MOST_BYTES:
        raise KeysUnusable(f"The key file {shown} has more than {_MOST_BYTES:,} bytes: it is no list of keys")
    try:
        ring = KeyRing.parse(content.decode(), f"the key file {shown}")
    except UnicodeDecodeError:
        raise KeysUnusable(f"The key file {shown} is no text") from None
    if not ring:
        raise KeysUnusable(f"The key file {shown} holds no key. Make one: python starter.py encryption new {path}")
    return ring


def add_key(path: Path, now: datetime) -> Key:
    """Put a new key into the file, behind those that are there; make the file, with mode 0600, where there is none.

    Raises KeysUnusable.
    """
    ring = read_key_file(path) if path.exists() else KeyRing()
    key = Key.new(now)
    _write(path, KeyRing((*ring.keys, key)))
    return key


def promote_key(path: Path, key_id: str) -> Key:
    """Put a key of the file first, so that it encrypts from now on. Raises KeysUnusable."""
    ring = read_key_file(path)
    found = next((key for key in ring.keys if key.id == key_id), None)
    if found is None:
        raise KeysUnusable(f"There is no key {key_id!r} in {str(path)!r}; it holds {', '.join(map(repr, ring.ids))}")
    _write(path, KeyRing((found, *(key for key in ring.keys if key is not found))))
    return found


def _write(path: Path, ring: KeyRing) -> None:
    """Whoever reads meanwhile finds the file as it was or as it will be. It keeps its mode and its owner's group."""
    target = path.resolve()
    draft = target.with_name(f".{target.name}.new")
    text = _HEAD + "".join(f"{key.text()}\n" for key in ring.keys)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o600
        with contextlib.suppress(FileNotFoundError):
            draft.unlink()
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.chmod(mode)
        draft.replace(target)
    except OSError as error:
        raise KeysUnusable(f"The key file {str(path)!r} cannot be written: {error.strerror}") from None
