"""People and programs at a gateway, as a process of its own: streams that are read, and requests at a steady pace.

    python bench/watching.py URL TOKEN STREAMS REQUESTS_A_SECOND CORE

It says `ready` on standard output when all streams are open, goes on until its standard input ends, and then prints
one JSON document. Streams are read by hand, so that this process takes little of the core that the gateway is on.
"""

import asyncio
import json
import os
import sys
import time
from collections import Counter, deque
from urllib.parse import urlsplit

import httpx2

from bench.carrying import PROJECT

_PATHS = (
    "/api/workflows/{build}/status",
    "/api/workflows?limit=50",
    "/api/workflows/{build}/status",
    "/api/workflows/project/" + PROJECT + "/stats",
    "/api/workflows/{build}/history",
    "/api/workflows/{build}/status",
    "/api/workflows?status=in_progress&limit=50",
    "/api/workflows/{build}/journal",
    "/api/inbox",
    "/readyz",
)


class Crowd:
    """All who watch and ask, and what they met with."""

    def __init__(self, url: str, token: str) -> None:
        self._at = urlsplit(url)
        self._token = token
        self.events: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()
        self.seconds: dict[str, list[float]] = {}
        self.open = 0
        self._moving: deque[str] = deque(maxlen=20)

    async def watch_all(self) -> None:
        """Follow the list of builds."""
        await self._watch("/api/stream")

    async def watch_one_after_another(self) -> None:
        """Follow a build to its end, then another that moves."""
        followed = ""
        while True:
            fresh = [build for build in self._moving if build != followed]
            if not fresh:
                await asyncio.sleep(0.2)
                continue
            followed = fresh[-1]
            await self._watch(f"/api/workflows/{followed}/stream")

    async def ask(self, client: httpx2.AsyncClient, number: int) -> None:
        """Send one request."""
        path = kind = _PATHS[number % len(_PATHS)]
        if "{build}" in path:
            if not self._moving:
                return
            path = path.format(build=self._moving[-1])
        began = time.perf_counter()
        try:
            answer = await client.get(path)
        except httpx2.HTTPError as error:
            self.errors[type(error).__name__] += 1
            return
        self.seconds.setdefault(kind, []).append(time.perf_counter() - began)
        if answer.status_code != 200:
            self.errors[f"{answer.status_code} {answer.text[:200]}"] += 1

    async def _watch(self, path: str) -> None:
        reader, writer = await asyncio.open_connection(self._at.hostname, self._at.port)
        try:
            writer.write(
                f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self._token}\r\n\r\n".encode()
            )
            status = (await reader.readline()).split()[1].decode()
            if status != "200":
                self.errors[f"{status} {path.partition('?')[0].rpartition('/')[2]}"] += 1
                return
            self.open += 1
            async for line in reader:
                if line.startswith(b"event: "):
                    self.events[line[7:].strip().decode()] += 1
                elif path == "/api/stream" and line.startswith(b'data: {"workflow_id"'):
                    self._moving.append(json.loads(line[6:])["build_id"])
        finally:
            self.open -= 1
            writer.close()


async def _main(url: str, token: str, streams: int, rate: float) -> None:
    crowd = Crowd(url, token)
    stop = asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    async with (
        httpx2.AsyncClient(
            base_url=url,
            headers={"Authorization": f"Bearer {token}"},
            timeout=60,
            limits=httpx2.Limits(max_connections=1000),
        ) as client,
        asyncio.TaskGroup() as tasks,
    ):
        watching = [tasks.create_task(crowd.watch_all()) for _ in range(streams * 3 // 4)]
        watching += [tasks.create_task(crowd.watch_one_after_another()) for _ in range(streams - len(watching))]
        while crowd.open < streams * 3 // 4 and not crowd.errors:
            await asyncio.sleep(0.05)
        print("ready", flush=True)
        began, number = time.monotonic(), 0
        asking: set[asyncio.Task[None]] = set()
        while not stop.done():
            # At its time, whether those before were answered or not.
            await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
            task = tasks.create_task(crowd.ask(client, number))
            asking.add(task)
            task.add_done_callback(asking.discard)
            number += 1
        if asking:
            await asyncio.wait(asking)
        left = crowd.open
        for one in watching:
            one.cancel()
    print(json.dumps({"events": crowd.events, "errors": crowd.errors, "seconds": crowd.seconds, "open": left}))


if __name__ == "__main__":
    _url, _token, _streams, _rate, _core = sys.argv[1:]
    if _core != "any":
        os.sched_setaffinity(0, {int(_core)})
    asyncio.run(_main(_url, _token, int(_streams), float(_rate)))
