import asyncio
import sys

from baton.runtime.embedded import EmbeddedTemporal

_PROGRAM = """
import asyncio, sys
from baton.runtime.client import connect_plainly
from baton.runtime.leaving import exit_cleanly

async def main():
    client = await connect_plainly(sys.argv[1])
    print([execution.id async for execution in client.list_workflows("WorkflowId = 'nobody'")])

asyncio.run(main())
exit_cleanly(3)
"""


async def test_a_short_client_process_ends_with_its_code_every_time(
    temporal_server: EmbeddedTemporal,
) -> None:
    for _ in range(6):
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            _PROGRAM,
            temporal_server.address,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        output, errors = await asyncio.wait_for(process.communicate(), 60)
        assert (process.returncode, output, errors) == (3, b"[]\n", b"")
