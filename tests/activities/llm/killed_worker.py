"""Performs one order as a worker does, to be killed: ``python -m tests.activities.llm.killed_worker FOLDER ORDER``."""

import asyncio
import os
import sys
from pathlib import Path

from baton.domain.steps import PhaseOrder
from tests.activities.conftest import Bench


async def perform(folder: Path, order: PhaseOrder) -> None:
    """Perform ``order`` on the bench in ``folder``."""
    await Bench(folder, dict(os.environ)).perform(order)


if __name__ == "__main__":
    asyncio.run(perform(Path(sys.argv[1]), PhaseOrder.model_validate_json(sys.argv[2])))
