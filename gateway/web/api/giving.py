"""Giving a build a command: as the token's holder, once for each key, and what is told of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, Field

from baton.contracts.messages import CommandReply
from baton.domain.commands import parse_command
from baton.domain.expectations import TASKS
from baton.domain.fold import fold
from baton.domain.journal import Entry
from baton.domain.moves import OWNERS
from baton.domain.view import BuildView
from baton.domain.vocabulary import CommandName, Role, State, Status
from baton.store.errors import StoreError
from baton.store.reading import get_build, journal
from gateway.access.caller import Caller
from gateway.builds import Builds
from gateway.errors import BuildEnded, BuildNotFound
from gateway.web.locating import Located
from gateway.web.problems import Problem
from gateway.web.site import Site
from workflows.answers import reply


class CommandAnswer(BaseModel):
    """What came of a command."""

    workflow_id: UUID
    build_id: str
    previous_state: State
    new_state: State
    next_role: Role | None = Field(description="who acts now; null in complete, error and cancelled")
    is_complete: bool
    state_description: str = Field(description="what is to be done in the new state")
    status: Status
    sequence: int = Field(description="number of the last journal entry that the command caused")
    duplicate: bool = Field(description="the key was known: the command was carried out before, with this answer")
    message: str = Field(description="where the build is now and what it waits for, for people")

    @classmethod
    def of(cls, build: Located, reply: CommandReply, **more: Any) -> Self:
        """The answer to ``reply``."""
        return cls(
            workflow_id=build.key,
            build_id=reply.build_id,
            previous_state=reply.previous_state,
            new_state=reply.state,
            next_role=OWNERS.get(reply.state),
            is_complete=reply.state is State.COMPLETE,
            state_description=TASKS[reply.state],
            status=reply.status,
            sequence=reply.sequence,
            duplicate=reply.duplicate,
            message=reply.message,
            **more,
        )


@dataclass(frozen=True, slots=True)
class Giver:
    """Somebody who gives commands to a build, under a key or without."""

    site: Site
    caller: Caller
    build: Located
    key: str | None

    async def give(self, name: CommandName, **fields: Any) -> CommandReply:
        """Give the command. Without an ``expected_state`` among its fields it is the one that the build is in now.

        A build that moves on in between refuses all the same. Raises Refusal, Problem (409) for a key of another
        command, and what :meth:`gateway.builds.Builds.send` raises.
        """
        builds = self.site.temporal.builds
        try:
            return await self._give(builds, name, fields)
        except BuildEnded:
            # The answer to the command that ended the build may have been lost on its way.
            if (known := self._again(name, await self._kept_journal(builds))) is not None:
                return known
            raise
        except BuildNotFound as error:
            raise await self._forgotten(error) from error

    async def _give(self, builds: Builds, name: CommandName, fields: dict[str, Any]) -> CommandReply:
        build_id = self.build.build_id
        believes = "expected_state" in fields and fields["expected_state"] is None
        if believes or self.key is not None:
            await builds.require_open(build_id)  # of one that has ended a worker would have to read the whole history
            view = await builds.status(build_id)
            if self.key in view.commands and (known := self._again(name, await builds.journal(build_id))) is not None:
                return known
            fields |= {"expected_state": view.current_state.value} if believes else {}
        sender = {"actor": self.caller.actor.model_dump(mode="json"), "command_id": self.key}
        return await builds.send(build_id, parse_command(name, fields | sender))

    def _again(self, name: CommandName, entries: Sequence[Entry]) -> CommandReply | None:
        """The answer that the command with this key got; ``None`` when there was none."""
        caused = [entry for entry in entries if entry.command_id == self.key] if self.key is not None else []
        if not caused:
            return None
        first, last = caused[0], caused[-1]
        mine = first.actor.id == self.caller.name and (name is CommandName.ADVANCE) == (first.actor.role is not None)
        if not mine or first.sequence == 1:  # the first entry is a fork's
            raise Problem(
                409,
                "key_reused",
                f"The Idempotency-Key {self.key!r} was used for another command of this build (entry "
                f"{first.sequence}). Choose a new key",
            )
        before = fold(entry for entry in entries if entry.sequence < first.sequence)
        after = fold((entry for entry in entries if first.sequence <= entry.sequence <= last.sequence), before)
        return reply(before, after).model_copy(update={"duplicate": True})

    async def _kept_journal(self, builds: Builds) -> Sequence[Entry]:
        """The journal of a build that has ended, when there is a key to look for. SQL has the whole of it by then."""
        if self.key is None:
            return ()
        try:
            return await self.site.sql(journal, self.build.build_id)
        except StoreError:
            return await builds.journal(self.build.build_id)

    async def _forgotten(self, error: BuildNotFound) -> BuildEnded | BuildNotFound:
        """What is told of a build that was located, and that Temporal does not have."""
        kept = await self.site.sql(get_build, self.build.build_id)
        if kept is None or not kept.view.ended:
            return error
        return BuildEnded(_ended(kept.view))


def _ended(view: BuildView) -> str:
    return f"Build {view.build_id!r} has ended ({view.status.value}), and Temporal no longer keeps it"
