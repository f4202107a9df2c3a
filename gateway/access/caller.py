"""Who calls the gateway."""

from dataclasses import dataclass
from uuid import UUID

from baton.domain.access import EVERYTHING, Grant
from baton.domain.actors import Actor
from baton.domain.vocabulary import AccessRole, ActorKind


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who has been let in. ``token_id`` is ``None`` for who sits at the machine itself."""

    name: str
    grant: Grant
    token_id: UUID | None = None

    @property
    def actor(self) -> Actor:
        """Who this is in journals, whatever a message claims."""
        kind = ActorKind.AGENT if self.grant.role is AccessRole.AGENT else ActorKind.PERSON
        return Actor(kind=kind, id=self.name)

    @property
    def projects(self) -> tuple[str, ...] | None:
        """The projects that exist for the caller; ``None`` is all of them."""
        return self.grant.projects


def at_the_machine(name: str) -> Caller:
    """Who calls from the machine of a gateway that has no tokens yet."""
    return Caller(name=name, grant=EVERYTHING)
