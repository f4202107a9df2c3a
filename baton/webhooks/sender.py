"""Sending a message to a receiver that may be slow, broken or hostile: it gets so much time and memory, and no more."""

import asyncio
import ssl
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import httpx2

from baton.webhooks.answer import Answer, retry_after
from baton.webhooks.errors import NotSent
from baton.webhooks.guard import Resolve, checked_addresses, look_up
from baton.webhooks.networks import Network
from baton.webhooks.target import Target

SECONDS = 15.0
"""What a receiver is given for everything: looking up, connecting, reading, answering."""

_CONNECT_SECONDS = 5.0
_MOST_BYTES = 4 * 1024
_MOST_TEXT = 200
_ALWAYS = {"user-agent": "Baton", "accept-encoding": "identity", "connection": "close"}


class Sender:
    """Posts messages. ``allowed`` are networks of the operator's own; everything else has to be public and https.

    Proxies of the environment are not used: a proxy would look names up by itself, and could be led anywhere.
    """

    def __init__(
        self,
        allowed: Sequence[Network] = (),
        *,
        seconds: float = SECONDS,
        tls: ssl.SSLContext | None = None,
        resolve: Resolve = look_up,
    ) -> None:
        self._allowed = tuple(allowed)
        self._seconds = seconds
        self._tls = tls or httpx2.create_ssl_context()
        self._resolve = resolve
        self._timeout = httpx2.Timeout(seconds, connect=_CONNECT_SECONDS).as_dict()

    async def post(self, target: Target, headers: Mapping[str, str], body: bytes) -> Answer:
        """The receiver's answer, whatever it is. Raises :class:`NotSent`, and of that :class:`Refused`."""
        began = time.monotonic()
        try:
            async with asyncio.timeout(self._seconds):
                addresses = await checked_addresses(target, self._allowed, self._resolve)
                return await self._try(target, addresses, headers, body, began)
        except TimeoutError:
            raise NotSent(f"{target.shown} did not answer within {self._seconds:g} s") from None

    async def _try(
        self, target: Target, addresses: Sequence[str], headers: Mapping[str, str], body: bytes, began: float
    ) -> Answer:
        """The first address that can be connected to takes it."""
        # Not a client: that would follow, remember and read the environment unless told otherwise, and logs addresses.
        async with httpx2.AsyncHTTPTransport(verify=self._tls, trust_env=False) as transport:
            for address in addresses[:-1]:
                try:
                    return await self._post(transport, target, address, headers, body, began)
                except (httpx2.ConnectError, httpx2.ConnectTimeout):
                    continue
            try:
                return await self._post(transport, target, addresses[-1], headers, body, began)
            except httpx2.HTTPError as error:
                raise NotSent(f"{target.shown} did not answer: {_reason(error)}") from None

    async def _post(
        self,
        transport: httpx2.AsyncHTTPTransport,
        target: Target,
        address: str,
        headers: Mapping[str, str],
        body: bytes,
        began: float,
    ) -> Answer:
        request = httpx2.Request(
            "POST",
            target.url.copy_with(host=address),
            headers=_ALWAYS | dict(headers) | {"host": target.authority},
            content=body,
            # The certificate has to be that of the name, whatever the address.
            extensions={"sni_hostname": target.host.removesuffix("."), "timeout": self._timeout},
        )
        response = await transport.handle_async_request(request)
        try:
            taken = response.is_success
            return Answer(
                status=response.status_code,
                text="" if taken else await _beginning(response),
                retry_after=retry_after(response.status_code, response.headers.get("retry-after"), datetime.now(UTC)),
                address=address,
                seconds=time.monotonic() - began,
            )
        finally:
            await response.aclose()


async def _beginning(response: httpx2.Response) -> str:
    """The first words of an answer, on one line. Nothing is unpacked: a small answer stays small."""
    kept = b""
    try:
        async for part in response.aiter_raw():
            kept += part[: _MOST_BYTES - len(kept)]
            if len(kept) >= _MOST_BYTES:
                break
    except httpx2.HTTPError:
        pass  # what came before it broke off is enough
    text = "".join(char if char.isprintable() else " " for char in kept.decode(errors="replace"))
    flat = " ".join(text.split())
    return flat if len(flat) <= _MOST_TEXT else f"{flat[: _MOST_TEXT - 1]}…"


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__
