"""Where a notice may go. A name is looked up once; what was looked at is what is connected to, so that a name server
that answers otherwise the second time changes nothing.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from baton.webhooks.errors import NotSent, Refused
from baton.webhooks.networks import Network, is_public, is_within, plain_address
from baton.webhooks.target import Target

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a host. Raises OSError."""

SETTING = "BATON_WEBHOOK_NETWORKS"

# Threads of their own: name servers that never answer must not hold up the database, which uses the common ones.
_LOOKING_UP = ThreadPoolExecutor(max_workers=16, thread_name_prefix="baton-dns")
_MOST_ADDRESSES = 4


async def look_up(host: str, port: int) -> Sequence[str]:
    """The addresses of ``host``, as the machine's resolver has them."""
    found = await asyncio.get_running_loop().run_in_executor(
        _LOOKING_UP, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    )
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


async def checked_addresses(target: Target, allowed: Sequence[Network], resolve: Resolve = look_up) -> Sequence[str]:
    """The addresses to connect to, in this order. Raises :class:`Refused` unless every one may be sent to, and
    :class:`NotSent` when there is none.
    """
    try:
        found = await resolve(target.host, target.port)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise NotSent(f"the host {target.host!r} cannot be looked up: {reason}") from None
    if not found:
        raise NotSent(f"the host {target.host!r} has no address")
    for text in found:
        _check(target, text, allowed)
    return found[:_MOST_ADDRESSES]


def _check(target: Target, text: str, allowed: Sequence[Network]) -> None:
    try:
        address = plain_address(text)
    except ValueError:
        raise Refused(f"the host {target.host!r} has {text!r} for an address") from None
    if is_within(address, allowed):
        return
    name = target.host if target.host == str(address) else f"{target.host} ({address})"
    if not is_public(address):
        raise Refused(f"{name} is no public address; to send there, have {SETTING} name its network")
    if not target.encrypted:
        raise Refused(f"{name} is to be sent to without encryption: use https, or have {SETTING} name its network")
    if not target.usual_port:
        raise Refused(f"port {target.port} of {name} belongs to another service: use 443, or one from 1024 on")
