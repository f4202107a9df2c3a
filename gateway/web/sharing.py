"""What many ask at once is asked once, and not again before something has happened: a crowd that watches a build costs
its worker no more than one who does.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from datetime import UTC, datetime
from typing import Any, TypeVar

from temporalio.client import Client

from baton.contracts.messages import Handoff
from baton.contracts.names import workflow_id
from baton.domain.journal import Entry
from baton.domain.view import BuildView
from gateway.builds import Builds
from gateway.web.remembering import Memory

Answer = TypeVar("Answer")


class Sharing:
    """Who asks while the same question is under way shares the next one, not this one.

    So everybody's answer is as new as if they had asked alone: it began after they asked.
    """

    def __init__(self) -> None:
        self._under_way: dict[Hashable, asyncio.Task[Any]] = {}
        self._next: dict[Hashable, asyncio.Task[Any]] = {}

    async def ask(self, question: Hashable, ask: Callable[[], Awaitable[Answer]]) -> Answer:
        """What ``ask`` answers. Raises what it raises."""
        asking = self._next.get(question)
        if asking is None:
            asking = self._next[question] = asyncio.create_task(self._asked(question, ask))
            asking.add_done_callback(_read)
        answer: Answer = await asyncio.shield(asking)
        return answer

    async def _asked(self, question: Hashable, ask: Callable[[], Awaitable[Answer]]) -> Answer:
        while (before := self._under_way.get(question)) is not None:
            await asyncio.wait([before])
        self._under_way[question] = self._next.pop(question)
        try:
            return await ask()
        finally:
            del self._under_way[question]


class SharedBuilds(Builds):
    """Builds whose reads are shared. Commands are each their own."""

    def __init__(self, client: Client, sharing: Sharing, memory: Memory, *, answer_seconds: float) -> None:
        super().__init__(client, answer_seconds=answer_seconds)
        self._sharing = sharing
        self._memory = memory

    async def status(self, build_id: str) -> BuildView:
        """As of now; see :meth:`Builds.status`."""
        view = await self._shared(build_id, "status", lambda: super(SharedBuilds, self).status(build_id))
        return view.as_of(datetime.now(UTC))

    async def history(self, build_id: str) -> list[Handoff]:
        """As of now; see :meth:`Builds.history`."""
        return await self._shared(build_id, "history", lambda: super(SharedBuilds, self).history(build_id))

    async def journal(self, build_id: str, *, after: int = 0) -> list[Entry]:
        """As of now; see :meth:`Builds.journal`."""
        return await self._shared(
            build_id, f"journal {after}", lambda: super(SharedBuilds, self).journal(build_id, after=after)
        )

    async def _shared(self, build_id: str, what: str, ask: Callable[[], Awaitable[Answer]]) -> Answer:
        question = (build_id, what)
        return await self._sharing.ask(
            question, lambda: self._memory.answer(self._client, workflow_id(build_id), question, ask)
        )


def _read(asked: asyncio.Task[Any]) -> None:
    if not asked.cancelled():
        asked.exception()  # told to whoever still waits; asyncio complains when that is nobody
