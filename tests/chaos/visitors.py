"""Programs that look at builds through the gateway all the time, and forgive what is away."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field

import httpx2

_PATHS = ("/api/workflows?limit=20", "/api/inbox", "/readyz", "/api/workflows/project/chaos/stats")
_PAUSE_SECONDS = 0.5


@dataclass
class Visitors:
    """One program that asks and two that follow the stream of all builds, at ``url``."""

    url: str
    answers: Counter[int] = field(default_factory=Counter)
    events: int = 0

    async def visit(self) -> None:
        """Until cancelled."""
        async with httpx2.AsyncClient(base_url=self.url, timeout=20) as client, asyncio.TaskGroup() as group:
            group.create_task(self._ask(client))
            for _ in range(2):
                group.create_task(self._follow(client))

    async def _ask(self, client: httpx2.AsyncClient) -> None:
        number = 0
        while True:
            try:
                answer = await client.get(_PATHS[number % len(_PATHS)])
                self.answers[answer.status_code] += 1
            except httpx2.HTTPError:
                self.answers[0] += 1
            number += 1
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _follow(self, client: httpx2.AsyncClient) -> None:
        while True:
            try:
                async with client.stream("GET", "/api/stream") as stream:
                    async for line in stream.aiter_lines():
                        self.events += line.startswith("event:")
            except httpx2.HTTPError:
                pass
            await asyncio.sleep(_PAUSE_SECONDS)
