"""The address of a receiver, taken apart once: what is checked is what is sent to."""

from dataclasses import dataclass, field
from ipaddress import ip_address

import httpx2

_MOST_CHARACTERS = 2_000
_DEFAULT_PORTS = {"https": 443, "http": 80}
_FIRST_FREE_PORT = 1024


class BadTarget(ValueError):
    """An address that nothing can be sent to. The message does not quote what may be secret in it."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where to send. ``host`` is ASCII, without brackets; ``url`` may be secret as a whole, as Slack's are."""

    url: httpx2.URL = field(repr=False)
    host: str
    port: int

    @property
    def encrypted(self) -> bool:
        """Whether it is https."""
        return self.url.scheme == "https"

    @property
    def usual_port(self) -> bool:
        """Whether the port is that of the scheme, or none that belongs to another service: no mail, no shell."""
        return self.port == _DEFAULT_PORTS[self.url.scheme] or self.port >= _FIRST_FREE_PORT

    @property
    def authority(self) -> str:
        """The header ``Host``."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.url.scheme] else f"{host}:{self.port}"

    @property
    def shown(self) -> str:
        """The address as lists and messages show it: what comes after the host may be a key."""
        return f"{self.url.scheme}://{self.authority}/" + ("…" if self.url.raw_path != b"/" else "")


def parse(text: str) -> Target:
    """The target that ``text`` names. Raises :class:`BadTarget`."""
    if not text.isprintable() or " " in text or "\\" in text or len(text) > _MOST_CHARACTERS:
        raise BadTarget(f"an address is at most {_MOST_CHARACTERS} characters, without blanks and backslashes")
    try:
        url = httpx2.URL(text)
        host = url.raw_host.decode("ascii")
    except (httpx2.InvalidURL, UnicodeError, ValueError) as error:
        raise BadTarget(f"the address cannot be read: {_first(error)}") from None
    if url.scheme not in _DEFAULT_PORTS:
        raise BadTarget("an address begins with https://, or http:// in networks of one's own")
    if url.userinfo:
        raise BadTarget("an address holds no user name or password: a receiver tells who sends by the signature")
    if url.fragment:
        raise BadTarget("an address has no fragment (#…): it is never sent")
    if not host or "%" in host or not _is_host(host):
        raise BadTarget("the address names no host")
    port = _DEFAULT_PORTS[url.scheme] if url.port is None else url.port
    if not 0 < port < 65_536:
        raise BadTarget(f"the port {port} is none: ports go from 1 to 65535")
    return Target(url, host, port)


def _is_host(host: str) -> bool:
    """Whether it is an address, or a name as the DNS has them (IDNs are ASCII by now)."""
    if ":" in host:
        try:
            ip_address(host)
        except ValueError:
            return False
        return True
    labels = host.removesuffix(".").split(".")
    return all(0 < len(label) < 64 and label.replace("-", "").replace("_", "").isalnum() for label in labels)


def _first(error: Exception) -> str:
    """The parser's reason without the piece of the address that it may quote."""
    return str(error).partition(":")[0].rstrip(".")
