import asyncio
import json
import sys

from baton.runtime.core_logs import LOGGER_NAME
from baton.runtime.embedded import EmbeddedTemporal

_PROGRAM = """
import asyncio, sys
from temporalio import activity
from temporalio.worker import Worker
from baton.runtime.client import connect_plainly
from baton.runtime.core_logs import forward_core_logs
from baton.runtime.logs import configure_logging
from baton.runtime.leaving import exit_cleanly

@activity.defn
async def nothing() -> None: ...

async def main():
    client = await connect_plainly(sys.argv[1])
    async with Worker(client, task_queue="core-logs", activities=[nothing]):
        await asyncio.sleep(0.2)
    print("done")

configure_logging("DEBUG", "json")
forward_core_logs(debug=True)
asyncio.run(main())
exit_cleanly(0)
"""


async def test_the_core_logs_by_our_rules_and_leaves_standard_output_alone(
    temporal_server: EmbeddedTemporal,
) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        _PROGRAM,
        temporal_server.address,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await asyncio.wait_for(process.communicate(), 60)
    assert (process.returncode, output) == (0, b"done\n")
    lines = [json.loads(line) for line in errors.splitlines()]
    assert [line for line in lines if line["logger"] == LOGGER_NAME]
