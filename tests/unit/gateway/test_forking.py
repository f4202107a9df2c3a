"""What is asked of Temporal when somebody wants a fork."""

import pytest

from baton.domain.actors import Actor
from baton.domain.refusals import Refusal
from baton.domain.vocabulary import LimitName, Phase
from gateway.errors import CommandRefused, RequestUnusable
from gateway.forking import ForkWish, fork_id, start_of_fork
from tests.journals import Story, happy

ADA = Actor(id="ada")


def test_a_fork_is_asked_for_as_its_origin_was_but_for_what_is_wished() -> None:
    story = happy()
    wish = ForkWish(Phase.TESTING, build_id="b-2", limits={LimitName.MONEY: None}, reason="again", command_id="k")
    start = start_of_fork(story.entries, wish, ADA)
    assert start.request == story.build.view.request.model_copy(update={"build_id": "b-2"})
    assert start.started_by == ADA
    assert start.forking is not None
    assert (start.forking.reason, start.forking.command_id) == ("again", "k")
    assert start.forking.fork.limits == story.build.view.limits
    other = start_of_fork(story.entries, ForkWish(Phase.TESTING, profile="strict"), ADA)
    assert other.request.profile == "strict"
    assert other.forking is not None
    assert other.forking.fork.limits is None


def test_ids_of_forks_tell_their_origin_and_are_the_same_for_the_same_key() -> None:
    first = fork_id("slugify-1", "k")
    assert first.startswith("slugify-1-fork-")
    assert first == fork_id("slugify-1", "k") == fork_id(fork_id("slugify-1", None), "k")
    assert (
        len({first, fork_id("slugify-1", "other"), fork_id("slugify-1", "k", "ben"), fork_id("slugify-1", None)}) == 4
    )
    assert len(fork_id("x" * 100, None)) <= 100


def test_what_cannot_be_forked_is_refused_before_temporal_is_asked() -> None:
    wish = ForkWish(Phase.DISCOVERY)
    with pytest.raises(CommandRefused, match="not open yet"):
        start_of_fork([], wish, ADA)
    with pytest.raises(Refusal, match="has never been in testing"):
        start_of_fork(Story.begin().entries, ForkWish(Phase.TESTING), ADA)
    story = happy()
    with pytest.raises(RequestUnusable, match="tampered with"):
        start_of_fork([*story.entries[:3], *story.entries[4:]], wish, ADA)
    with pytest.raises(RequestUnusable, match="build_id"):
        start_of_fork(story.entries, ForkWish(Phase.DISCOVERY, build_id="no way"), ADA)
    with pytest.raises(RequestUnusable, match="command_id"):
        start_of_fork(story.entries, ForkWish(Phase.DISCOVERY, command_id="k" * 201), ADA)


def test_what_is_too_large_to_be_sent_is_refused_with_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.forking._MOST_BYTES", 100)
    with pytest.raises(CommandRefused, match=r"at most 100 can be sent\. Fork from an earlier phase"):
        start_of_fork(happy().entries, ForkWish(Phase.TESTING), ADA)
