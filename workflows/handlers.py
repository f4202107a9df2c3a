"""How commands reach a build: one update and one signal of the same name for each command.

They take raw payloads, so that a message of any form gets a clear answer (update) or leaves a trace (signal) and
never stops the workflow.
"""

from collections.abc import Awaitable, Callable
from inspect import Parameter, Signature
from typing import Any, Protocol, TypeVar

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from baton.contracts.messages import CommandReply
    from baton.domain.build import Build
    from baton.domain.commands import Command, parse_command, sender_of
    from baton.domain.journal import Entry
    from baton.domain.refusals import Refusal
    from baton.domain.vocabulary import CommandName, RefusalCode


class Desk(Protocol):
    """What the handlers need of the workflow."""

    @property
    def current(self) -> Build | None: ...
    async def opened(self) -> Build: ...
    def carry_out(self, build: Build, command: Command) -> CommandReply: ...
    def record(self, entries: list[Entry]) -> None: ...


class Handlers:
    """The handlers of all commands, for one build."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def install(self) -> None:
        """Register an update and a signal for each command. New commands are only ever added at the end."""
        for name in CommandName:
            workflow.set_update_handler(name.value, self._update(name), validator=self._validator(name))
            workflow.set_signal_handler(name.value, self._signal(name))

    def _update(self, name: CommandName) -> Callable[..., Awaitable[CommandReply]]:
        async def update(*messages: RawValue) -> CommandReply:
            build = await self._desk.opened()
            try:
                return self._desk.carry_out(build, parse_command(name, decode(messages)))
            except Refusal as refusal:
                raise refused(refusal) from refusal

        return _taking_one_message(update, CommandReply)

    def _validator(self, name: CommandName) -> Callable[..., None]:
        def validate(*messages: RawValue) -> None:
            try:
                command = parse_command(name, decode(messages))
                build = self._desk.current
                if build is not None:
                    build.check(command, workflow.now())
            except Refusal as refusal:
                raise refused(refusal) from refusal

        return _taking_one_message(validate, None)

    def _signal(self, name: CommandName) -> Callable[..., Awaitable[None]]:
        async def signal(*messages: RawValue) -> None:
            try:
                build = await self._desk.opened()
            except ApplicationError:
                return
            message: Any = None
            try:
                message = decode(messages)
                self._desk.carry_out(build, parse_command(name, message))
            except Refusal as refusal:
                if build.view.ended:
                    workflow.logger.info("%s came after the end: %s", name.value, refusal.message)
                else:
                    self._desk.record(build.note_refusal(name, refusal, sender_of(message), workflow.now()))

        return _taking_one_message(signal, None)


def decode(messages: tuple[Any, ...]) -> Any:
    """The one message, decoded. Raises :class:`Refusal` (malformed)."""
    if len(messages) != 1 or not isinstance(messages[0], RawValue):
        raise Refusal(RefusalCode.MALFORMED, f"a command takes one JSON object, not {len(messages)} arguments")
    try:
        return workflow.payload_converter().from_payload(messages[0].payload)
    except Exception as error:
        raise Refusal(RefusalCode.MALFORMED, f"the message is not JSON: {error}"[:500]) from error


def refused(refusal: Refusal) -> ApplicationError:
    """The refusal as the sender of an update gets it: its code is the error's type."""
    return ApplicationError(refusal.message, type=refusal.code.value, non_retryable=True)


_Handler = TypeVar("_Handler", bound=Callable[..., Any])


def _taking_one_message(function: _Handler, result: Any) -> _Handler:
    """``function`` as Temporal is to see it: with one raw parameter.

    Temporal reads a handler's signature to decode its arguments and then calls it with as many as were sent. One that
    takes any number survives a sender who sends none or three.
    """
    function.__signature__ = Signature([Parameter("message", Parameter.POSITIONAL_OR_KEYWORD)])  # type: ignore[attr-defined]
    function.__annotations__ = {"message": RawValue, "return": result}
    return function
