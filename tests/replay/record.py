"""Record the histories that the replay tests replay: ``python -m tests.replay.record [NAME ...]``.

Without names all are recorded. Files that no scenario makes any more are removed. A replay test that fails says when
this may be done.
"""

import argparse
import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from temporalio.client import Client, WorkflowHandle, WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter

from baton.runtime.embedded import EmbeddedTemporal
from gateway.worker.readiness import prepare_namespace
from tests.replay import recordings
from tests.replay.notices import NOTICES
from tests.replay.scenarios import SCENARIOS
from tests.workflow.stage import stage

IDENTITY = "recorder"
"""Who did it, in the histories: else Temporal would write the process and the machine."""

_SECONDS_FOR_ONE = 60


async def record(names: Sequence[str]) -> None:
    """Play the scenarios ``names`` on a server of our own and write what Temporal kept of them."""
    written: set[str] = set()
    async with EmbeddedTemporal(ui=False) as server:
        client = await Client.connect(server.address, identity=IDENTITY, data_converter=pydantic_data_converter)
        await prepare_namespace(client)
        for name in names:
            async with asyncio.timeout(_SECONDS_FOR_ONE):
                written |= await _record_one(client, name)
    for folder, scenarios in ((recordings.FOLDER, set(SCENARIOS)), (recordings.NOTICES, set(NOTICES))):
        for file in recordings.files(folder):
            scenario = recordings.scenario_of(file)
            if file.stem not in written and (scenario in names or scenario not in scenarios):
                file.unlink()


async def _record_one(client: Client, name: str) -> set[str]:
    if name in NOTICES:
        return await _keep(client, name, await NOTICES[name](client, name), recordings.NOTICES)
    scenario = SCENARIOS[name]
    async with stage(client, scenario.terms) as scene:
        play = await scenario.play(scene, name)
    return await _keep(client, name, play.handle, recordings.FOLDER)


async def _keep(client: Client, name: str, handle: WorkflowHandle[Any, Any], folder: Path) -> set[str]:
    runs: list[WorkflowHistory] = []
    run_id = handle.first_execution_run_id
    while run_id:
        history = await client.get_workflow_handle(handle.id, run_id=run_id).fetch_history()
        runs.append(history)
        run_id = history.events[-1].workflow_execution_continued_as_new_event_attributes.new_execution_run_id
    stems = [f"{name}.{number}" for number in range(1, len(runs) + 1)] if len(runs) > 1 else [name]
    for stem, history in zip(stems, runs, strict=True):
        recordings.write(stem, history, folder)
        print(f"{stem}: {len(history.events)} events")
    return set(stems)


def main() -> None:
    """Read the command line and record."""
    everything = [*SCENARIOS, *NOTICES]
    parser = argparse.ArgumentParser(prog="python -m tests.replay.record", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of: {', '.join(everything)}")
    names = parser.parse_args().names
    if unknown := set(names) - set(everything):
        parser.error(f"there is no scenario {min(unknown)!r}; there are: {', '.join(everything)}")
    # One scenario has a phase fail, and Temporal would log it with its traceback.
    logging.getLogger("temporalio").setLevel(logging.ERROR)
    asyncio.run(record(names or everything))


if __name__ == "__main__":
    main()
