"""The roll of what is recorded: a scenario for each function, under the function's name."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from temporalio.client import WorkflowFailureError

from baton.domain.terms import Terms
from baton.domain.view import BuildView
from baton.domain.vocabulary import State
from tests.workflow.stage import Play, Stage

Performance = Callable[[Stage, str], Awaitable[Play]]


@dataclass(frozen=True)
class Scenario:
    """A build to be recorded: the terms that it runs under, and how it is played."""

    terms: Terms
    play: Performance


class Roll(dict[str, Scenario]):
    """Scenarios by their names."""

    def recorded(self, under: Terms) -> Callable[[Performance], Performance]:
        """Have a build recorded that runs under these terms."""

        def enlist(play: Performance) -> Performance:
            self[play.__name__] = Scenario(under, play)
            return play

        return enlist


def is_parked(view: BuildView) -> bool:
    """Whether a person has to decide."""
    return view.current_state is State.ERROR


async def ended_badly(play: Play) -> None:
    """Wait for an end that is none of the good ones."""
    try:
        await play.handle.result()
    except WorkflowFailureError:
        return
    raise AssertionError(f"{play.handle.id} was to fail, and ended well")
