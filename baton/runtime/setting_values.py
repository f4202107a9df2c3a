"""Values of settings that are lists or addresses: checked when they are read, taken apart when they are used."""

from pathlib import Path
from urllib.parse import urlsplit

from baton.domain.access import AccessRole

_S3 = "s3://"
_OTHER_NAMES = {"127.0.0.1": "localhost", "localhost": "127.0.0.1"}


def parts(text: str | None) -> tuple[str, ...]:
    """What stands between the commas of ``text``."""
    return tuple(part.strip().rstrip("/") for part in (text or "").split(",") if part.strip())


def origins(text: str | None) -> str | None:
    """``text`` when it is a list of origins, else ValueError."""
    for origin in parts(text):
        found = urlsplit(origin)
        if found.scheme not in ("http", "https") or not found.hostname or origin != origin_of(origin):
            raise ValueError("write https://temporal.example, without a path, with commas between several")
    return text


def origin_of(url: str) -> str:
    """The origin of the page at ``url``."""
    found = urlsplit(url)
    return f"{found.scheme}://{found.netloc}"


def origins_at(url: str) -> tuple[str, ...]:
    """The origin of the page at ``url``; at one's own machine people type either name."""
    own, host = origin_of(url), urlsplit(url).hostname or ""
    return (own, own.replace(host, _OTHER_NAMES[host])) if host in _OTHER_NAMES else (own,)


def access_roles(text: str) -> str:
    """``text`` when it is a list of roles of tokens, else ValueError."""
    if unknown := [role for role in parts(text) if role not in set(AccessRole)]:
        raise ValueError(f"there is no role {unknown[0]!r}; the roles are {', '.join(AccessRole)}")
    return text


def payload_store(text: str | None) -> str | None:
    """``s3://bucket``, or the absolute path of a folder, else ValueError."""
    if text is None or bucket_of(text):
        return text
    if "://" in text:
        raise ValueError("write the path of a folder, or s3://bucket")
    return str(Path(text).expanduser().absolute())


def bucket_of(text: str) -> str | None:
    """The bucket that ``text`` names; ``None`` for a folder."""
    bucket = text.removeprefix(_S3).rstrip("/") if text.startswith(_S3) else ""
    return bucket if bucket and "/" not in bucket else None
