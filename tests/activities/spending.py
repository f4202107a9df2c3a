"""Attempts by a runner that does what it is told, and what comes of them."""

import asyncio
import dataclasses
import json
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from baton.domain.attempts import Expenses
from baton.domain.reports import PhaseReport
from baton.domain.steps import PhaseOrder
from baton.domain.vocabulary import Phase
from tests.activities.conftest import Bench, appeared
from tests.orders import an_order


def an_implementation(number: int = 1, **fields: Any) -> PhaseOrder:
    return an_order(Phase.IMPLEMENTATION, number=number, **fields)


def acts(bench: Bench, *attempts: str) -> None:
    """Have the code writer do these things in its attempts."""
    bench.profile(code_writer=f'runner = "spender"\nacts = {json.dumps(attempts)}')


def at_attempt(number: int, *told: object) -> ActivityEnvironment:
    environment = ActivityEnvironment()
    environment.info = dataclasses.replace(environment.info, attempt=number, heartbeat_details=list(told))
    return environment


async def fails(bench: Bench, order: PhaseOrder, attempt: int = 1, *told: object) -> tuple[ApplicationError, Expenses]:
    with pytest.raises(ApplicationError) as caught:
        await bench.perform(order, at_attempt(attempt, *told))
    [detail] = caught.value.details
    return caught.value, Expenses.model_validate(detail)


async def stopped(bench: Bench, order: PhaseOrder, attempt: int = 1) -> None:
    """The attempt is cancelled when it has touched the file ``begun``."""
    begun, environment = bench.folder / "begun", at_attempt(attempt)
    begun.unlink(missing_ok=True)
    running = asyncio.create_task(bench.perform(order, environment))
    appearing = asyncio.create_task(appeared(begun))
    await asyncio.wait([running, appearing], return_when=asyncio.FIRST_COMPLETED)
    appearing.cancel()
    environment.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


def hanging(bench: Bench, words: str) -> str:
    return f"{words} touch={bench.folder / 'begun'} hang"


def told(report: PhaseReport) -> list[tuple[int, str, int | None]]:
    """Number, failure and requests of each attempt."""
    return [(one.number, one.failure, one.usage.requests if one.usage else None) for one in report.attempts]
