"""Random commands, good and bad, to builds on a real server: ``python -m tests.chaos.storm --count 100000``.

Each command goes out as an update or as a signal, to builds that are played by hand and continue as new every so often.
Afterwards no workflow task may have failed, none may be stuck, and every journal has to hold. Ends with exit code 1
when something was found.
"""

import argparse
import asyncio
import contextlib
import logging
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import partial

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionRequest
from temporalio.client import Client, RPCTimeoutOrCancelledError, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from baton.contracts.messages import CommandReply
from baton.contracts.names import workflow_id
from baton.domain.fold import fold
from baton.domain.journal import Entry, verify
from baton.domain.terms import ApprovalTerms, Limits
from baton.domain.vocabulary import CommandName, RefusalCode, State
from baton.runtime.core_logs import LOGGER_NAME, forward_core_logs
from baton.runtime.embedded import EmbeddedTemporal
from gateway.builds import Builds
from gateway.patience import send_again
from gateway.web_ui import WANTED_SEARCH_ATTRIBUTES
from tests.chaos.messages import command
from tests.workflow.stage import Play, Stage, all_manual, stage

_ANSWER_SECONDS = 60.0
_ON_ITS_WAY_SECONDS = 30.0
_OVERTAKEN = WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND
"""Something came while the build was about to end: it looks again, and ends then."""
_ASK_AFTER = (RefusalCode.STALE_STATE, RefusalCode.QUESTION_OPEN, RefusalCode.PARKED, RefusalCode.LIMIT_REACHED)
TERMS = all_manual(
    history_events=400,
    approvals={State.HANDOFF_TO_RELEASER: ApprovalTerms(approvers=("lead",))},
    limits=Limits(rework_rounds=4, phase_runs=40),
)


@dataclass
class Storm:
    """``count`` commands by ``senders``, to ``at_once`` builds; a build that ends makes room for another."""

    scene: Stage
    seed: int
    count: int
    at_once: int = 12
    senders: int = 24
    answers: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)
    started: int = 0
    seconds: float = 0.0
    _sent: int = 0

    async def rage(self) -> None:
        """Send all of them, then look at every build."""
        slots = [Slot(await self._start()) for _ in range(self.at_once)]
        began = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for _ in range(self.senders):
                group.create_task(self._send_on(slots))
        self.seconds = time.monotonic() - began
        builds = Builds(self.scene.client, answer_seconds=_ANSWER_SECONDS)
        for build_id in self.scene.builds:
            await self._look(builds, build_id)

    async def _start(self) -> Play:
        self.started += 1
        return await self.scene.start(f"storm-{self.seed}-{self.started}")

    async def _send_on(self, slots: list["Slot"]) -> None:
        while self._sent < self.count:
            self._sent += 1
            number = self._sent
            dice = random.Random(f"{self.seed} {number}")
            slot = dice.choice(slots)
            play = slot.play
            name, arguments = command(dice, slot.state, slot.questions)
            try:
                async with asyncio.timeout(_ANSWER_SECONDS):
                    if dice.random() < 0.25:
                        await play.handle.signal(name.value, args=arguments)
                        self.answers["signal taken"] += 1
                        continue
                    reply = await send_again(
                        partial(
                            play.handle.execute_update,
                            name.value,
                            args=arguments,
                            id=f"storm-{self.seed}-{number}",
                            result_type=CommandReply,
                        )
                    )
            except WorkflowUpdateFailedError as error:
                reason = (error.cause.type if isinstance(error.cause, ApplicationError) else None) or "failed"
                self.answers[reason] += 1
                if reason in _ASK_AFTER:
                    await slot.ask(play)
            except RPCError as error:
                await self._answered_with_error(slot, play, name, error)
            except (TimeoutError, RPCTimeoutOrCancelledError):
                self.findings.append(f"{play.request.build_id}: no answer to {name.value} in {_ANSWER_SECONDS:g} s")
            else:
                assert isinstance(reply, CommandReply)
                slot.state = reply.state
                self.answers["carried out"] += 1

    async def _answered_with_error(self, slot: "Slot", play: Play, name: CommandName, error: RPCError) -> None:
        if error.status is RPCStatusCode.RESOURCE_EXHAUSTED:
            self.answers["too many at once"] += 1
            return
        if error.status is not RPCStatusCode.NOT_FOUND:
            self.findings.append(
                f"{play.request.build_id}: {name.value} was answered with {error.status.name}: {error}"
            )
            return
        self.answers["the build had ended"] += 1
        async with slot.renewing:
            if slot.play is play:
                slot.play, slot.state = await self._start(), State.DISCOVERY

    async def _look(self, builds: Builds, build_id: str) -> None:
        client = self.scene.client
        described = await client.workflow_service.describe_workflow_execution(
            DescribeWorkflowExecutionRequest(
                namespace=client.namespace, execution=WorkflowExecution(workflow_id=workflow_id(build_id))
            )
        )
        if described.HasField("pending_workflow_task") and described.pending_workflow_task.attempt > 1:
            self.findings.append(f"{build_id}: a workflow task is stuck")
            return
        entries, view = await builds.journal(build_id), await builds.status(build_id)
        if verify(entries) != view.head or fold(entries).as_of(view.updated_at) != view.as_of(view.updated_at):
            self.findings.append(f"{build_id}: the journal folded is not the status")
        if (told := await self._mirrored_otherwise(build_id, entries)) is not None:
            self.findings.append(f"{build_id}: {told}")
        await self._look_for_failures(client, build_id)

    async def _mirrored_otherwise(self, build_id: str, entries: list[Entry]) -> str | None:
        """What the mirror got that is not the journal. What is on its way may take moments."""
        deadline = time.monotonic() + _ON_ITS_WAY_SECONDS
        while (book := self.scene.mirrored[build_id]) == entries[: len(book)] and len(book) < len(entries):
            if time.monotonic() > deadline:
                return f"entry {len(book) + 1} of {len(entries)} did not reach the mirror"
            await asyncio.sleep(0.1)
        for ours, theirs in zip(entries, book, strict=False):
            if ours != theirs:
                return f"the mirror got another entry {ours.sequence}: {theirs} and not {ours}"
        return (
            None if len(book) == len(entries) else f"the mirror got {len(book)} entries, and there are {len(entries)}"
        )

    async def _look_for_failures(self, client: Client, build_id: str) -> None:
        handle = client.get_workflow_handle(workflow_id(build_id))
        async for event in handle.fetch_history_events():
            told = event.workflow_task_failed_event_attributes
            if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED and told.cause != _OVERTAKEN:
                self.findings.append(f"{build_id}: a workflow task failed: {told.failure.message[:300]}")


