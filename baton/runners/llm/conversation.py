"""Carry a conversation with a model from its first message, or from where an earlier attempt left it, to its report."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic_ai import Agent
from pydantic_ai.exceptions import UnexpectedModelBehavior
from pydantic_ai.messages import ModelMessage, ModelResponse
from pydantic_ai.run import AgentRun
from pydantic_ai.usage import UsageLimits
from pydantic_graph import End

from baton.domain.attempts import Resumption
from baton.domain.reports import Usage
from baton.domain.steps import PhaseOrder
from baton.runners.base import Heartbeat
from baton.runners.failures import RunnerFailure, RunnerTimedOut
from baton.runners.llm.failures import ModelUnavailable
from baton.runners.llm.provider import Connection
from baton.runners.llm.record import Record, find
from baton.runners.llm.spending import Allowance, added, used_by
from baton.runners.llm.tools import Toolbox
from baton.runners.llm.tree_files import TreeFiles
from baton.runners.llm.trouble import no_answer, no_report
from baton.runners.memory import Memory
from baton.workshop.errors import CommitNotFound
from baton.workshop.workspace import Workspace

_GO_ON = "Go on, and end your phase by calling the tool 'report'."
_TREE_LOST = (
    "The workspace was lost and is back at the commit that this phase began with: nothing that you wrote is there any "
    "more. Look at it, and do the work again. " + _GO_ON
)


@dataclass(frozen=True)
class Start:
    """How a conversation begins: what was said before, and what is said now; nothing, where calls are open."""

    prompt: str | None
    history: list[ModelMessage]
    used: Usage = Usage()
    out_of_bounds: int = 0
