"""A role that is played by a coding agent's command-line program: one run of it for each phase."""

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from baton.domain.attempts import Player
from baton.domain.reports import PhaseReport
from baton.domain.steps import PhaseOrder
from baton.domain.vocabulary import Phase, Role
from baton.runners.agents.allowance import Allowance
from baton.runners.agents.installation import Installation, find
from baton.runners.agents.options import AgentOptions
from baton.runners.agents.own_folder import OwnFolder
from baton.runners.agents.preset import Call
from baton.runners.agents.reporting import report_in
from baton.runners.agents.run import Ended, Run
from baton.runners.agents.taking_up import Record, Start, take_up
from baton.runners.agents.task import Task, task_for
from baton.runners.agents.unheeded import put_back, take_away
from baton.runners.agents.versions import version_of
from baton.runners.base import CannotPlay, Heartbeat, RunnerContext
from baton.runners.failures import RunnerFailed, RunnerMisconfigured
from baton.runners.launcher import Launcher
from baton.runners.memory import Memory
from baton.runners.scratch import scratch_folder
from baton.workshop.lent_repository import lend
from baton.workshop.limits import MIB, Limits, SandboxPolicy
from baton.workshop.removal import remove
from baton.workshop.sandbox import probe
from baton.workshop.workspace import Workspace

_PLAYS = (Role.Q_ASSISTANT, Role.CODE_WRITER, Role.TEST_AUDITOR, Role.VERIFICATION_OVERSEER)


class AgentRunner:
    """Plays a role by a coding agent."""

    manual = False

    def __init__(self, options: AgentOptions, context: RunnerContext) -> None:
        self._options = options
        self._context = context

    @classmethod
    def options(cls, role: Role) -> type[AgentOptions]:
        """The options. Raises CannotPlay for the release manager, who runs commands and judges nothing."""
        if role not in _PLAYS:
            raise CannotPlay(f"a coding agent cannot play {role.value}; it plays {', '.join(_PLAYS)}")
        return AgentOptions

    @classmethod
    def from_options(cls, options: AgentOptions, context: RunnerContext) -> "AgentRunner":
        """A runner with these options."""
        return cls(options, context)

    async def perform(self, order: PhaseOrder, workspace: Workspace, heartbeat: Heartbeat) -> PhaseReport:
        """Have the agent do the phase. Raises RunnerFailure, SandboxUnavailable and the workshop's errors.

        What it changes in the tree stays in implementation, and is undone in every other phase.
        """
        preset = self._options.preset
        launcher = replace(Launcher.begin(self._options, self._context, heartbeat), limits=self._limits())
        installed = await asyncio.to_thread(self._installed, launcher)
        memory = Memory.of(workspace, order)
        allowance = Allowance(order.budget, lambda: memory.expenses.usage)
        overdrawn = allowance.overdrawn()
        if overdrawn is not None:
            raise overdrawn
        record = Record.of(memory, preset.name)
        folder = OwnFolder(workspace, preset.name, order.role)
        start = await take_up(memory, workspace, record, partial(preset.keeps, folder.path))
        task = task_for(order, taken_up=start.how, files=start.files)
        take_away(workspace, preset.unheeded)
        objects = await lend(workspace)
        with scratch_folder(workspace) as scratch, folder.lent(self._options.config, self._home()):
            version = await version_of(installed, launcher, scratch)
            call = await self._call(order, launcher, folder, scratch, start, allowance)
            run = Run(self._options, installed, launcher, folder, call, workspace.tree, [objects])
            async with _kept_when_stopped(record, workspace):
                ended = await run.to_its_end(task.text, begun=record.keep, spent=memory.spend, allowance=allowance)
            _require_tree(workspace, preset.name)
            failure = run.failure(ended)
            if failure is not None:
                # A provider that fails in the middle, or time that is up, is not the end of the work.
                told, late = ended.told, ended.result.timed_out
                if late or (told.error and (told.message or told.usage is not None)):
                    await record.cut_short(workspace)
                else:
                    record.forget()
                raise failure
        record.forget()
        report = report_in(order, preset.name.value, ended.told.message, run.secrets)
        await self._settle(order, workspace)
        return report.model_copy(update={"usage": ended.told.usage, "player": self._player(ended, version, task)})

    def _limits(self) -> Limits:
        """Those of the profile, but what the agent needs to live, unless the role has its own."""
        options, preset, limits = self._options, self._options.preset, self._context.limits
        memory = options.memory_mib * MIB if options.memory_mib else max(limits.memory_bytes, preset.memory_mib * MIB)
        processes = options.processes or max(limits.processes, preset.processes)
        return replace(limits, memory_bytes=memory, processes=processes)

    def _installed(self, launcher: Launcher) -> Installation:
        preset, path = self._options.preset, launcher.path()
        program = self._options.program or preset.program
        found = find(program, path)
        if found is None:
            raise RunnerMisconfigured(
                f"the program {program!r} of {preset.title} is not installed on this worker, or not on its PATH. "
                f"Install it ({preset.install}), or name its place in 'program' of the role "
                f"{self._context.role.value}; python starter.py agents shows what is there"
            )
        return found

    def _home(self) -> Path:
        return Path(self._context.surroundings.environment.get("HOME", "/nonexistent"))

    async def _call(
        self,
        order: PhaseOrder,
        launcher: Launcher,
        folder: OwnFolder,
        scratch: Path,
        start: Start,
        allowance: Allowance,
    ) -> Call:
        fresh = str(uuid.uuid4()) if self._options.preset.names_sessions and start.session is None else None
        sandboxed = launcher.policy is not SandboxPolicy.OFF and (await asyncio.to_thread(probe)).available
        return Call(
            home=folder.path,
            scratch=scratch,
            prompt=scratch / "task.md",
            writes=order.phase is Phase.IMPLEMENTATION,
            confined=sandboxed,
            given=frozenset(launcher.passed),
            model=self._options.model,
            session=fresh,
            resume=start.session,
            money=allowance.money,
        )

    async def _settle(self, order: PhaseOrder, workspace: Workspace) -> None:
        """Leave in the tree what belongs to the work."""
        if order.phase is not Phase.IMPLEMENTATION:
            await workspace.restore((await workspace.head()).sha)
            return
        await put_back(workspace, self._options.preset.unheeded)
        for pattern in self._options.preset.leavings:
            for path in workspace.tree.glob(pattern):
                await asyncio.to_thread(remove, path)

    def _player(self, ended: Ended, version: str, task: Task) -> Player:
        told = ended.told
        return Player(
            runner="agent",
            program=self._options.agent.value,
            version=version,
            model=told.model or self._options.model or "",
            prompt=task.name,
            prompt_digest=task.digest,
            session=told.session,
        )


@contextlib.asynccontextmanager
async def _kept_when_stopped(record: Record, workspace: Workspace) -> AsyncIterator[None]:
    """A run that is cancelled, at a worker's end for instance, leaves what the next attempt can go on with."""
    try:
        yield
    except asyncio.CancelledError:
        keeping = asyncio.create_task(record.cut_short(workspace))
        while not keeping.done():
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait([keeping])
        raise


def _require_tree(workspace: Workspace, agent: str) -> None:
    tree = workspace.tree
    if tree.is_symlink() or not tree.is_dir():
        raise RunnerFailed(
            f"{agent!r} has taken its folder away: where the tree of the build was, "
            f"{'a link' if tree.is_symlink() else 'nothing'} is left. It is brought back for the next attempt"
        )
