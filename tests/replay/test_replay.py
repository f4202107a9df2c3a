"""What was recorded is carried by today's workflow code exactly as it was when it was recorded."""

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.replay import recordings
from tests.replay.changed import RestsBeforeItLooks, RestsBeforeItWaits, RestsBeforeItWorks
from tests.replay.notices import NOTICES
from tests.replay.record import IDENTITY
from tests.replay.scenarios import SCENARIOS
from workflows.build import BuildWorkflow
from workflows.notices import NoticeWorkflow

FILES = recordings.files()
OF_NOTICES = recordings.files(recordings.NOTICES)
LARGEST = 200_000

# What only the machine that recorded it has: an absolute path, or Temporal's own identity of a process.
_OF_A_MACHINE = re.compile(r"(?<![\w.:/}-])/(?:home|root|tmp|usr|var|Users|work)/|\d+@[\w.-]+|site-packages|Traceback")


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
async def test_a_recorded_build_replays(file: Path) -> None:
    await recordings.replay(file.stem, recordings.read(file), BuildWorkflow)


@pytest.mark.parametrize("file", OF_NOTICES, ids=[file.stem for file in OF_NOTICES])
async def test_recorded_notices_replay(file: Path) -> None:
    await recordings.replay(file.stem, recordings.read(file), NoticeWorkflow)


@pytest.mark.parametrize("file", OF_NOTICES, ids=[file.stem for file in OF_NOTICES])
async def test_a_change_to_how_notices_are_sent_is_caught_by_every_recording(file: Path) -> None:
    with pytest.raises(recordings.ReplayFailed):
        await recordings.replay(file.stem, recordings.read(file), RestsBeforeItLooks)


def test_every_scenario_is_recorded() -> None:
    recorded = {recordings.scenario_of(file) for file in FILES}
    assert recorded == set(SCENARIOS), "record what is missing: python -m tests.replay.record NAME"
    assert {recordings.scenario_of(file) for file in OF_NOTICES} == set(NOTICES), "as above"


def test_every_run_of_the_build_that_continued_as_new_is_recorded() -> None:
    numbers = [file.stem.partition(".")[2] for file in FILES if recordings.scenario_of(file) == "continued_as_new"]
    assert len(numbers) > 1
    assert numbers == [str(number) for number in range(1, len(numbers) + 1)]


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
async def test_a_changed_workflow_is_caught_by_every_recording(file: Path) -> None:
    with pytest.raises(recordings.ReplayFailed):
        await recordings.replay(file.stem, recordings.read(file), RestsBeforeItWorks)


PLACES: dict[tuple[str, type], tuple[str, str]] = {
    ("happy_path", RestsBeforeItWorks): (
        " the workflow task of events 3 to 13 of",
        "6 marker load_profile; 7 search attributes",
    ),
    ("continued_as_new.2", RestsBeforeItWorks): (
        "event 5, in the workflow task of events 3 to 12 of",
        "recorded   5 search attributes; ",
    ),
    ("question_answered", RestsBeforeItWaits): (
        "event 24, in the workflow task of events 22 to 27 of",
        "recorded   24 activity mirror_journal (journal 2 to 2)",
    ),
}


@pytest.mark.parametrize(("name", "changed"), PLACES, ids=[f"{name}-{changed.__name__}" for name, changed in PLACES])
async def test_the_failure_says_where_the_code_and_the_history_part(name: str, changed: type) -> None:
    with pytest.raises(recordings.ReplayFailed) as caught:
        await recordings.replay(name, recordings.read(recordings.FOLDER / f"{name}.json"), changed)
    assert f"of tests/replay/histories/{name}.json" in str(caught.value)
    for words in PLACES[name, changed]:
        assert words in str(caught.value)


async def test_the_failure_says_what_it_means_and_names_three_ways_out() -> None:
    history = recordings.read(recordings.FOLDER / "happy_path.json")
    with pytest.raises(recordings.ReplayFailed) as caught:
        await recordings.replay("happy_path", history, RestsBeforeItWorks)
    told = " ".join(str(caught.value).split())
    for words in (
        "when 'happy_path' was recorded",
        "Missing associated machine for LocalActivity",
        "Builds that are under way would stop",
        "1. Revert it",
        "2. Keep both ways",
        "workflow.patched",
        "3. Make it a new version",
        "python -m tests.replay.record",
        "when no build that began with the old code can run on the new",
        "docs/upgrades.md",
    ):
        assert words in told


@pytest.mark.parametrize("file", FILES + OF_NOTICES, ids=[file.stem for file in FILES + OF_NOTICES])
def test_a_recording_is_small_and_tells_nothing_of_the_machine(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert len(text) < LARGEST
    told = list(_texts(json.loads(text)))
    assert [found for found in told if _OF_A_MACHINE.search(found)] == []
    assert {value for key, value in _pairs(json.loads(text)) if key == "identity"} == {IDENTITY}


def _pairs(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        yield from value.items()
    for held in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _pairs(held)


def _texts(value: Any) -> Iterator[str]:
    """Every text in a history; payloads decoded."""
    for key, held in _pairs(value):
        if isinstance(held, str):
            yield base64.b64decode(held).decode(errors="replace") if key == "data" else held
