"""Attempts to get out of bubblewrap: at files, processes, sockets, devices and rights of the machine."""

import ctypes
import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from baton.workshop.workspace import Workspace
from tests.integration.workshop.runs import python

pytestmark = pytest.mark.usefixtures("bubblewrap")

_TRY = """
import ctypes, errno, fcntl, os, signal, socket, stat, sys
def attempt(name, act):
    try: answer = act()
    except OSError as error: print(name, errno.errorcode[error.errno], flush=True)
    else: print(name, 'DONE', answer, flush=True)
libc = ctypes.CDLL(None, use_errno=True)
def call(result):
    if result == -1: raise OSError(ctypes.get_errno(), 'refused')
    return result
"""


async def attempts(code: str, workspace: Workspace) -> dict[str, str]:
    """What came of each attempt: the name of an error, or DONE and what it gave."""
    result = await python(_TRY + code, workspace.tree)
    assert result.exit_code == 0, result.stderr
    return dict(line.split(" ", 1) for line in result.stdout.decode().splitlines())


def held(outcomes: dict[str, str], count: int) -> None:
    """None of the attempts succeeded, and none was left out."""
    assert len(outcomes) == count, outcomes
    assert [name for name, outcome in outcomes.items() if outcome.startswith("DONE")] == [], outcomes


async def test_passwords_and_keys_of_the_machine_cannot_be_read(workspace: Workspace) -> None:
    places = ["/etc/shadow", "/etc/gshadow", "/proc/1/root/etc/shadow", "/proc/kcore", "/root/.ssh/id_ed25519"]
    code = f"for place in {places!r}: attempt(place, lambda: open(place, 'rb').read(1))"
    held(await attempts(code, workspace), len(places))


