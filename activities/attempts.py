"""An attempt at an order: what it begins with, what it costs, and how both reach the workflow."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from pydantic import ValidationError
from temporalio import activity

from activities.failures import application_error
from baton.contracts import errors
from baton.domain.attempts import Attempt, Expenses
from baton.domain.evidence import Usage
from baton.domain.reports import PhaseReport
from baton.domain.steps import PhaseOrder
from baton.runners.base import Heartbeat
from baton.runners.memory import Memory, overtaken
from baton.workshop.workspace import Workspace


@asynccontextmanager
async def remembered(workspace: Workspace, order: PhaseOrder, beat: Heartbeat, base: str) -> AsyncIterator[Heartbeat]:
    """Run the body as an attempt that starts from the commit ``base``. Yields a heartbeat that keeps telling Temporal
    the expenses.

    A failure is raised as ApplicationError with the expenses of all attempts as its detail.
    """
    memory = Memory.of(workspace, order)
    expenses = memory.expenses

    def heard(now: Expenses) -> None:
        nonlocal expenses
        expenses = now
        tell()

    def tell(*details: Any) -> None:
        beat(expenses.model_dump(mode="json", exclude_defaults=True), *details)

    await memory.begin(workspace, base, number=activity.info().attempt, before=_told_before(), told=heard)
    try:
        yield tell
    except asyncio.CancelledError:
        memory.end("cancelled")
        raise
    except Exception as error:
        memory.end(application_error(error).type or errors.RUNNER_FAILED)
        raise application_error(error, memory.expenses.model_dump(mode="json", exclude_defaults=True)) from None
    else:
        memory.end()


def with_expenses(report: PhaseReport, workspace: Workspace, order: PhaseOrder) -> PhaseReport:
    """``report`` with the usage of all attempts at it, and of orders before it that were overtaken."""
    memory = Memory.of(workspace, order)
    told = memory.expenses.attempts
    if report.usage is not None and (not told or told[-1].usage is None):
        memory.spend(report.usage)
    earlier = [one for one in overtaken(workspace, order) if one.usage is not None]
    own = memory.expenses
    attempts = (*(_overtaken(one) for expenses in earlier for one in expenses.attempts), *own.attempts)
    if len(attempts) == 1 and attempts[0].resumed is None and (attempts[0].usage == report.usage):
        return report  # nothing that the report does not say itself
    total: Usage | None = own.usage
    for expenses in earlier:
        assert expenses.usage is not None
        total = expenses.usage if total is None else total.plus(expenses.usage)
    return report.model_copy(update={"usage": total, "attempts": attempts})


def _overtaken(attempt: Attempt) -> Attempt:
    return attempt.model_copy(update={"why": attempt.why or "at an order before this one, which was overtaken"})


def _told_before() -> Expenses | None:
    """What the attempts before this one told Temporal last."""
    for detail in activity.info().heartbeat_details:
        try:
            return Expenses.model_validate(detail)
        except ValidationError:
            continue
    return None
