"""A fork's story begins with where it comes from, and rests on its own journal."""

from datetime import UTC, timedelta
from random import Random

import pytest

from baton.domain.moves import PHASES
from baton.domain.vocabulary import Phase, State
from gateway.story.telling import tell
from tests.integration.store.reports.wandering import builds
from tests.journals import happy
from tests.unit.gateway.story.held import must_hold, must_matter


def test_a_fork_is_told_with_its_origin() -> None:
    fork = happy().fork(Phase.TESTING, "b-2").until(State.COMPLETE)
    said = [sentence.text for sentence in tell(fork.entries, fork.at + timedelta(minutes=1), UTC)]
    assert "after it was forked" in said[0]
    assert any("forked “Round half to even” from b-1, where testing began with its entry 6" in one for one in said)


@pytest.mark.parametrize("phase", PHASES)
def test_every_fork_of_a_happy_build_has_a_story(phase: Phase) -> None:
    fork = happy().fork(phase, "b-2").until(State.COMPLETE)
    for upto in range(1, len(fork.entries) + 1):
        must_hold(fork.entries[:upto])
        must_matter(fork.entries[:upto])


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happened_to_builds_and_forks_their_stories_hold(seed: int) -> None:
    for build in builds(Random(seed), 6):
        if build.view.forked_from is not None:
            for upto in range(1, len(build.entries) + 1, 3):
                must_hold(build.entries[:upto])
