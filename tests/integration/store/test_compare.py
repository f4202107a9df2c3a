"""The comparison finds whatever was done to the rows, and names it to the column."""

import pytest
from sqlalchemy import Engine, text

from baton.store.compare import differences
from baton.store.mirror import Mirror
from tests.journals import Story, happy

DEEDS = {
    "UPDATE workflow_events SET actor_id = 'mallory' WHERE sequence = 3": [
        "entry 3 (state_advanced): actor_id is 'mallory', not 'q_assistant'"
    ],
    "UPDATE workflow_events SET event_data = '{}' WHERE sequence = 3": [
        "entry 3 (state_advanced): event_data.from_role is absent, not 'q_assistant'"
    ],
    "UPDATE workflow_events SET hash = 'abc' WHERE sequence = 3": ["entry 3 (state_advanced): hash is 'abc', not "],
    "DELETE FROM workflow_events WHERE sequence = 12": ["entry 12 (build_completed) is missing"],
    "DELETE FROM workflow_handoffs WHERE sequence = 3": ["the handoff of entry 3 is missing"],
    "UPDATE workflow_handoffs SET sequence = 4 WHERE sequence = 3": ["the handoff of entry 3: sequence is 4, not 3"],
    "UPDATE workflow_handoffs SET data_transferred = '{}', commit_id = NULL WHERE sequence = 5": [
        "the handoff of entry 5: commit_id is None, not 'c0ffee'",
        "the handoff of entry 5: data_transferred.",
    ],
    "UPDATE build_workflows SET current_state = 'testing', progress = 50": [
        "the build: current_state is 'testing', not 'complete'",
        "the build: progress is 50.0, not 100.0",
    ],
    "UPDATE build_workflows SET metadata = '{}'": ["the build: metadata.ticket is absent, not 'PAY-7'"],
    "UPDATE build_workflows SET view = '{}'": ["the build: view."],
    "UPDATE workflow_events SET superseded = true WHERE sequence = 3": [
        "entry 3 (state_advanced): superseded is True, not False"
    ],
}


@pytest.fixture
def story(engine: Engine) -> Story:
    story = happy()
    Mirror(engine).write(story.batch())
    return story


@pytest.mark.parametrize("deed", DEEDS)
def test_what_was_done_to_the_rows_is_told(engine: Engine, story: Story, deed: str) -> None:
    assert differences(engine, story.entries) == []
    with engine.begin() as connection:
        connection.execute(text(deed))

    found = [str(difference) for difference in differences(engine, story.entries)]

    assert len(found) == len(DEEDS[deed])
    for told, expected in zip(found, DEEDS[deed], strict=True):
        assert told.startswith(expected)


def test_a_build_that_is_not_there_is_told_with_all_its_rows(engine: Engine, story: Story) -> None:
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM build_workflows"))

    found = [str(difference) for difference in differences(engine, story.entries)]

    assert len(found) == 12 + 5 + 1
    assert found[-1] == "build 'b-1' is missing"


def test_a_mirror_that_lags_is_told(engine: Engine) -> None:
    story = happy()
    Mirror(engine).write(story.batch(1, 11))

    found = [str(difference) for difference in differences(engine, story.entries)]

    assert found[0] == "entry 12 (build_completed) is missing"
    assert "the build: head_sequence is 11, not 12" in found


def test_a_mirror_that_knows_more_is_told(engine: Engine, story: Story) -> None:
    found = differences(engine, story.entries[:11])

    assert str(found[0]) == "entry 12 (build_completed) is not in the journal"
