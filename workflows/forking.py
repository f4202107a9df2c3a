"""Opening a fork: whether its terms let it begin, and a workspace with the commit that it begins with."""

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError
from temporalio.workflow import ActivityCancellationType

with workflow.unsafe.imports_passed_through():
    from baton.contracts import errors
    from baton.contracts.activities import begin_fork
    from baton.contracts.messages import BeginFork
    from baton.contracts.names import role_queue
    from baton.domain.build import Build
    from baton.domain.forks import Forking
    from baton.domain.moves import OWNERS, PHASES
    from baton.domain.refusals import Refusal
    from baton.domain.requests import BuildRequest
    from baton.domain.terms import Terms
    from baton.domain.vocabulary import Phase, Role
    from workflows.opening import to_its_end
    from workflows.performing import explain, priority, retries
    from workflows.summaries import FORK


async def prepare_fork(request: BuildRequest, forking: Forking, terms: Terms) -> None:
    """See to everything that ``request`` needs to begin as a fork.

    Raises ApplicationError (fork_refused, commit_gone) when it cannot.
    """
    info = workflow.info()
    try:
        Build.open(
            request,
            terms,
            workflow_id=info.workflow_id,
            first_run_id=info.first_execution_run_id,
            at=workflow.now(),
            forking=forking,
        )
    except Refusal as refusal:
        raise _refused(refusal.message) from refusal
    role = _first_player(forking.fork.origin.phase, terms)
    if role is not None:
        await to_its_end(_make_workspace(request, forking, terms, role))


def _first_player(phase: Phase, terms: Terms) -> Role | None:
    """The first role from ``phase`` on that works in the workspace; of a build played by hand, nobody does."""
    position = PHASES.index(phase)
    players = (OWNERS[one.state] for one in PHASES[position:] + PHASES[:position])
    return next((role for role in players if not terms.role(role).manual), None)


async def _make_workspace(request: BuildRequest, forking: Forking, terms: Terms, role: Role) -> None:
    fork, played = forking.fork, terms.role(role)
    try:
        await workflow.execute_activity(
            begin_fork,
            BeginFork(request=request, origin=fork.origin, base_commit=fork.base_commit),
            task_queue=role_queue(role),
            start_to_close_timeout=played.timeout,
            heartbeat_timeout=played.heartbeat,
            retry_policy=retries(played),
            cancellation_type=ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
            summary=FORK,
            priority=priority(terms, request),
        )
    except ActivityError as error:
        code, message = explain(error)
        if code == errors.COMMIT_GONE:
            raise ApplicationError(message, type=code, non_retryable=True) from error
        raise _refused(f"its workspace could not be made ({code}): {message}") from error


def _refused(message: str) -> ApplicationError:
    return ApplicationError(message, type=errors.FORK_REFUSED, non_retryable=True)
