"""How builds are talked about: who, where, how long, how often, and the words of others in quotation marks."""

from datetime import UTC, datetime, tzinfo

from baton.domain.actors import Actor
from baton.domain.ledger import amount
from baton.domain.moves import HANDOFFS, OWNERS
from baton.domain.vocabulary import ActorKind, LimitName, Phase, Role, State
from gateway.story.plain import line

_QUOTED = 200
_NAME = 60


def words(word: str) -> str:
    """``code_writer`` as people write it."""
    return str(word).replace("_", " ")


def span(seconds: float) -> str:
    """A stretch of time in two units at most: ``48 s``, ``3 min 20 s``, ``2 h 5 min``, ``3 d 4 h``."""
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    for unit, size, smaller, part in (("min", 60, "s", 1), ("h", 3600, "min", 60), ("d", 86400, "h", 3600)):
        if whole < size * (60 if unit == "min" else 24) or unit == "d":
            rest = whole % size // part
            return f"{whole // size} {unit}" + (f" {rest} {smaller}" if rest else "")
    raise AssertionError(whole)


def moment(at: datetime, zone: tzinfo) -> str:
    """A moment to the second, in ``zone``; UTC is named."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}" + (" UTC" if zone is UTC else "")


def the_role(role: Role) -> str:
    """``the Code Writer``."""
    return f"the {words(role.value).title()}"


def who(actor: Actor) -> str:
    """Somebody who did something: a person or a program by name, with the role that they played by hand."""
    if actor.kind is ActorKind.ROLE and actor.role is not None:
        return the_role(actor.role)
    if actor.kind is ActorKind.SYSTEM:
        return "Baton"
    played = f" as {words(actor.role.value).title()}" if actor.role is not None else ""
    return f"{line(actor.id, _NAME)}{played}"


def place(state: State | Phase) -> str:
    """A state as the place where a build is: ``testing``, ``the handoff to the Release Manager``."""
    if state in HANDOFFS:
        return f"the handoff to {the_role(OWNERS[State(state.value)])}"
    return state.value


def quoted(text: object, longest: int = _QUOTED) -> str:
    """Words of others, on one line, in quotation marks."""
    return f"“{line(text, longest)}”"


def because(reason: str) -> str:
    """A reason after what it was given for; nothing when there is none."""
    return f": {quoted(reason)}" if reason else ""


def joined(parts: list[str], last: str = "and") -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return f" {last} ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))


def counted(number: float, one: str, many: str = "") -> str:
    """``1 test``, ``17 tests``, ``no steps``; ``many`` where an s does not do."""
    if number == 1:
        return f"1 {one}"
    return f"{amount(number) if number else 'no'} {many or f'{one}s'}"


def ordinal(number: int) -> str:
    """``1st``, ``2nd``, ``3rd``, ``11th``."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def budget(name: LimitName, value: float | None) -> str:
    """So much of a budget: ``5 rework rounds``, ``2 US dollars``, ``1 h of wall clock``, ``any number of tokens``."""
    if value is None:
        return f"any amount of {words(name.value)}"
    if name is LimitName.WALL_CLOCK:
        return f"{span(value)} of wall clock"
    return f"{amount(value)} {'US dollars' if name is LimitName.MONEY else words(name.value)}"
