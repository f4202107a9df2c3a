"""What ``demo`` does."""

import asyncio
import os
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from rich.text import Text

from baton.domain.view import BuildView
from baton.runtime.settings import Settings
from gateway.builds import Builds
from gateway.cli.connection import quiet_logs
from gateway.cli.demo.audience import Audience, Lines, Screen, Silent
from gateway.cli.demo.course import Ending, conclude, follow, require_complete, the_request
from gateway.cli.demo.crash import kill_worker_at_work
from gateway.cli.demo.needs import require_what_it_needs
from gateway.cli.demo.summary import opening, summary
from gateway.cli.demo.writer import Writer, lay_out_profile, writer_for
from gateway.cli.exit_codes import CommandFailed, ExitCode
from gateway.cli.invocation import Invocation
from gateway.embedded.keeping import keep_running
from gateway.embedded.stack import Stack
from gateway.signals import Stopped, until_signalled

_PACE = "STAND_IN_SECONDS"
_LATE_SECONDS = 10.0


async def run(
    invocation: Invocation, *, crash: bool, keep: bool, home: Path | None, agent: str | None, model: str | None
) -> ExitCode:
    """Perform the demo. Raises CommandFailed when the build is not complete at the end."""
    quiet_logs(invocation.output)
    require_what_it_needs()
    # What the user's own Baton is told by the environment is not meant for the demo.
    environ = {name: value for name, value in os.environ.items() if not name.startswith("BATON_")}
    writer = writer_for(agent, model, environ)
    folder = home or Path(tempfile.mkdtemp(prefix="baton-demo-"))
    profiles = None if writer.stands_in else (folder / "profiles").absolute()
    if profiles is not None:
        lay_out_profile(writer, profiles)
    settings = Settings.from_environment({}, home=folder, profiles=profiles, graceful_shutdown_seconds=0)
    demo = _Demo(invocation, settings, writer, environ | {_PACE: environ.get(_PACE) or ("3" if crash else "2")})
    try:
        await until_signalled(demo.perform(crash=crash, keep=keep))
    except Stopped:
        if demo.ending is None:
            raise CommandFailed("interrupted", "Stopped before the build was complete", ExitCode.INTERRUPTED) from None
        invocation.output.say(Text("Stopped. Nothing runs any more.", style="dim"))
    except CommandFailed as failed:
        raise CommandFailed(
            failed.code, f"{failed.message}\nWhat the worker said: {settings.home / 'worker.log'}", failed.exit_code
        ) from None
    well = demo.ending is not None and demo.ending.outcome.mirror_matches_history
    return ExitCode.DONE if well else ExitCode.FAILED


class _Demo:
    def __init__(self, invocation: Invocation, settings: Settings, writer: Writer, environ: Mapping[str, str]) -> None:
        self.ending: Ending | None = None
        self._writer = writer
        self._output = invocation.output
        self._stack = Stack(settings, environ)

    async def perform(self, *, crash: bool, keep: bool) -> None:
        begun = time.monotonic()
        request = the_request()
        output, stack = self._output, self._stack
        output.say(opening(request, self._writer))
        async with stack:
            builds = Builds(stack.client)
            with self._audience() as audience:
                answer = await builds.start(request)
                view = await _followed(stack, answer.build_id, self._writer, audience, crash=crash)
            require_complete(view)
            ending = await conclude(stack, builds, answer.build_id, time.monotonic() - begun)
            if keep:
                await stack.open_gateway()
            output.result(ending.outcome, *summary(ending, stack, keep=keep))
            self.ending = ending
            if keep:
                await keep_running(stack, output.warn)

    def _audience(self) -> Audience:
        if self._output.as_json:
            return Silent()
        console = self._output.console
        return Screen(console, self._stack.ui_url) if console.is_terminal else Lines(console)


async def _followed(stack: Stack, build_id: str, writer: Writer, audience: Audience, *, crash: bool) -> BuildView:
    if not crash:
        return await follow(stack, build_id, audience, seconds=writer.seconds)
    following = asyncio.create_task(follow(stack, build_id, audience, seconds=writer.seconds))
    accident = asyncio.create_task(kill_worker_at_work(stack, build_id, writer, audience))
    try:
        await asyncio.wait([following, accident], return_when=asyncio.FIRST_COMPLETED)
        if following.done():
            await following
            await asyncio.wait([accident], timeout=_LATE_SECONDS)
        if not accident.done():
            raise CommandFailed("no_crash", "The build was over before the worker could be killed; try again")
        await accident
        return await following
    finally:
        following.cancel()
        accident.cancel()
        await asyncio.wait([following, accident])