async def test_links_and_hard_links_lead_to_nothing_outside(workspace: Workspace, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("1")
    secret.chmod(0o666)
    code = (
        f"os.symlink({str(secret)!r}, 'link')\n"
        "attempt('read', lambda: open('link').read())\n"
        "attempt('write', lambda: open('link', 'w').write('2'))\n"
        f"attempt('hard', lambda: os.link({str(secret)!r}, 'hard'))\n"
        "attempt('system', lambda: os.link('/etc/passwd', 'passwd'))\n"
        "attempt('above', lambda: open('../../../build-2', 'w'))"
    )
    before = {path for path in tmp_path.rglob("*") if workspace.tree not in path.parents}
    outcomes = await attempts(code, workspace)
    # Folders around the tree are the sandbox's own: what is written there is gone with it.
    held({name: outcome for name, outcome in outcomes.items() if name not in ("write", "above")}, 3)
    assert {path for path in tmp_path.rglob("*") if workspace.tree not in path.parents} == before
    assert secret.read_text() == "1"


@pytest.fixture
def bystander() -> Iterator[int]:
    """A process of the machine that has nothing to do with it."""
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
        yield process.pid
        assert process.poll() is None, "it was reached"
        process.kill()


async def test_other_processes_are_neither_ended_nor_looked_into(workspace: Workspace, bystander: int) -> None:
    code = (
        f"attempt('kill', lambda: os.kill({bystander}, signal.SIGKILL))\n"
        f"attempt('memory', lambda: open('/proc/{bystander}/mem', 'rb'))\n"
        f"attempt('trace', lambda: call(libc.ptrace(16, {bystander}, 0, 0)))\n"
        f"attempt('enter', lambda: call(libc.setns(os.open('/proc/{bystander}/ns/mnt', 0), 0)))\n"
        "attempt('all', lambda: (signal.signal(signal.SIGTERM, signal.SIG_IGN), os.kill(-1, signal.SIGTERM))[1])"
    )
    outcomes = await attempts(code, workspace)
    outcomes.pop("all", None)  # whoever is in the sandbox may be told to end; nobody else is there
    held(outcomes, 4)


async def test_sockets_of_the_machine_are_out_of_reach(workspace: Workspace) -> None:
    name = f"baton-{secrets.token_hex(8)}"
    with (
        socket.socket(socket.AF_UNIX) as abstract,
        socket.socket(socket.AF_UNIX) as named,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams,
    ):
        file = Path("/tmp", name)
        abstract.bind(f"\0{name}")
        named.bind(str(file))
        file.chmod(0o777)
        datagrams.bind(("127.0.0.1", 0))
        datagrams.settimeout(0.2)
        for one in (abstract, named):
            one.listen()
        port = datagrams.getsockname()[1]
        code = (
            f"attempt('abstract', lambda: socket.socket(socket.AF_UNIX).connect('\\0{name}'))\n"
            f"attempt('named', lambda: socket.socket(socket.AF_UNIX).connect({str(file)!r}))\n"
            f"attempt('raw', lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1))\n"
            f"attempt('outside', lambda: socket.create_connection(('192.0.2.1', 80), 2))\n"
            f"socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', {port}))"
        )
        try:
            held(await attempts(code, workspace), 4)
            with pytest.raises(TimeoutError):
                datagrams.recv(1)
        finally:
            file.unlink()


async def test_devices_mounts_and_rights_are_not_to_be_had(workspace: Workspace) -> None:
    code = (
        "attempt('device', lambda: os.mknod('disk', stat.S_IFBLK | 0o666, os.makedev(8, 0)))\n"
        "attempt('mount', lambda: call(libc.mount(b'none', b'/tmp', b'tmpfs', 0, None)))\n"
        "attempt('chroot', lambda: os.chroot('.'))\n"
        "attempt('root', lambda: os.setuid(0))\n"
        "attempt('host', lambda: socket.sethostname('mine'))\n"
        "attempt('clock', lambda: call(libc.settimeofday(ctypes.create_string_buffer(16), None)))\n"
        "attempt('module', lambda: open('/proc/sys/kernel/core_pattern', 'w'))\n"
        "attempt('reboot', lambda: open('/proc/sysrq-trigger', 'w'))"
    )
    held(await attempts(code, workspace), 8)


async def test_programs_that_give_rights_give_none(workspace: Workspace) -> None:
    """``su``, ``sudo`` and their like: the kernel is told to ignore the mark that makes them root."""
    code = (
        "import shutil, subprocess\n"
        "status = dict(line.split(':', 1) for line in open('/proc/self/status') if ':' in line)\n"
        "print('rights', status['NoNewPrivs'].strip(), status['CapEff'].strip())\n"
        "for name, words in (('su', ['-c', 'id -u']), ('sudo', ['-n', 'id', '-u']), ('newgrp', ['root'])):\n"
        "    if shutil.which(name):\n"
        "        ended = subprocess.run([name, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True)\n"
        "        print(name, 'root' if ended.stdout.strip() == '0' else 'refused')"
    )
    outcomes = await attempts(code, workspace)
    assert outcomes.pop("rights") == f"1 {'0' * 16}"
    assert set(outcomes.values()) <= {"refused"}


async def test_no_terminal_can_be_typed_into(workspace: Workspace) -> None:
    code = (
        "attempt('terminal', lambda: open('/dev/tty', 'w'))\n"
        "for number in (0, 1, 2):\n"
        "    attempt(str(number), lambda: fcntl.ioctl(number, 0x5412, b'x'))\n"  # TIOCSTI
        "print('session', 'apart' if os.getsid(0) != 0 or os.getpid() != 1 else 'shared')"
    )
    outcomes = await attempts(code, workspace)
    assert outcomes.pop("session") == "apart"
    held(outcomes, 4)


async def test_shared_memory_of_the_machine_is_not_there(workspace: Workspace) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    key = secrets.randbelow(1 << 30) | 1
    segment = libc.shmget(key, 4096, 0o1666)
    assert segment != -1
    try:
        outcomes = await attempts(f"attempt('segment', lambda: call(libc.shmget({key}, 4096, 0)))", workspace)
    finally:
        libc.shmctl(segment, 0, None)
    assert outcomes == {"segment": "ENOENT"}
