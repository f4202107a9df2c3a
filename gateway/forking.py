"""Forking a build: the request and the order that come of what somebody wants, and of the journal of the origin."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import uuid4

from pydantic import ValidationError

from baton.contracts.messages import StartBuild
from baton.domain.actors import Actor
from baton.domain.forking import fork_of
from baton.domain.forks import Forking
from baton.domain.journal import ChainBroken, Entry, verify
from baton.domain.jsonvalue import canonical
from baton.domain.model import describe
from baton.domain.requests import BuildRequest
from baton.domain.vocabulary import LimitName, Phase, RefusalCode
from gateway.errors import CommandRefused, RequestUnusable

_MOST_BYTES = 1_500_000
_LONGEST_STEM = 80
_OF_A_FORK = re.compile(r"-fork-[0-9a-f]{8}$")


@dataclass(frozen=True, slots=True)
class ForkWish:
    """What somebody wants of a fork. ``at`` is the entry with which the run of the phase began; none is the last run.

    Without a ``build_id`` it is made from the origin's and the key, so that the same key of ``whose`` gives the same.
    """

    phase: Phase
    at: int | None = None
    build_id: str | None = None
    profile: str | None = None
    limits: dict[LimitName, float | None] = field(default_factory=dict)
    reason: str = ""
    command_id: str | None = None
    whose: str = ""


def start_of_fork(entries: Sequence[Entry], wish: ForkWish, by: Actor | None) -> StartBuild:
    """The start of the fork that is wished for, from the whole journal of its origin.

    Raises Refusal (phase_not_reached), CommandRefused (not_open_yet, report_too_large) and RequestUnusable.
    """
    if not entries:
        raise CommandRefused("not_open_yet", "the build is not open yet, so nothing has begun; fork it in a moment")
    try:
        verify(entries)
    except ChainBroken as broken:
        raise RequestUnusable(
            f"The journal of the build was tampered with: {broken}. Nothing can be forked from it"
        ) from None
    origin = BuildRequest.model_validate(entries[0].data["request"])
    profile = wish.profile or origin.profile
    fork = fork_of(entries, wish.phase, at=wish.at, keep_limits=profile == origin.profile, extended=wish.limits)
    build_id = wish.build_id or fork_id(origin.build_id, wish.command_id, wish.whose)
    try:
        request = BuildRequest.model_validate(origin.model_dump() | {"build_id": build_id, "profile": profile})
        forking = Forking(fork=fork, reason=wish.reason, command_id=wish.command_id)
    except ValidationError as error:
        raise RequestUnusable(f"The fork cannot be asked for: {describe(error)}") from error
    size = len(canonical(forking.model_dump(mode="json", exclude_defaults=True)))
    if size > _MOST_BYTES:
        raise CommandRefused(
            RefusalCode.REPORT_TOO_LARGE,
            f"what the fork would take along has {size:,} bytes; at most {_MOST_BYTES:,} can be sent. Fork from an "
            "earlier phase, before so much was reported",
        )
    return StartBuild(request=request, started_by=by, forking=forking)


def fork_id(origin: str, key: str | None, whose: str = "") -> str:
    """An ID for a fork of ``origin``: the same for the same key, another each time without one."""
    mark = hashlib.sha256((f"{whose}\0{key}" if key else str(uuid4())).encode()).hexdigest()[:8]
    return f"{_OF_A_FORK.sub('', origin)[:_LONGEST_STEM]}-fork-{mark}"
