"""Histories of builds, as files: one event a line, so that a difference can be read."""

import json
from pathlib import Path
from typing import Any

from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

FOLDER = Path(__file__).parent / "histories"
NOTICES = FOLDER / "notices"
"""Those of the workflow that sends notices; the others are of builds."""

_LESSON = """\
The workflow code no longer does what it did when {name!r} was recorded: with the same history it gives other commands \
(activities, timers, signals, search attributes), or the same in another order. Builds that are under way would stop \
with this error as soon as a worker with this code takes them up:

    {error}

If nobody meant to change the workflow, undo the change: look for a new await, a new activity or timer, a search \
attribute set earlier or later, a loop over a set.
If somebody did, keep both ways: `if workflow.patched("what-changed"): <new> else: <old>`, or deploy the new code by \
worker versioning, so that builds end on the workers that they began with.
Record anew (python -m tests.replay.record) only when no build that began with the old code can still be running: \
before a release that nobody has used, or after the old ones have ended. Then commit the new histories with the change.
"""


class ReplayFailed(AssertionError):
    """A recorded build cannot be carried by this workflow code."""


def files(folder: Path = FOLDER) -> list[Path]:
    """The files there are in ``folder``, sorted."""
    return sorted(folder.glob("*.json"))


def scenario_of(file: Path) -> str:
    """The scenario that ``file`` records a run of."""
    return file.stem.partition(".")[0]


def write(name: str, history: WorkflowHistory, folder: Path = FOLDER) -> None:
    """Write ``history`` as the file ``name``, without what tells of the machine and is not replayed."""
    events = json.loads(history.to_json())["events"]
    lines = ",\n".join(json.dumps(_without_traces(event), sort_keys=True, separators=(",", ":")) for event in events)
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.json").write_text(f'{{"events":[\n{lines}\n]}}\n', encoding="utf-8")


def read(file: Path) -> WorkflowHistory:
    """The history in ``file``."""
    return WorkflowHistory.from_json(f"build-{scenario_of(file)}", file.read_text(encoding="utf-8"))


async def replay(name: str, history: WorkflowHistory, workflow: type) -> None:
    """Replay ``history`` by ``workflow``. Raises :class:`ReplayFailed`, which says what it means and what to do."""
    replayer = Replayer(workflows=[workflow], data_converter=pydantic_data_converter)
    try:
        await replayer.replay_workflow(history)
    except NondeterminismError as error:
        raise ReplayFailed(_LESSON.format(name=name, error=error)) from error


def _without_traces(value: Any) -> Any:
    """``value`` without the stack traces of failures: they name paths of a machine, and replay does not read them."""
    if isinstance(value, dict):
        return {key: _without_traces(held) for key, held in value.items() if key != "stackTrace"}
    return [_without_traces(held) for held in value] if isinstance(value, list) else value
