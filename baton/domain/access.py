"""Who may do what at the gateway: the roles of tokens, and what each lets its holder do."""

from enum import StrEnum

from pydantic import Field, model_validator

from baton.domain.model import Value
from baton.domain.vocabulary import AccessRole, CommandName, Role


class Action(StrEnum):
    """What can be done to builds besides the commands of :class:`~baton.domain.vocabulary.CommandName`."""

    READ = "read"  # look at a build and what it made
    START = "start"  # start a build
    FORK = "fork"  # begin a new build where a phase of another began
    CANCEL = "cancel"  # have Temporal cancel a build


_BUILDER = frozenset(
    {
        CommandName.ADVANCE,
        CommandName.REQUEST_RETRY,
        CommandName.ROLLBACK,
        CommandName.ANSWER,
        CommandName.PAUSE,
        CommandName.RESUME,
        CommandName.ABANDON,
    }
)
_APPROVER = frozenset(
    {
        CommandName.APPROVE,
        CommandName.REFUSE,
        CommandName.WAIVE,
        CommandName.ANSWER,
        CommandName.EXTEND_LIMITS,
    }
)

COMMANDS_OF: dict[AccessRole, frozenset[CommandName | Action]] = {
    AccessRole.VIEWER: frozenset({Action.READ}),
    AccessRole.BUILDER: _BUILDER | {Action.READ, Action.START, Action.FORK, Action.CANCEL},
    AccessRole.AGENT: frozenset({Action.READ, CommandName.ADVANCE}),
    AccessRole.APPROVER: _APPROVER | {Action.READ},
    AccessRole.ADMIN: frozenset({*CommandName, *Action}),
}
"""What each role may do, in the projects of its token."""


class Grant(Value):
    """What the holder of a token may do, and where."""

    role: AccessRole
    agent_role: Role | None = Field(default=None, description="the role of the build that an agent plays")
    projects: tuple[str, ...] | None = Field(default=None, description="none is every project")

    @model_validator(mode="after")
    def _agents_play_a_role(self) -> "Grant":
        if (self.role is AccessRole.AGENT) != (self.agent_role is not None):
            raise ValueError("an agent's token names the role that it plays, and no other token does")
        return self

    def sees(self, project_id: str) -> bool:
        """Whether builds of ``project_id`` exist for the holder."""
        return self.projects is None or project_id in self.projects

    def may(self, action: CommandName | Action, *, playing: Role | None = None) -> bool:
        """Whether the holder may do ``action``; ``playing`` is the role in whose name it would be done."""
        if self.agent_role is not None and playing is not None and playing is not self.agent_role:
            return False
        return action in COMMANDS_OF[self.role]


EVERYTHING = Grant(role=AccessRole.ADMIN)
"""What somebody may do who sits at the machine itself."""
