"""The activity that reads a profile when a build opens."""

import asyncio
from collections.abc import Collection

from temporalio import activity

from activities.failures import application_error
from baton.contracts.messages import ProfileRequest
from baton.domain.terms import Terms
from baton.domain.vocabulary import Role
from baton.runners.catalogue import Profiles
from baton.runners.profile_errors import ProfileError


class LoadProfile:
    """Registers ``load_profile`` over the profiles of this worker, which plays the roles ``beside`` as well."""

    def __init__(self, profiles: Profiles, beside: Collection[Role] = ()) -> None:
        self._profiles = profiles
        self._beside = frozenset(beside)

    @activity.defn(name="load_profile")
    async def load_profile(self, request: ProfileRequest) -> Terms:
        """The terms in a profile. Fails for good with ``unknown_profile`` or ``invalid_profile``."""
        try:
            terms = (await asyncio.to_thread(self._profiles.load, request.name)).terms()
        except ProfileError as error:
            raise application_error(error) from error
        roles = {
            role: played.model_copy(update={"beside": role in self._beside}) for role, played in terms.roles.items()
        }
        return terms.model_copy(update={"roles": roles})
