"""A worker that performs one order, to be killed: ``python -m tests.activities.killed FOLDER ORDER``."""

import asyncio
import os
import sys
from pathlib import Path

from baton.domain.steps import PhaseOrder
from tests.activities.conftest import Bench


async def main() -> None:
    """Perform the order."""
    await Bench(Path(sys.argv[1]), dict(os.environ)).perform(PhaseOrder.model_validate_json(sys.argv[2]))


if __name__ == "__main__":
    asyncio.run(main())
