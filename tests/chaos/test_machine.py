"""Hypothesis against the real server: what a build answers there is what the domain alone answers here."""

import asyncio
import itertools
import threading
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack, contextmanager
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from baton.contracts.messages import CommandReply
from baton.domain.build import Build
from baton.domain.commands import parse_command
from baton.domain.fold import fold
from baton.domain.journal import Entry, verify
from baton.domain.moves import OWNERS, phase_of
from baton.domain.refusals import Refusal
from baton.domain.vocabulary import CommandName, EntryKind
from baton.runtime.embedded import EmbeddedTemporal
from gateway.web_ui import WANTED_SEARCH_ATTRIBUTES
from tests.unit.domain import messages
from tests.unit.domain.driver import GOOD
from tests.workflow.stage import Play, Stage, all_manual, stage

EXAMPLES, STEPS = 6, 10
Result = TypeVar("Result")
_numbers = itertools.count(1)


class Server:
    """A real server and a real worker, on an event loop of their own."""

    def __init__(self, loop: asyncio.AbstractEventLoop, scene: Stage) -> None:
        self._loop = loop
        self.scene = scene

    def do(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Have ``work`` done there, and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)


@contextmanager
def server() -> Iterator[Server]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    ready: asyncio.Future[Stage] = loop.create_future()
    done = asyncio.Event()

    async def serve() -> None:
        async with AsyncExitStack() as stack:
            temporal = EmbeddedTemporal(ui=False, search_attributes=WANTED_SEARCH_ATTRIBUTES)
            await stack.enter_async_context(temporal)
            scene = stage(await temporal.connect(), all_manual(history_events=120))
            ready.set_result(await stack.enter_async_context(scene))
            await done.wait()

    async def begun() -> Stage:
        return await ready

    serving = asyncio.run_coroutine_threadsafe(serve(), loop)
    try:
        yield Server(loop, asyncio.run_coroutine_threadsafe(begun(), loop).result(60))
    finally:
        loop.call_soon_threadsafe(done.set)
        serving.result(120)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(20)
        loop.close()


def machine(at: Server) -> type[RuleBasedStateMachine]:
    """A machine whose builds are carried by ``at``."""

    class OnTheServer(RuleBasedStateMachine):
        @initialize()
        def open(self) -> None:
            self.play: Play = at.do(at.scene.start(f"machine-{next(_numbers)}"))
            self.entries = self._journal()

        def _journal(self) -> list[Entry]:
            async def until_mirrored() -> list[Entry]:
                view = await self.play.status()
                async with asyncio.timeout(30):
                    while len(self.play.mirrored) < view.head.sequence:
                        await asyncio.sleep(0.01)
                return list(self.play.mirrored)

            return at.do(until_mirrored())

        def _twin(self) -> Build:
            return Build(fold(self.entries))

        def send(self, name: CommandName, message: Any) -> None:
            """Send an update; the answer, and what it wrote, are those of a twin that lives in this process alone."""
            twin, before = self._twin(), self.entries
            if twin.view.ended:
                return
            now = before[-1].at
            try:
                expected = [entry.kind for entry in twin.handle(parse_command(name, message), now)]
                code = None
            except Refusal as refusal:
                expected, code = [], refusal.code.value
            assert at.do(self._answer(name, message)) == code
            self.entries = self._journal()
            written = [entry.kind for entry in self.entries[len(before) :]]
            # What the workflow goes on to by itself comes after what the command wrote.
            assert written[: len(expected)] == expected
            assert bool(written) == bool(expected)

        async def _answer(self, name: CommandName, message: Any) -> str | None:
            try:
                await self.play.handle.execute_update(name.value, message, result_type=CommandReply)
            except WorkflowUpdateFailedError as error:
                return error.cause.type if isinstance(error.cause, ApplicationError) else str(error.cause)
            return None

        @rule(data=st.data())
        def somebody_sends_a_command(self, data: st.DataObject) -> None:
            self.send(*data.draw(messages.commands(self._twin().view.current_state)))

        @rule(data=st.data())
        def somebody_sends_a_bad_message(self, data: st.DataObject) -> None:
            self.send(*data.draw(messages.malformed(self._twin().view.current_state)))

        @rule()
        def the_work_goes_on(self) -> None:
            view = self._twin().view
            here = view.current_state
            phase, role = phase_of(here), view.current_role or OWNERS.get(here)
            if role is None:
                return
            message = {"actor": {"id": "agent-7"}, "role": role.value, "completed_state": here.value}
            self.send(CommandName.ADVANCE, message | {"result": GOOD[phase] if phase else {}})

        @rule(data=st.data())
        def somebody_signals(self, data: st.DataObject) -> None:
            """A signal that is refused is noted; whatever comes, the build goes on."""
            twin = self._twin()
            name, message = data.draw(messages.malformed(twin.view.current_state))
            if twin.view.ended:
                return
            try:
                twin.check(parse_command(name, message), self.entries[-1].at)
            except Refusal:
                before = len(self.entries)
                at.do(self._signal(name, message))
                self.entries = self._journal()
                assert [entry.kind for entry in self.entries[before:]] == [EntryKind.COMMAND_REFUSED]

        async def _signal(self, name: CommandName, message: Any) -> None:
            await self.play.handle.signal(name.value, message)

        @invariant()
        def the_journal_holds_and_says_what_the_build_says(self) -> None:
            view = at.do(self.play.status())
            assert verify(self.entries) == view.head
            assert fold(self.entries).as_of(view.updated_at) == view.as_of(view.updated_at)

    return OnTheServer


def test_a_build_on_the_server_answers_as_the_domain_does() -> None:
    budget = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    with server() as at:
        run_state_machine_as_test(machine(at), settings=budget)
