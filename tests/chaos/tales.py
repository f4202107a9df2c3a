"""What each build of a round is to live through by itself: how its roles behave and what people tell it.

Dealt from the round's seed and the build's number, so that a build can be had again.
"""

import json
import random
from dataclasses import dataclass
from enum import StrEnum

from baton.domain.vocabulary import Phase, State

NONSENSE, DIES, EXITS, HANGS, FLOODS, STRANGER, REJECTS, LEAVES = (
    "nonsense",  # prints bytes that are no report
    "dies",  # kills itself
    "exits",  # ends with an exit code
    "hangs",  # says nothing until its time is up
    "floods",  # prints megabytes, and its report after them
    "stranger",  # reports for another build
    "rejects",  # sends the work back
    "leaves",  # leaves a process behind
)
_QUIRKS = (NONSENSE, DIES, EXITS, FLOODS, STRANGER, LEAVES)
_RETURNING = (Phase.TESTING, Phase.VERIFICATION, Phase.DEPLOYMENT)


class Act(StrEnum):
    """What people do to a build out of turn."""

    ROLLBACK = "rollback"
    CANCEL = "cancel"
    ABANDON = "abandon"
    PAUSE = "pause"
    RETRY = "retry"


_CHANCES = {Act.ROLLBACK: 0.2, Act.PAUSE: 0.12, Act.RETRY: 0.12, Act.CANCEL: 0.08, Act.ABANDON: 0.05}

_PROFILES = {"played": 3, "approved": 2, "by-hand": 3, "paper": 6, "long": 1}
"""How common each is. Roles that are played by people alone cost a machine little."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What the hand does when it first sees the build in ``state``."""

    state: State
    act: Act


@dataclass(frozen=True, slots=True)
class Tale:
    """One build's. ``seconds``: how long a role works; ``quirks``: what it does at its first beginnings of a phase."""

    build_id: str
    profile: str
    seconds: dict[str, float]
    quirks: dict[str, list[str]]
    deeds: tuple[Deed, ...]
    refuses: bool
    stays_parked: bool

    @property
    def metadata(self) -> dict[str, str]:
        """What the program that plays the roles reads of it, in the request."""
        return {"seconds": json.dumps(self.seconds), "quirks": json.dumps(self.quirks)}


def tale(seed: int, number: int) -> Tale:
    """The tale of the build ``number`` of the round ``seed``."""
    dice = random.Random(f"tale {seed} {number}")
    seconds = {phase.value: round(dice.choice((0.1, 0.3, 0.6, 1.8, 2.6)), 1) for phase in Phase}
    quirks: dict[str, list[str]] = {}
    if dice.random() < 0.35:
        quirks[dice.choice(list(Phase)).value] = dice.choices(_QUIRKS, k=dice.randint(1, 3))
    if dice.random() < 0.04:
        quirks[dice.choice(list(Phase)).value] = [HANGS]
    if dice.random() < 0.4:
        quirks.setdefault(dice.choice(_RETURNING).value, []).append(REJECTS)
    deeds = []
    for act, chance in _CHANCES.items():
        if dice.random() < chance:
            deeds.append(Deed(dice.choice(list(State)[:10]), act))
    return Tale(
        build_id=f"chaos-{seed}-{number}",
        profile=dice.choices(list(_PROFILES), weights=list(_PROFILES.values()))[0],
        seconds=seconds,
        quirks=quirks,
        deeds=tuple(deeds),
        refuses=dice.random() < 0.3,
        stays_parked=dice.random() < 0.1,
    )
