"""A role that is played by a language model, through pydantic-ai.

Nothing of pydantic-ai is imported before a phase is performed: it is an extra, and takes a while to load.
"""

import asyncio
import importlib.util
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from baton.domain.reports import PhaseReport
from baton.domain.steps import PhaseOrder
from baton.domain.vocabulary import Role
from baton.runners.base import CannotPlay, Heartbeat, RunnerContext
from baton.runners.failures import RunnerMisconfigured
from baton.runners.llm.options import CodeWriterOptions, LlmOptions
from baton.workshop.workspace import Workspace

if TYPE_CHECKING:
    from baton.runners.llm.performance import Task

_NEEDED = {"pydantic_ai": "pydantic-ai-slim", "genai_prices": "genai-prices", "regex": "regex"}
_PLAYS = (Role.Q_ASSISTANT, Role.CODE_WRITER, Role.TEST_AUDITOR, Role.VERIFICATION_OVERSEER)


class LlmRunner:
    """Plays every role but the release manager: a release is made by tools, not by judgement."""

    manual = False

    def __init__(self, options: LlmOptions, context: RunnerContext) -> None:
        self._options = options
        self._context = context

    @classmethod
    def options(cls, role: Role) -> type[LlmOptions]:
        """The options for ``role``. Raises CannotPlay for the release manager."""
        if role not in _PLAYS:
            raise CannotPlay(
                f"a model cannot play {role.value}: releases are made by tools, so give it the runner 'toolchain'. "
                f"A model plays {', '.join(_PLAYS)}"
            )
        return CodeWriterOptions if role is Role.CODE_WRITER else LlmOptions

    @classmethod
    def from_options(cls, options: LlmOptions, context: RunnerContext) -> "LlmRunner":
        """A runner with these options. Raises RunnerMisconfigured where the extra is not installed."""
        missing = [package for module, package in _NEEDED.items() if importlib.util.find_spec(module) is None]
        if missing:
            raise RunnerMisconfigured(
                f'the profile has {context.role.value} played by a model (runner = "llm"), and this worker\'s Python '
                f"has no {', '.join(missing)}. Install it: pip install 'baton-orchestrator[llm]', start the worker "
                "again, then retry"
            )
        return cls(options, context)

    async def perform(self, order: PhaseOrder, workspace: Workspace, heartbeat: Heartbeat) -> PhaseReport:
        """Have the model do the phase. Raises RunnerFailure: see ``baton.runners.llm.failures``."""
        task, perform = await asyncio.to_thread(_engine)
        return await perform(task(order, workspace, self._context, self._options, heartbeat))


def _engine() -> "tuple[type[Task], Callable[[Task], Awaitable[PhaseReport]]]":
    from baton.runners.llm.performance import Task, perform

    return Task, perform
