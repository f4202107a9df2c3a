"""How often somebody may ask: each token so many times a minute, and nobody may guess tokens."""

import math
import time
from dataclasses import dataclass
from ipaddress import ip_address

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter


@dataclass(frozen=True, slots=True)
class Rate:
    """Where somebody stands: of ``most`` in a minute ``left`` are left, and the next comes in ``seconds``."""

    within: bool
    most: int
    left: int
    seconds: int


class Rates:
    """Counts in this process's memory."""

    def __init__(self, requests_per_minute: int, guesses_per_minute: int) -> None:
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._requests = RateLimitItemPerMinute(requests_per_minute)
        self._guesses = RateLimitItemPerMinute(guesses_per_minute)

    async def count_request(self, who: str) -> Rate:
        """Count a request of ``who``."""
        return await self._rate(self._requests, "request", who, within=await self._hit(self._requests, "request", who))

    async def count_guess(self, address: str) -> None:
        """Count a token that opened nothing."""
        await self._hit(self._guesses, "guess", _network(address))

    async def guesses(self, address: str) -> Rate:
        """Whether ``address`` may try another token."""
        key = ("guess", _network(address))
        return await self._rate(self._guesses, *key, within=await self._limiter.test(self._guesses, *key))

    async def _hit(self, item: RateLimitItemPerMinute, *key: str) -> bool:
        return await self._limiter.hit(item, *key)

    async def _rate(self, item: RateLimitItemPerMinute, *key: str, within: bool) -> Rate:
        stats = await self._limiter.get_window_stats(item, *key)
        seconds = math.ceil(max(1.0, stats.reset_time - time.time()))
        return Rate(within=within, most=item.amount, left=int(stats.remaining), seconds=seconds)


def _network(address: str) -> str:
    """Whoever has one address of IPv6 has billions of them."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    mapped = getattr(parsed, "ipv4_mapped", None)
    return str(mapped or parsed) if mapped or parsed.version == 4 else parsed.exploded[:19]
