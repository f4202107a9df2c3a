"""Tests that do their worst: each is a finding, none leaves anything behind, and what counts is what Baton read."""

import asyncio
import shutil
import socket

import psutil
import pytest

from baton.domain.gates import judge
from baton.domain.reports import PhaseReport
from baton.domain.vocabulary import Phase
from tests.activities.conftest import Bench
from tests.activities.projects import GOOD, TOOLCHAIN
from tests.orders import an_order

BWRAP = pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is not installed")
WALLED = [pytest.param("require", marks=BWRAP)]
BOTH = [*WALLED, "off"]
SMALL = "[sandbox]\nmemory_mib = 128\nprocesses = 16\ndisk_mib = 20\nfile_mib = 64\n"
PASSED = "open(sys.argv[1], 'w').write('<testsuite><testcase classname=\"c\" name=\"n\"/></testsuite>')"
DAEMON = """
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(60)  # {mark}
    os._exit(0)
"""


class Ground:
    """Runs one file of a project as its tests, and looks at what is left of it."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.mark = f"mark-{bench.folder.name}"

    async def tested(self, source: str, *, policy: str, timeout: str = "30s") -> PhaseReport:
        head = f"import mmap, os, signal, socket, sys, time\n'''{self.mark}'''\n"
        commit = await self.bench.committed({"check.py": head + source.replace("{mark}", self.mark)})
        role = f'runner = "toolchain"\nsandbox = "{policy}"\ntimeout = "{timeout}"\nattempts = 1\n'
        # Its mark stands on its command line, so that whatever comes of it can be found.
        role += f'test = ["{{python}}", "-S", "check.py", "{{junit}}", "{self.mark}"]\n'
        self.bench.profile(test_auditor=role, rest=SMALL)
        report = await self.bench.perform(an_order(Phase.TESTING, commit=commit))
        assert await self._gone(), "something of the tests still runs"
        workspace = await self.bench.workspace()
        assert list((workspace.private / "scratch").iterdir()) == []
        assert [path.name for path in workspace.tree.iterdir()] == ["check.py"]
        assert report.commit == commit
        return report

    async def _gone(self) -> bool:
        for _ in range(250):
            lines = (
                " ".join(one.info["cmdline"] or [])
                for one in psutil.process_iter(["cmdline", "status"])
                if one.info["status"] != psutil.STATUS_ZOMBIE
            )
            if not any(self.mark in line for line in lines):
                return True
            await asyncio.sleep(0.02)
        return False


@pytest.fixture
def ground(bench: Bench) -> Ground:
    return Ground(bench)


def _found(report: PhaseReport) -> list[str]:
    return [finding.id for finding in report.findings]


@pytest.mark.parametrize("policy", BOTH)
async def test_tests_that_never_end_ignore_signals_and_leave_daemons_are_stopped(ground: Ground, policy: str) -> None:
    endless = f"signal.signal(signal.SIGTERM, signal.SIG_IGN)\n{DAEMON}\nwhile True: time.sleep(1)"
    report = await ground.tested(endless, policy=policy, timeout="2s")
    assert _found(report) == ["tests-timed-out", "tests-no-evidence"]
    assert report.all_tests_passed is False


@pytest.mark.parametrize("policy", BOTH)
async def test_tests_that_leave_daemons_and_kill_their_parent_leave_nothing(ground: Ground, policy: str) -> None:
    report = await ground.tested(f"{DAEMON}\ntime.sleep(0.5)\nos.kill(os.getppid(), 9)\n{PASSED}", policy=policy)
    # With limits alone its parent can be killed, and takes it along; in the sandbox it cannot.
    assert report.all_tests_passed is (policy != "off")


@pytest.mark.parametrize("policy", BOTH)
async def test_tests_that_eat_memory_are_stopped(ground: Ground, policy: str) -> None:
    eat = "m = mmap.mmap(-1, 600 << 20)\nfor at in range(0, 600 << 20, 4096): m[at] = 1\ntime.sleep(30)"
    report = await ground.tested(eat, policy=policy)
    assert _found(report) == ["tests-over-limit", "tests-no-evidence"]
    assert "the limit on memory" in report.findings[0].message


@pytest.mark.parametrize("policy", BOTH)
async def test_tests_that_fill_the_disk_are_stopped(ground: Ground, policy: str) -> None:
    fill = "for n in range(10_000):\n  open(f'{n}.bin', 'wb').write(os.urandom(1 << 20)); time.sleep(0.02)"
    report = await ground.tested(fill, policy=policy)
    assert _found(report) == ["tests-over-limit", "tests-no-evidence"]
    assert "the limit on disk" in report.findings[0].message


@pytest.mark.parametrize("policy", WALLED)
async def test_a_private_tmp_that_is_full_is_the_tests_own_trouble(ground: Ground, policy: str) -> None:
    fill = "for n in range(400): open(f'/tmp/{n}', 'wb').write(bytes(1 << 20))"
    report = await ground.tested(fill, policy=policy)
    assert _found(report) == ["tests-no-evidence"]
    assert "No space left on device" in report.findings[0].message


@pytest.mark.parametrize("policy", WALLED)
async def test_tests_that_fork_without_end_are_stopped(ground: Ground, policy: str) -> None:
    bomb = "while True:\n  try: os.fork()\n  except OSError: pass"
    report = await ground.tested(bomb, policy=policy, timeout="2s")
    assert _found(report) == ["tests-timed-out", "tests-no-evidence"]


@pytest.mark.parametrize("policy", WALLED)
async def test_a_gigabyte_of_output_hides_neither_evidence_nor_the_end(ground: Ground, policy: str) -> None:
    flood = f"for _ in range(1000): os.write(1, b'x' * (1 << 20))\n{PASSED}\nprint('\\nthe end')\nsys.exit(3)"
    report = await ground.tested(flood, policy=policy)
    assert _found(report)[0] == "tests-exit-code"
    assert report.findings[0].message.endswith("the end")
    assert len(report.findings[0].message) < 5_000


@pytest.mark.parametrize("policy", WALLED)
async def test_tests_reach_no_network(ground: Ground, policy: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        call = f"socket.create_connection(('127.0.0.1', {listener.getsockname()[1]}), 5)\n{PASSED}"
        report = await ground.tested(call, policy=policy)
        with pytest.raises(BlockingIOError):
            listener.accept()
    assert _found(report) == ["tests-no-evidence"]


@pytest.mark.parametrize(
    ("instead", "told"),
    [
        (f"{PASSED}; os.unlink(sys.argv[1])", "the command did not write it"),
        ("os.symlink('/etc/hostname', sys.argv[1])", "it is a link"),
        ("os.mkfifo(sys.argv[1])", "no plain file"),
        ("os.mkdir(sys.argv[1])", "no plain file"),
        ("open(sys.argv[1], 'w').write('<testsuite tests=\"9\" failures=\"0\"/>')", "no test was run"),
        ("open(sys.argv[1], 'wb').write(b'<a>' * 20_000)", "not XML"),
        ("open(sys.argv[1], 'wb').truncate(60 << 20)", "larger than"),
    ],
)
async def test_what_lies_in_the_reports_place_is_no_evidence(ground: Ground, instead: str, told: str) -> None:
    report = await ground.tested(instead, policy="off")
    assert told in report.findings[0].message
    assert _found(report)[0] in ("tests-no-evidence", "tests-none")
    assert report.all_tests_passed is False


async def test_a_forged_report_without_coverage_does_not_open_the_gate(bench: Bench) -> None:
    forge = """
    import os, sys


    def pytest_sessionstart(session):
        with open(session.config.option.xmlpath, "w") as file:
            file.write('<testsuite><testcase classname="c" name="n"/></testsuite>')
        os._exit(0)
    """
    bench.profile(test_auditor=TOOLCHAIN)
    commit = await bench.committed(GOOD | {"conftest.py": forge})
    report = await bench.perform(an_order(Phase.TESTING, commit=commit))
    # Tests share a process with what writes their report: such a lie cannot be told from the truth.
    assert (report.tests_run, report.all_tests_passed) == (1, True)
    terms = bench.profiles.load("local").terms()
    assert not judge(Phase.TESTING, report, terms, commit).passed


async def test_a_project_cannot_put_itself_in_the_place_of_the_scanners(bench: Bench) -> None:
    impostor = "import sys\nprint('all is well')\nsys.exit(0)\n"
    bad = {"ruff.py": impostor, "bandit.py": impostor, "yaml.py": impostor, "src/bad.py": "import os\neval(input())\n"}
    bench.profile(verification_overseer='runner = "toolchain"\nbandit_errors = ["low", "medium", "high"]')
    commit = await bench.committed(bad)
    tested = {Phase.TESTING: {"evidence": [{"name": "tests", "commit": commit}]}}
    report = await bench.perform(an_order(Phase.VERIFICATION, commit=commit, inputs=tested))
    rules = {finding.evidence for finding in report.findings}
    assert {"ruff:F401", "bandit:B307"} <= rules
    assert report.approved_for_deployment is False


async def test_the_next_tests_of_the_same_build_are_judged_by_themselves(ground: Ground) -> None:
    stopped = await ground.tested("while True: os.write(1, b'x' * 65536)", policy="off", timeout="1s")
    assert _found(stopped)[0] == "tests-timed-out"
    report = await ground.tested(PASSED, policy="off")
    assert (report.tests_run, report.tests_failed) == (1, 0)
    assert "tests-timed-out" not in _found(report)
