"""Values of settings that are lists or addresses: checked when they are read, taken apart when they are used."""

from pathlib import Path
from urllib.parse import urlsplit

from baton.domain.vocabulary import AccessRole, Role

_S3 = "s3://"
AUTOMATIC = "auto"
_MOST_SLOTS, _MOST_POLLERS = 1_000, 100
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


TOKEN = "token"  # noqa: S105 - the word of a setting


def address(text: str | None) -> str | None:
    """``text`` when it is an address with a port, else ValueError."""
    if text is None:
        return None
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65_535 or "/" in host or (":" in host and host[:1] != "["):
        raise ValueError("write an address with a port, such as 127.0.0.1:9464")
    return text


def token_or_address(text: str | None) -> str | None:
    """``text`` when it is ``token``, or an address with a port, else ValueError."""
    return text if text == TOKEN else address(text)


def by_role(text: str | None) -> dict[Role, float]:
    """The numbers that ``text`` gives to roles: ``code_writer=1, test_auditor=8``. ValueError where it does not."""
    found: dict[Role, float] = {}
    for part in parts(text):
        name, _, number = part.partition("=")
        if name.strip() not in set(Role):
            raise ValueError(f"there is no role {name.strip()!r}; write code_writer=2; the roles are {', '.join(Role)}")
        try:
            found[Role(name.strip())] = float(number)
        except ValueError:
            raise ValueError(f"{number.strip()!r} is no number: write {name.strip()}=2") from None
    return found


def role_slots(text: str | None) -> str | None:
    """``text`` when it gives roles whole numbers of phases, else ValueError."""
    for number in by_role(text).values():
        if number not in range(1, _MOST_SLOTS + 1):
            raise ValueError(f"a role plays 1 to {_MOST_SLOTS:,} phases at a time")
    return text


def role_rates(text: str | None) -> str | None:
    """``text`` when it gives roles a number of phases above 0, else ValueError."""
    for number in by_role(text).values():
        if not 0 < number <= 1_000_000:
            raise ValueError("write how many phases of a role may begin in a minute, more than 0 and up to 1,000,000")
    return text


def pollers(text: str) -> str:
    """``text`` when it is a number of pollers, or ``auto``, else ValueError."""
    if text != AUTOMATIC and not (text.isdecimal() and 2 <= int(text) <= _MOST_POLLERS):
        raise ValueError(f"write a number from 2 to {_MOST_POLLERS}, or {AUTOMATIC}")
    return text
