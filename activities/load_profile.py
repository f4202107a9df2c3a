"""The activity that reads a profile when a build opens."""

import asyncio

from temporalio import activity

from activities.failures import application_error
from baton.contracts.messages import ProfileRequest
from baton.domain.terms import Terms
from baton.runners.catalogue import Profiles
from baton.runners.profile_errors import ProfileError


class LoadProfile:
    """Registers ``load_profile`` over the profiles of this worker."""

    def __init__(self, profiles: Profiles) -> None:
        self._profiles = profiles

    @activity.defn(name="load_profile")
    async def load_profile(self, request: ProfileRequest) -> Terms:
        """The terms in a profile. Fails for good with ``unknown_profile`` or ``invalid_profile``."""
        try:
            return (await asyncio.to_thread(self._profiles.load, request.name)).terms()
        except ProfileError as error:
            raise application_error(error) from error
