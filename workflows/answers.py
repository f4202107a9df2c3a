"""What the workflow of a build answers to those who start it and command it."""

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from baton.contracts import errors
    from baton.contracts.messages import CommandReply, ForkAsked, StartAnswer
    from baton.domain.commands import Command
    from baton.domain.requests import BuildRequest
    from baton.domain.view import BuildView
    from baton.domain.vocabulary import RefusalCode


def reply(before: BuildView, after: BuildView, repeated: Command | None = None) -> CommandReply:
    """The answer to a command; ``repeated`` when it had been carried out before."""
    sequence = after.head.sequence
    if repeated is not None and repeated.command_id is not None:
        sequence = after.commands[repeated.command_id]
    waits = after.waiting_for
    return CommandReply(
        build_id=after.build_id,
        previous_state=before.current_state,
        state=after.current_state,
        status=after.status,
        sequence=sequence,
        duplicate=repeated is not None,
        message=waits.what if waits is not None else after.next_expectations.task,
    )


def started(view: BuildView, request: BuildRequest, fork: ForkAsked | None = None) -> StartAnswer:
    """The build, if it is the one that was asked for. Raises ApplicationError (start_differs)."""
    differing = view.differences(request, *((None, None) if fork is None else (fork.origin, fork.command_id)))
    if differing:
        raise ApplicationError(
            f"build {request.build_id!r} exists already and differs in: {', '.join(differing)}. "
            "Send the same request, or choose another build ID",
            type=RefusalCode.START_DIFFERS,
            non_retryable=True,
        )
    return StartAnswer.of(view)


def why_not_opened(error: ActivityError | ApplicationError) -> ApplicationError:
    """What the sender of the request is told. A local activity's own error may come bare or wrapped."""
    cause = error.cause if isinstance(error, ActivityError) else error
    if isinstance(cause, ApplicationError):
        return ApplicationError(cause.message, type=cause.type, non_retryable=True)
    return ApplicationError(f"the profile could not be read: {cause or error}", type=errors.INVALID_PROFILE)