@dataclass
class Slot:
    """Where one build goes on, and the next one after it."""

    play: Play
    state: State = State.DISCOVERY
    questions: tuple[str, ...] = ()
    renewing: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def ask(self, play: Play) -> None:
        """Look where ``play`` really is."""
        with contextlib.suppress(RPCError):
            view = await play.status()
            self.state, self.questions = view.current_state, tuple(one.id for one in view.open_questions)


async def storm(client: Client, *, seed: int, count: int, at_once: int = 12) -> Storm:
    """Send ``count`` random commands by ``seed`` and say what came of it."""
    async with stage(client, TERMS) as scene:
        raging = Storm(scene, seed, count, at_once)
        await raging.rage()
    return raging


async def _main(seed: int, count: int) -> int:
    async with EmbeddedTemporal(ui=False, search_attributes=WANTED_SEARCH_ATTRIBUTES) as server:
        raged = await storm(await server.connect(), seed=seed, count=count)
    print(
        f"seed {seed}: {count:,} commands to {raged.started} builds in {raged.seconds:.0f} s "
        f"({count / raged.seconds:.0f} a second)"
    )
    for answer, times in raged.answers.most_common():
        print(f"  {times:9,}  {answer}")
    print(f"  {len(raged.findings):9,}  findings: stuck or failed workflow tasks, broken journals, no answers")
    for finding, times in Counter(raged.findings).most_common(50):
        print(f"    {times} times: {finding}")
    return 1 if raged.findings else 0


def main() -> int:
    """Send as many as the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.storm", description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=100_000, help="how many commands")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    forward_core_logs()
    logging.getLogger(LOGGER_NAME).setLevel(logging.CRITICAL)
    logging.getLogger("temporalio.workflow").setLevel(logging.CRITICAL)
    return asyncio.run(_main(asked.seed, asked.count))


if __name__ == "__main__":
    sys.exit(main())
