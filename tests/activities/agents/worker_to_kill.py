"""Performs one order as the first attempt of a worker: python -m tests.activities.agents.worker_to_kill FOLDER < order.

The folder is that of a bench, whose profile is there; the environment is the worker's.
"""

import asyncio
import os
import sys
from pathlib import Path

from temporalio.testing import ActivityEnvironment

from baton.domain.steps import PhaseOrder
from tests.activities.conftest import Bench


def main() -> None:
    bench = Bench(Path(sys.argv[1]), dict(os.environ))
    order = PhaseOrder.model_validate_json(sys.stdin.read())
    asyncio.run(bench.perform(order, ActivityEnvironment()))


if __name__ == "__main__":
    main()
