"""A runner that does in each attempt what its options say: spend, write, fail, hang, take up what was left, report."""

import asyncio
from pathlib import Path
from typing import Any

from baton.domain.attempts import Resumption
from baton.domain.evidence import Usage
from baton.domain.reports import PhaseReport
from baton.domain.steps import PhaseOrder
from baton.domain.vocabulary import Role
from baton.runners.base import Heartbeat, RunnerContext, RunnerOptions
from baton.runners.failures import RunnerFailed, RunnerMisconfigured
from baton.runners.memory import Memory
from baton.workshop.workspace import Workspace


class SpenderOptions(RunnerOptions):
    """``acts``: the words of each attempt; the last ones hold for all that follow."""

    acts: tuple[str, ...] = ("",)


class SpenderRunner:
    """Obeys words such as ``spend=3 write=a.py fail``. What ends no attempt ends in a report."""

    manual = False

    def __init__(self, options: SpenderOptions) -> None:
        self._options = options

    @classmethod
    def options(cls, role: Role) -> type[SpenderOptions]:
        return SpenderOptions

    @classmethod
    def from_options(cls, options: Any, context: RunnerContext) -> "SpenderRunner":
        return cls(options)

    async def perform(self, order: PhaseOrder, workspace: Workspace, heartbeat: Heartbeat) -> PhaseReport:
        memory = Memory.of(workspace, order)
        report = PhaseReport(output={"attempt": memory.attempt, "elsewhere": memory.elsewhere})
        acts = self._options.acts
        for word in acts[min(memory.attempt, len(acts)) - 1].split():
            what, _, value = word.partition("=")
            match what:
                case "spend":
                    memory.spend(usage(int(value)))
                case "used":
                    report = report.model_copy(update={"usage": usage(int(value))})
                case "write":
                    (workspace.tree / value).write_text(f"attempt {memory.attempt}")
                case "note":
                    (memory.folder / value).write_text("kept")
                case "beat":
                    heartbeat(value)
                case "touch":
                    Path(value).touch()
                case "take-up":
                    assert memory.interrupted is not None
                    await workspace.bring_back(memory.interrupted)
                    memory.resumed(Resumption.PARTIAL, "the files are there")
                case "hang":
                    await asyncio.Event().wait()
                case "fail":
                    raise RunnerFailed("it failed")
                case "never":
                    raise RunnerMisconfigured("no such model")
                case _:
                    raise AssertionError(word)
        return report


def usage(number: int) -> Usage:
    """So many requests, with ten times as many tokens, at a cent each."""
    return Usage(requests=number, input_tokens=10 * number, cost_usd=round(0.01 * number, 9))
