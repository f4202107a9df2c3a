"""A release as a build leaves it: real phases in a real workspace, and the journal of it all in SQLite."""

import asyncio
import json
import shutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from baton.contracts.messages import MirrorBatch
from baton.domain.build import Build
from baton.domain.journal import Entry
from baton.domain.requests import BuildRequest
from baton.domain.steps import Ended, Perform, Proceed
from baton.store import schema
from baton.store.engine import open_engine
from baton.store.mirror import Mirror
from tests.activities.conftest import Bench
from tests.activities.projects import GOOD, TOOLCHAIN
from tests.command_line import CommandLine
from tests.integration.releases.home import Released, Verifier
from tests.orders import REQUEST

_START = datetime(2026, 3, 1, 12, tzinfo=UTC)
_WRITER = """
import json, pathlib, sys

for name, text in json.loads(pathlib.Path(sys.argv[1]).read_text()).items():
    pathlib.Path(name).parent.mkdir(parents=True, exist_ok=True)
    pathlib.Path(name).write_text(text)
print("{}")
"""


async def _built(bench: Bench) -> list[Entry]:
    """The journal of a build that the domain leads and the bench works for."""
    request = BuildRequest(
        build_id="adder-1", project_id="p", user_id="u", title="Adder", requirements=REQUEST, profile="local"
    )
    terms = bench.profiles.load("local").terms()
    build, entries = Build.open(request, terms, workflow_id="build-adder-1", first_run_id="run-1", at=_START)
    at = _START
    while True:
        at += timedelta(seconds=1)
        match build.next_step():
            case Perform(order=order):
                entries += build.report(order.number, await bench.perform(order), at)
            case Proceed():
                entries += build.proceed(at)
            case Ended():
                return entries
            case other:
                raise AssertionError(f"the build stands still: {other}, {build.view.parked}")


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Released:
    """Made once; tests work on copies."""
    home = tmp_path_factory.mktemp("released")
    bench = Bench(home, {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "PYTHON": sys.executable})
    program = bench.program(_WRITER)
    (program.parent / "files.json").write_text(json.dumps(GOOD))
    writer = f'runner = "command"\ncommand = ["{{python}}", "{program}", "{program.parent / "files.json"}"]\n'
    bench.profile(
        q_assistant='runner = "toolchain"',
        code_writer=writer + f'readable = ["{program.parent}"]\n',
        test_auditor=TOOLCHAIN,
        verification_overseer='runner = "toolchain"\nbandit = false\n',
        release_manager=TOOLCHAIN,
    )
    entries = asyncio.run(_built(bench))
    released = Released(home)
    engine = open_engine(released.database_url)
    schema.upgrade(engine)
    batch = MirrorBatch(build_id="adder-1", workflow_id="build-adder-1", first_run_id="run-1", entries=tuple(entries))
    Mirror(engine).write(batch)
    engine.dispose()
    return released


@pytest.fixture
def released(pristine: Released, tmp_path: Path) -> Released:
    """A copy, in the home of the test's command line."""
    shutil.copytree(pristine.home, tmp_path / "home", symlinks=True)
    return Released(tmp_path / "home")


@pytest.fixture
def verify(cli: CommandLine, released: Released) -> Verifier:
    """The command line, beside a release that holds until the test breaks it."""
    return Verifier(cli, released)
