"""Who works after whom."""

from baton.domain.moves import ORDER, OWNERS
from baton.domain.vocabulary import Role, State


def next_role(state: State) -> Role | None:
    """The first role after the one that acts in ``state``; ``None`` for the last, and where nobody acts."""
    if state not in OWNERS:
        return None
    later = (OWNERS.get(there) for there in ORDER[ORDER.index(state) :])
    return next((role for role in later if role is not OWNERS[state]), None)
