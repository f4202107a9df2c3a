"""The address that the gateway listens at."""

import socket
from contextlib import ExitStack

from baton.runtime.ports import LOOPBACK
from gateway.access.loopback import is_loopback
from gateway.errors import GatewayError


class CannotListen(GatewayError):
    """The address or the port cannot be had."""

    code = "cannot_listen"


def bound(host: str, port: int) -> socket.socket:
    """A socket with that address, which does not listen yet. ``::`` takes IPv4, too. Raises CannotListen."""
    try:
        family, kind, proto, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with ExitStack() as undo:
            listener = undo.enter_context(socket.socket(family, kind, proto))
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(host != "::"))
            listener.bind(address)
            undo.pop_all()
            return listener
    except OSError as error:
        raise CannotListen(
            f"The gateway cannot listen at port {port} of {host!r}: {error.strerror or error}. "
            "Choose another: --port N, --host ADDRESS"
        ) from error


def address_for(asked: str, *, anybody: bool) -> str:
    """Where to listen: at ``asked`` when ``anybody`` holds a token, else at this machine's own address."""
    return asked if anybody or is_loopback(asked) else LOOPBACK


def url_of(host: str, port: int) -> str:
    """How the gateway is reached from this machine."""
    here = LOOPBACK if host in ("", "0.0.0.0", "::") else host  # noqa: S104 - told apart, not bound
    return f"http://{f'[{here}]' if ':' in here else here}:{port}"
