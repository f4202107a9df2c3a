"""The activity that makes the workspace of a fork, with the commit that it begins with."""

import asyncio

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.failures import application_error
from activities.heartbeats import heartbeating
from baton.contracts.errors import COMMIT_GONE
from baton.contracts.messages import BeginFork as Order
from baton.runners.base import Surroundings
from baton.runners.catalogue import Profiles
from baton.runners.failures import RequestUnusable
from baton.workshop.errors import CommitNotFound, TreeUnfit
from baton.workshop.workspace import ForkedFrom, Workspaces


class BeginFork:
    """Registers ``begin_fork``. Of the build that was forked, nothing is written."""

    def __init__(self, profiles: Profiles, workspaces: Workspaces, surroundings: Surroundings) -> None:
        self._profiles = profiles
        self._workspaces = workspaces
        self._surroundings = surroundings

    @activity.defn(name="begin_fork")
    async def begin_fork(self, order: Order) -> None:
        """Make the workspace, unless it is there. Failures carry a stable ``type``; see ``baton.contracts.errors``."""
        try:
            async with heartbeating():
                await self._make(order)
        except CommitNotFound as error:
            raise ApplicationError(str(error), type=COMMIT_GONE, non_retryable=True) from None
        except Exception as error:
            raise application_error(error) from None

    async def _make(self, order: Order) -> None:
        request, origin = order.request, order.origin
        profile = await asyncio.to_thread(self._profiles.load, request.profile)
        try:
            await self._workspaces.open(
                request.build_id,
                repo=request.repo,
                ref=request.ref or profile.ref,
                remote=profile.remote(self._surroundings.environment),
                forked=ForkedFrom(origin.build_id, origin.commit, order.base_commit),
            )
        except (TreeUnfit, ValueError) as error:
            raise RequestUnusable(str(error)) from error
