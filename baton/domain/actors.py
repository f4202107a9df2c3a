"""Who did something."""

from typing import Annotated

from pydantic import Field, StringConstraints

from baton.domain.model import Value
from baton.domain.vocabulary import ActorKind, Role

ActorId = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]


class Actor(Value):
    """Who did something: ``id`` within ``kind``, and the role played, if one was."""

    kind: ActorKind = ActorKind.PERSON
    id: ActorId
    role: Role | None = Field(default=None, description="the role that the actor played in this")

    def playing(self, role: Role) -> "Actor":
        """The same actor, in ``role``."""
        return Actor(kind=self.kind, id=self.id, role=role)


SYSTEM = Actor(kind=ActorKind.SYSTEM, id="baton")
"""Baton itself."""


def role_actor(role: Role) -> Actor:
    """The role as played by a runner."""
    return Actor(kind=ActorKind.ROLE, id=role.value, role=role)
