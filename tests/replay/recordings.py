"""Histories of builds, as files: one event a line, so that a difference can be read."""

import json
from pathlib import Path
from typing import Any

from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

from tests.replay.lesson import lesson

FOLDER = Path(__file__).parent / "histories"
NOTICES = FOLDER / "notices"
"""Those of the workflow that sends notices; the others are of builds."""


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

    async def replays(part: WorkflowHistory) -> bool:
        return (await replayer.replay_workflow(part, raise_on_replay_failure=False)).replay_failure is None

    try:
        await replayer.replay_workflow(history)
    except NondeterminismError as error:
        raise ReplayFailed(await lesson(name, _shown(name), history, error, replays)) from error


def _shown(name: str) -> str:
    """Where the history ``name`` is, from the root of the house; one that is in no file is named alone."""
    files = (folder / f"{name}.json" for folder in (NOTICES, FOLDER))
    return next((file.relative_to(FOLDER.parents[2]).as_posix() for file in files if file.exists()), repr(name))


def _without_traces(value: Any) -> Any:
    """``value`` without the stack traces of failures: they name paths of a machine, and replay does not read them."""
    if isinstance(value, dict):
        return {key: _without_traces(held) for key, held in value.items() if key != "stackTrace"}
    return [_without_traces(held) for held in value] if isinstance(value, list) else value
