from datetime import timedelta

import pytest
from sqlalchemy import Engine

from baton.domain.vocabulary import State
from baton.store.browsing import Wanted, browse, lines_of
from baton.store.changes import Seen, entries_after, look
from baton.store.ids import build_key
from baton.store.mirror import Mirror
from tests.journals import Story, happy, request

KEY = build_key("b-1")


def test_a_look_says_where_journals_end_and_leaves_out_builds_that_are_not_there(engine: Engine) -> None:
    story = happy()
    Mirror(engine).write(story.batch(1, 4))
    marks = look(engine, [KEY, build_key("none")], None).marks
    assert marks.keys() == {KEY}
    assert (marks[KEY].head, marks[KEY].ended) == (story.entries[3].head, False)
    Mirror(engine).write(story.batch(5))
    assert look(engine, [KEY], None).marks[KEY].ended


def test_standings_are_those_of_builds_that_go_on_and_of_those_that_moved_lately(engine: Engine) -> None:
    ended, running = happy("ended"), Story.begin(request("running")).until(State.TESTING)
    for story in (ended, running):
        Mirror(engine).write(story.batch())
    lately = look(engine, [], ended.entries[-1].at).standings
    assert lately.keys() == {build_key("ended"), build_key("running")}
    later = look(engine, [], ended.entries[-1].at + timedelta(days=1)).standings
    assert later.keys() == {build_key("running")}
    assert later[build_key("running")].state == State.TESTING
    assert later[build_key("running")].head_hash == running.entries[-1].hash
    assert look(engine, [], None).standings == {}


def test_entries_come_in_pages_after_the_one_that_was_seen(engine: Engine) -> None:
    story = happy()
    Mirror(engine).write(story.batch())
    first = entries_after(engine, KEY, None, 3)
    assert (list(first.entries), first.more, first.anew) == (story.entries[:3], True, False)
    seen = Seen(3, story.entries[2].hash[:8])
    rest = entries_after(engine, KEY, seen, 1000)
    assert (list(rest.entries), rest.more, rest.anew) == (story.entries[3:], False, False)
    assert rest.mark is not None
    assert rest.mark.ended
    last = story.entries[-1]
    assert entries_after(engine, KEY, Seen(last.sequence, last.hash), 10).entries == ()


def test_what_a_reset_made_untrue_is_told_anew_from_the_first_entry(engine: Engine) -> None:
    story = Story.begin(request()).until(State.TESTING)
    Mirror(engine).write(story.batch())
    seen = Seen(story.entries[-1].sequence, story.entries[-1].hash[:8])
    again = story.branch(3).until(State.TESTING)
    Mirror(engine).write(again.batch())
    page = entries_after(engine, KEY, seen, 1000)
    assert page.anew
    assert list(page.entries) == again.entries
    assert page.mark is not None
    assert page.mark.head == again.entries[-1].head


@pytest.mark.parametrize("sequence", [1, 99])
def test_an_entry_that_never_was_is_as_untrue_as_one_of_before_a_reset(engine: Engine, sequence: int) -> None:
    story = happy()
    Mirror(engine).write(story.batch())
    page = entries_after(engine, KEY, Seen(sequence, "0" * 8), 1000)
    assert page.anew
    assert list(page.entries) == story.entries


def test_a_build_that_the_mirror_does_not_have_yet_has_no_mark(engine: Engine) -> None:
    page = entries_after(engine, KEY, None, 10)
    assert (page.entries, page.mark, page.anew) == ((), None, False)


def test_lines_are_those_of_lists(engine: Engine) -> None:
    Mirror(engine).write(happy().batch())
    found = lines_of(engine, [KEY, build_key("none")])
    assert list(found.items()) == [(KEY, browse(engine, Wanted()).builds[0])]
