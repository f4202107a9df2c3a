"""The key that signs sessions, kept in a file, so that they outlast a restart."""

import contextlib
import os
import secrets
from pathlib import Path

from gateway.errors import GatewayError

FILE = "gateway.key"
_BYTES = 32


class SessionKeyUnusable(GatewayError):
    """The file of the key cannot be read or made."""

    code = "session_key_unusable"


def session_key(home: Path) -> bytes:
    """The key in ``home``, made when it is missing. Raises SessionKeyUnusable."""
    path = home / FILE
    try:
        home.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _make(path)
        key = bytes.fromhex(path.read_text("ascii"))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it holds no key"
        raise SessionKeyUnusable(f"The key of sessions {str(path)!r} cannot be used: {reason}. Remove it") from error
    if len(key) != _BYTES:
        raise SessionKeyUnusable(f"The key of sessions {str(path)!r} cannot be used: it holds no key. Remove it")
    return key


def _make(path: Path) -> None:
    draft = path.with_suffix(f".{secrets.token_hex(4)}")
    draft.touch(mode=0o600, exist_ok=False)
    try:
        draft.write_text(secrets.token_hex(_BYTES), "ascii")
        # Of two gateways that begin together one makes the key, and both read it.
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
