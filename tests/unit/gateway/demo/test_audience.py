"""How the demo is shown: in lines, and as a page."""

import io
from datetime import timedelta

import pytest
from rich.console import Console, RenderableType

from baton.domain.vocabulary import State
from gateway.cli.demo.audience import Lines, Scene
from gateway.cli.demo.runs import runs_of
from gateway.cli.demo.screen import screen
from tests.journals import BAD_TESTS, START, Story, request, reworked


def shown(page: RenderableType, width: int = 100) -> list[str]:
    console = Console(file=io.StringIO(), width=width, force_terminal=False)
    console.print(page)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


def page(story: Story, *, attempt: int = 1, width: int = 100) -> list[str]:
    now = story.at + timedelta(seconds=2)
    news = [(3.0, "The worker was killed.")] if attempt > 1 else []
    return shown(screen(runs_of(story.entries), attempt=attempt, news=news, now=now, elapsed=9.0, ui_url="U"), width)


def lines_of(scenes: list[Scene]) -> list[str]:
    console = Console(file=io.StringIO(), width=60, force_terminal=False)
    lines = Lines(console)
    for scene in scenes:
        lines.show(scene)
    assert isinstance(console.file, io.StringIO)
    return [line.partition(" s  ")[2] for line in console.file.getvalue().splitlines()]


def test_a_pipe_gets_one_line_for_each_change() -> None:
    entries = reworked().entries
    told = lines_of([Scene(runs_of(entries[:count])) for count in range(1, len(entries) + 1)])
    assert told[:3] == [
        "discovery: q_assistant begins",
        "discovery: done, discovery is done",
        "planning: q_assistant begins",
    ]
    assert "testing: sent back, one test fails" in told
    assert "half went up" in told
    assert "implementation (run 2): code_writer begins" in told
    assert len(told) == len(set(told))


def test_a_pipe_is_not_told_the_same_twice() -> None:
    scene = Scene(runs_of(reworked().entries))
    assert lines_of([scene, scene]) == lines_of([scene])


def test_the_page_shows_what_was_done_what_is_being_done_and_what_is_to_come() -> None:
    rows = page(Story.begin(request()).until(State.TESTING))
    by_phase = {words[1]: words for row in rows if len(words := row.split()) > 2}
    assert by_phase["planning"][0] == "✓"
    assert by_phase["testing"][2:5] == ["test_auditor", "working", "1"]
    assert by_phase["testing"][5:7] == ["2.0", "s"]
    assert by_phase["deployment"] == ["·", "deployment", "release_manager"]


def test_the_page_shows_the_findings_that_sent_the_work_back_and_who_has_to_answer_them() -> None:
    text = "\n".join(page(Story.begin(request()).until(State.TESTING).step(BAD_TESTS)))
    assert "test_auditor sent the work back:" in text
    assert "half went up" in text
    assert "findings to answer" in text


def test_the_page_says_that_an_attempt_is_not_the_first() -> None:
    text = "\n".join(page(Story.begin(request()).until(State.TESTING), attempt=2))
    assert "attempt 2, after a lost worker" in text
    assert "The worker was killed." in text


@pytest.mark.parametrize("width", [80, 100, 160])
def test_no_row_is_wider_than_the_terminal(width: int) -> None:
    assert max(map(len, page(reworked(), width=width))) <= width


def test_a_page_before_anything_has_happened_shows_all_that_is_to_come() -> None:
    rows = shown(screen([], attempt=0, news=[], now=START, elapsed=0.1, ui_url="U"))
    assert sum(row.strip().startswith("·") for row in rows) == 6
