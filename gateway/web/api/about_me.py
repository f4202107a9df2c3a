"""Who the caller is, and how roles can be played."""

import asyncio
from collections.abc import Iterable
from functools import cache
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from baton.domain.access import COMMANDS_OF
from baton.domain.actors import Actor
from baton.domain.terms import ApprovalTerms
from baton.domain.vocabulary import AccessRole, LimitName, Role, State
from baton.runners.catalogue import Profiles
from baton.runners.profile_errors import ProfileError
from baton.runners.registry import Registry
from gateway.web.callers import WhoCalls
from gateway.web.site import Here

router = APIRouter(tags=["about"])


class Me(BaseModel):
    """Who calls, and what that one may do."""

    name: str = Field(description="who the caller is in journals", examples=["grace"])
    actor: Actor
    role: AccessRole
    agent_role: Role | None = Field(description="the role of the build that an agent plays")
    projects: list[str] | None = Field(description="the projects that exist for the caller; null is all")
    token_id: UUID | None = Field(description="null where no token is needed")
    may: list[str] = Field(description="what the role allows", examples=[["read", "advance"]])


class PlayedBy(BaseModel):
    """How a role is played."""

    runner: str = Field(examples=["manual"])
    manual: bool = Field(description="it waits for advance")


class ProfileAnswer(BaseModel):
    """A profile, as this machine has it."""

    name: str = Field(examples=["manual"])
    description: str
    roles: dict[Role, PlayedBy]
    approvals: dict[State, ApprovalTerms] = Field(description="handoffs that wait for an approval")
    waivers: list[str] = Field(description="who may waive findings; none is any person")
    minimum_coverage: float = Field(description="percent")
    limits: dict[LimitName, float | None] = Field(description="null is no limit; wall_clock in seconds")


class BrokenProfile(BaseModel):
    """One that cannot be used."""

    name: str
    problem: str


class ProfileList(BaseModel):
    """The profiles that a start can name."""

    default: str = Field(description="of a start that names none")
    profiles: list[ProfileAnswer]
    broken: list[BrokenProfile]


@router.get("/api/me", summary="Who I am")
async def get_me(caller: WhoCalls) -> Me:
    """The name that journals will have, and what the token allows."""
    grant = caller.grant
    return Me(
        name=caller.name,
        actor=caller.actor,
        role=grant.role,
        agent_role=grant.agent_role,
        projects=None if grant.projects is None else list(grant.projects),
        token_id=caller.token_id,
        may=sorted(action.value for action in COMMANDS_OF[grant.role]),
    )


@router.get("/api/profiles", summary="How roles can be played")
async def list_profiles(site: Here, caller: WhoCalls) -> ProfileList:
    """The profiles that Baton ships, and those in `BATON_PROFILES` of the gateway's machine; workers read their own."""
    found = await asyncio.to_thread(_read, Profiles(site.settings.profiles, _registry()))
    told = caller.grant.role is AccessRole.ADMIN
    return ProfileList(
        default=site.settings.gateway_profile,
        profiles=[one for one in found if isinstance(one, ProfileAnswer)],
        broken=[one if told else _untold(one) for one in found if isinstance(one, BrokenProfile)],
    )


@cache
def _registry() -> Registry:
    """The runners that are installed; to look for them takes a while, and they stay."""
    return Registry.installed()


def _read(profiles: Profiles) -> Iterable[ProfileAnswer | BrokenProfile]:
    return [_one(profiles, name) for name in profiles.names()]


def _untold(broken: BrokenProfile) -> BrokenProfile:
    """What is wrong with a file, and where it lies, is for those who mend it."""
    return BrokenProfile(name=broken.name, problem="cannot be used; an admin is told why")


def _one(profiles: Profiles, name: str) -> ProfileAnswer | BrokenProfile:
    try:
        profile = profiles.load(name)
    except ProfileError as error:
        return BrokenProfile(name=name, problem=str(error))
    terms = profile.terms()
    return ProfileAnswer(
        name=name,
        description=profile.description,
        roles={role: PlayedBy(runner=played.runner, manual=played.manual) for role, played in terms.roles.items()},
        approvals=terms.approvals,
        waivers=list(terms.waivers),
        minimum_coverage=terms.minimum_coverage,
        limits={limit: terms.limits.maximum(limit) for limit in LimitName},
    )
