"""The comparison finds whatever was done to the rows."""

import pytest
from sqlalchemy import Engine, text

from baton.store.compare import differences
from baton.store.mirror import Mirror
from tests.journals import Story, happy

DEEDS = {
    "UPDATE workflow_events SET actor_id = 'mallory' WHERE sequence = 3": ["entry 3 was changed: actor"],
    "UPDATE workflow_events SET event_data = '{}' WHERE sequence = 3": ["entry 3 was changed: data"],
    "UPDATE workflow_events SET hash = 'abc' WHERE sequence = 3": ["entry 3 is another: state_advanced abc, not "],
    "DELETE FROM workflow_events WHERE sequence = 12": ["entry 12 (build_completed) is missing"],
    "DELETE FROM workflow_handoffs WHERE sequence = 3": ["the handoff of entry 3 is missing"],
    "UPDATE workflow_handoffs SET sequence = 4 WHERE sequence = 3": [
        "the handoff of entry 3 is missing",
        "the handoff of entry 4 is not in the journal",
    ],
    "UPDATE workflow_handoffs SET data_transferred = '{}', commit_id = NULL WHERE sequence = 5": [
        "the handoff of entry 5 differs: commit_id, data_transferred"
    ],
    "UPDATE build_workflows SET current_state = 'testing', progress = 50": [
        "the build's current_state is 'testing', not 'complete'",
        "the build's progress is 50.0, not 100.0",
    ],
    "UPDATE build_workflows SET metadata = '{}'": ["the build's metadata is {}, not {'ticket': 'PAY-7', 'weight': 1}"],
    "DELETE FROM build_workflows": ["build 'b-1' is missing"],
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

    found = differences(engine, story.entries)

    assert len(found) == len(DEEDS[deed])
    for told, expected in zip(found, DEEDS[deed], strict=True):
        assert told.startswith(expected)


def test_a_mirror_that_lags_is_told(engine: Engine) -> None:
    story = happy()
    Mirror(engine).write(story.batch(1, 11))

    found = differences(engine, story.entries)

    assert found[0] == "entry 12 (build_completed) is missing"
    assert "the build's head_sequence is 11, not 12" in found
    assert found[-1] == "the build's view is not its journal folded"


def test_a_mirror_that_knows_more_is_told(engine: Engine, story: Story) -> None:
    found = differences(engine, story.entries[:11])

    assert found[0] == "entry 12 (build_completed) is not in the journal"
