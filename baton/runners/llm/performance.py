"""One phase, done by a model: put together from its instructions, its tools and what earlier attempts left."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from typing import Any

import pydantic_ai
from pydantic_ai import Agent, ModelRetry, ToolOutput
from pydantic_ai.capabilities import AbstractCapability
from pydantic_ai.settings import ModelSettings

from baton.domain.attempts import Player
from baton.domain.reports import PhaseReport
from baton.domain.steps import PhaseOrder
from baton.domain.vocabulary import Phase
from baton.runners.base import Heartbeat, RunnerContext
from baton.runners.failures import RunnerMisconfigured
from baton.runners.llm.briefing import briefing
from baton.runners.llm.conversation import Conversation
from baton.runners.llm.handing_in import OUTPUTS, objections, report_of
from baton.runners.llm.instructions import Instructions, instructions_for
from baton.runners.llm.options import CodeWriterOptions, LlmOptions
from baton.runners.llm.provider import Connection, connected
from baton.runners.llm.record import setup_of
from baton.runners.llm.spending import Allowance
from baton.runners.llm.tools import Toolbox
from baton.runners.llm.trial import Trial
from baton.runners.memory import Memory
from baton.runtime.tracing.spans import tracing
from baton.workshop.workspace import Workspace

# It says hello on a terminal when it is first used, and can send what it does elsewhere. Neither is wanted here.
pydantic_ai.BANNER_ENABLED = False

_PATCH_BYTES = 60_000
_RETRIES = 3
"""How often in a row the model may correct a report, or the arguments of a tool, that do not have their form."""


@dataclass(frozen=True)
class Task:
    """An order, and all that it is carried out with."""

    order: PhaseOrder
    workspace: Workspace
    context: RunnerContext
    options: LlmOptions
    heartbeat: Heartbeat


async def perform(task: Task) -> PhaseReport:
    """Have the model do the phase, and report. Raises RunnerFailure and the workshop's errors."""
    order, options, context = task.order, task.options, task.context
    if order.phase not in OUTPUTS:
        raise RunnerMisconfigured(f"a model does not do {order.phase.value}: give the role the runner 'toolchain'")
    deadline = time.monotonic() + context.limits.wall_seconds
    instructions = instructions_for(order.phase, options)
    async with connected(options, context.surroundings.environment, context.role.value) as connection:
        conversation = Conversation(
            workspace=task.workspace,
            memory=Memory.of(task.workspace, order),
            connection=connection,
            allowance=Allowance(order.budget),
            heartbeat=task.heartbeat,
            deadline=deadline,
            request_timeout=options.request_timeout.total_seconds(),
            setup=setup_of(connection.name, options.base_url, instructions.digest, options.tools),
            writes=order.phase is Phase.IMPLEMENTATION,
        )
        output = await conversation.run(
            briefing(order), lambda toolbox: _agent(task, connection, instructions, toolbox, deadline)
        )
    report = report_of(order, output)
    return report.model_copy(update={"usage": conversation.used, "player": _player(connection, instructions)})


def _agent(
    task: Task, connection: Connection, instructions: Instructions, toolbox: Toolbox, deadline: float
) -> Agent[None, Any]:
    output: Any = ToolOutput(
        OUTPUTS[task.order.phase], name="report", description="Hand in the report of your phase. This ends it."
    )
    agent: Agent[None, Any] = Agent(
        connection.model,
        output_type=output,
        instructions=instructions.text,
        deps_type=type(None),
        name=task.order.role.value,
        model_settings=_settings(task.options, connection),
        retries={"tools": _RETRIES, "output": _RETRIES},
        tools=_tools(task, toolbox, deadline),
        capabilities=_capabilities(),
    )

    @agent.output_validator
    def fits_the_order(handed_in: Any) -> Any:
        if wrong := list(objections(task.order, handed_in)):
            raise ModelRetry("; ".join(wrong))
        return handed_in

    return agent


def _capabilities() -> list[AbstractCapability[None]]:
    """Where traces are wanted: spans of the agent, its requests and its tools, without what is said in them."""
    if not tracing():
        return []
    from pydantic_ai.capabilities import Instrumentation
    from pydantic_ai.models.instrumented import InstrumentationSettings

    return [Instrumentation(InstrumentationSettings(include_content=False, include_binary_content=False))]


def _settings(options: LlmOptions, connection: Connection) -> ModelSettings:
    settings = ModelSettings(timeout=options.request_timeout.total_seconds(), cache=True)
    settings.update(connection.settings)
    if options.temperature is not None:
        settings["temperature"] = options.temperature
    if options.max_output_tokens is not None:
        settings["max_tokens"] = options.max_output_tokens
    return settings


def _tools(task: Task, toolbox: Toolbox, deadline: float) -> list[Any]:
    options = task.options
    if isinstance(options, CodeWriterOptions):
        still = partial(toolbox.doing, "run_tests")
        trial = Trial(task.order, task.workspace, task.context, options, still, deadline)
        return toolbox.writing(trial.run)
    return toolbox.reading(_changes(task)) if options.tools else []


def _changes(task: Task) -> Callable[[], Awaitable[str]] | None:
    base = task.order.base_commit
    if base is None or task.order.phase not in (Phase.TESTING, Phase.VERIFICATION):
        return None
    return lambda: task.workspace.diff(base, limit=_PATCH_BYTES)


def _player(connection: Connection, instructions: Instructions) -> Player:
    return Player(
        runner="llm",
        program="pydantic-ai",
        version=version("pydantic-ai-slim"),
        model=connection.name,
        prompt=instructions.name,
        prompt_digest=instructions.digest,
    )
