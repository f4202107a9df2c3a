"""Where a repository is, as git may be told: what is secret in an address stays out of arguments and messages.

A program's arguments can be read by everybody on the machine, its environment only by its own user. So user name and
password of an http address are taken out of it and handed to git through the environment, where a credential helper
of one line finds them; and it is asked for this one host alone, wherever a server sends git from there.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from baton.workshop._git import without_credentials
from baton.workshop.errors import RepositoryNotFound

_URL = re.compile(r"(?:https?|ssh|git|file)://[^\s]+", re.IGNORECASE)
_SCP = re.compile(r"[A-Za-z0-9._-]+@[A-Za-z0-9._-]+:[^:\s][^\s]*")
_REF = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./+-]{0,199}")
_HELPER = (
    "!f() { test \"$1\" = get && printf 'username=%s\\npassword=%s\\n' "
    '"$BATON_GIT_USERNAME" "$BATON_GIT_PASSWORD"; }; f'
)


@dataclass(frozen=True, slots=True)
class Address:
    """An address without its password. ``environment`` is what git needs besides to be let in."""

    url: str
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def shown(self) -> str:
        """The address as messages show it."""
        return without_credentials(self.url)


def address_of(given: str) -> Address:
    """The address that ``given`` is: a URL of a transport that is allowed, ``user@host:path``, or a path that is here.

    Raises ValueError for what is none of these, and RepositoryNotFound for a path that is not there.
    """
    check_address(given)
    if _URL.fullmatch(given):
        return _of_url(given, urlsplit(given))
    path = Path(given).expanduser().absolute()
    if path.exists():
        return Address(str(path))
    if _SCP.fullmatch(given):
        return Address(given)
    raise RepositoryNotFound(f"there is no git repository at {given!r}: the path does not exist")


def check_address(given: str) -> None:
    """Raise ValueError unless ``given`` has the form of an address. Whether it leads anywhere is not looked at."""
    shown = without_credentials(given)
    if given.startswith("-") or "\0" in given or "::" in given:
        raise ValueError(f"repository {shown!r} is neither a path nor an address")
    if "://" in given and _URL.fullmatch(given) is None:
        raise ValueError(f"repository {shown!r}: use a path, or a file, https, ssh or git address")
    try:
        parts = urlsplit(given)
        _ = parts.port
    except ValueError:
        raise ValueError(f"repository {shown!r} is no address: its host or port cannot be read") from None
    if parts.scheme.lower() == "ssh" and parts.password is not None:
        raise ValueError(f"repository {shown!r}: ssh takes no password from an address; use a key, or ssh-agent")
    if re.search("%0[aAdD0]", parts.netloc):
        raise ValueError(f"repository {shown!r}: its user name or password is on two lines")


def check_remote(given: str) -> None:
    """As :func:`check_address`, for an address that is read on many machines: a path among them is absolute."""
    check_address(given)
    if "://" not in given and _SCP.fullmatch(given) is None and not Path(given).expanduser().is_absolute():
        raise ValueError(f"remote {given!r}: use an https, ssh, git or file address, or an absolute path")


def check_ref(ref: str) -> None:
    """Raise ValueError unless ``ref`` has the form of a branch, a tag or a commit."""
    if _REF.fullmatch(ref) is None or ".." in ref:
        raise ValueError(f"ref {ref!r} is not the name of a branch or tag, nor a commit")


def holds_password(given: str) -> bool:
    """Whether an address has a user name with a password, or a token in their place."""
    parts = urlsplit(given)
    return parts.scheme.lower() in ("http", "https") and bool(parts.username)


def _of_url(given: str, parts: SplitResult) -> Address:
    if parts.scheme.lower() not in ("http", "https") or parts.username is None:
        return Address(given)
    host = parts.netloc.rpartition("@")[2]
    username, password = unquote(parts.username), unquote(parts.password or "")
    return Address(
        parts._replace(netloc=host).geturl(),
        {
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"credential.{parts.scheme.lower()}://{host}.helper",
            "GIT_CONFIG_VALUE_0": _HELPER,
            "BATON_GIT_USERNAME": username,
            "BATON_GIT_PASSWORD": password,
        },
    )
