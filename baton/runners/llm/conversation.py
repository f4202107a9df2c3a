"""Carry a conversation with a model from its first message, or from where an earlier attempt left it, to its report."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from pydantic_ai import Agent
from pydantic_ai.exceptions import UnexpectedModelBehavior
from pydantic_ai.messages import ModelMessage, ModelResponse
from pydantic_ai.run import AgentRun
from pydantic_ai.usage import UsageLimits
from pydantic_graph import End

from baton.domain.evidence import Usage
from baton.runners.base import Heartbeat
from baton.runners.failures import RunnerFailure, RunnerTimedOut
from baton.runners.llm.failures import ModelUnavailable
from baton.runners.llm.provider import Connection
from baton.runners.llm.record import Record
from baton.runners.llm.spending import Allowance, used_by
from baton.runners.llm.taking_up import begin
from baton.runners.llm.tools import Toolbox
from baton.runners.llm.tree_files import TreeFiles
from baton.runners.llm.trouble import no_answer, no_report
from baton.runners.measured import model_call
from baton.runners.memory import Memory
from baton.workshop.workspace import Workspace


@dataclass
class Conversation:
    """One attempt at a phase. ``deadline`` is on the monotonic clock, ``request_timeout`` in seconds.

    ``setup`` names all that it depends on besides its messages; ``writes`` says whether the model may change the tree.
    ``used`` counts this attempt's answers.
    """

    workspace: Workspace
    memory: Memory
    connection: Connection
    allowance: Allowance
    heartbeat: Heartbeat
    deadline: float
    request_timeout: float
    setup: str
    writes: bool
    used: Usage = field(default_factory=Usage, init=False)
    _before: Usage = field(default_factory=Usage, init=False)

    async def run(self, first: str, agent_with: Callable[[Toolbox], Agent[None, Any]]) -> Any:
        """What the model handed in. ``first`` is the first message. Raises RunnerFailure and the workshop's errors."""
        self._before = self.memory.expenses.usage or Usage()
        start = await begin(self.memory, self.workspace, self.setup, first)
        toolbox = Toolbox(TreeFiles(self.workspace.tree), self._doing, out_of_bounds=start.out_of_bounds)
        # All limits are the allowance's: in one place, and with the attempts before this one.
        no_limits = UsageLimits(request_limit=None)
        async with agent_with(toolbox).iter(start.prompt, message_history=start.history, usage_limits=no_limits) as run:
            node: Any = run.next_node
            while not isinstance(node, End):
                if Agent.is_model_request_node(node):
                    node = await self._asked(run, node)
                    if Agent.is_call_tools_node(node):
                        await self._keep(run.all_messages(), node.model_response, toolbox)
                else:
                    node = await self._carried_out(run, node)
        return node.data.output

    async def _asked(self, run: AgentRun[None, Any], node: Any) -> Any:
        """Send what is to be said, and wait for the answer."""
        self.allowance.check(self._used_in_all)
        self._doing("model")
        try:
            with model_call(self.connection.name) as outcome:
                async with self._in_time(), asyncio.timeout(self.request_timeout):
                    answered = await run.next(node)
                outcome.word = "done"
            return answered
        except RunnerFailure:
            raise
        except TimeoutError:
            raise ModelUnavailable(
                f"{self.connection.name!r} gave no answer in {self.request_timeout:g} s. If it needs longer, raise "
                "'request_timeout' of the role in the profile"
            ) from None
        except Exception as error:
            raise no_answer(error, self.connection) from None

    async def _carried_out(self, run: AgentRun[None, Any], node: Any) -> Any:
        """Do what the model asked for."""
        try:
            async with self._in_time():
                return await run.next(node)
        except UnexpectedModelBehavior as error:
            raise no_report(error, self.connection) from None

    async def _keep(self, messages: list[ModelMessage], answer: ModelResponse, toolbox: Toolbox) -> None:
        """Count the answer, and keep it: an attempt that begins after this one goes on with it."""
        self.used = self.used.plus(used_by(answer))
        self.memory.spend(self.used)
        tree = await self.workspace.snapshot() if self.writes else None
        record = Record.of(messages, setup=self.setup, tree=tree, out_of_bounds=toolbox.out_of_bounds)
        await asyncio.to_thread(record.keep, self.memory.folder)

    @asynccontextmanager
    async def _in_time(self) -> AsyncIterator[None]:
        """Raise RunnerTimedOut when the phase's time is up."""
        try:
            async with asyncio.timeout(max(0.0, self.deadline - time.monotonic())) as limit:
                yield
        except TimeoutError:
            if not limit.expired():
                raise
            raise RunnerTimedOut(
                f"{self.connection.name!r} was not done when the role's time was up. After "
                f"{self._used_in_all.requests} answers, the next attempt goes on from the last one"
            ) from None

    @property
    def _used_in_all(self) -> Usage:
        """What all attempts at the order have used."""
        return self._before.plus(self.used)

    def _doing(self, what: str) -> None:
        self.heartbeat({"request": self._used_in_all.requests + (what == "model"), "doing": what})
