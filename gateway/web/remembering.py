"""What a build has answered is remembered for as long as nothing happens to it.

A query costs the worker ten times what a description costs the server. The description says how long a build's history
is, and only what stands there can change an answer: an answer that was asked for at this length is true at this length.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from temporalio.client import Client
from temporalio.service import RPCError

Answer = TypeVar("Answer")

_PATIENCE = timedelta(seconds=2)
_MOST = 200
"""How many answers are remembered. Journals can be large."""


@dataclass(frozen=True, slots=True)
class _Remembered:
    mark: tuple[str, int]
    answer: Any


class Memory:
    """Answers of builds, with the run and the length of the history for which they are true."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._answers: OrderedDict[Hashable, _Remembered] = OrderedDict()

    async def answer(
        self, client: Client, workflow_id: str, question: Hashable, ask: Callable[[], Awaitable[Answer]]
    ) -> Answer:
        """What was answered to ``question`` when nothing has happened since, else what ``ask`` answers now.

        Raises what ``ask`` raises.
        """
        # Before asking: what happens meanwhile makes the history longer than the mark, so the answer is not used again.
        try:
            described = await client.get_workflow_handle(workflow_id).describe(rpc_timeout=_PATIENCE)
        except RPCError:
            return await ask()  # which says what is wrong
        mark = (described.run_id, described.history_length)
        known = self._answers.get(question)
        if known is not None and known.mark == mark:
            self._answers.move_to_end(question)
            answer: Answer = known.answer
            return answer
        answer = await ask()
        self._answers[question] = _Remembered(mark, answer)
        self._answers.move_to_end(question)
        while len(self._answers) > self._most:
            self._answers.popitem(last=False)
        return answer
