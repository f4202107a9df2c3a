"""What a command in bubblewrap cannot see, reach or change."""

import os
import socket
import sys
from pathlib import Path

import pytest

from baton.workshop.workspace import Workspace, Workspaces
from tests.integration.workshop.runs import python

pytestmark = pytest.mark.usefixtures("bubblewrap")


async def test_the_tree_can_be_written_and_committed_afterwards(workspace: Workspace) -> None:
    (workspace.tree / "sub").mkdir()
    (workspace.tree / "sub" / "old").write_text("1")
    result = await python(
        "import os; open('sub/new', 'w').write('2'); open('sub/old', 'w').write('3'); os.mkdir('more')",
        workspace.tree,
    )
    assert (result.exit_code, result.stderr, result.sandbox) == (0, b"", "bubblewrap")
    commit = await workspace.commit("by the sandbox", author="x")
    assert [entry.path for entry in await workspace.files(commit.sha)] == ["sub/new", "sub/old"]
    await workspace.restore(commit.sha)
    again = await python("print(open('sub/old').read()); open('sub/old', 'w')", workspace.tree)
    assert again.stdout == b"3\n"


async def test_nothing_outside_of_the_tree_can_be_written(workspace: Workspace, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir(mode=0o777)
    places = ["/usr/x", "/etc/x", "/x", "/dev/x", sys.prefix + "/x", "/proc/sys/kernel/hostname"]
    result = await python(
        f"for place in {places!r}:\n"
        "    try: open(place, 'w'); print('wrote', place)\n"
        "    except OSError as error: print(error.errno)\n",
        workspace.tree, readable=[outside],
    )  # fmt: skip
    assert b"wrote" not in result.stdout
    assert len(result.stdout.split()) == len(places)
    refused = await python(f"open({str(outside / 'x')!r}, 'w')", workspace.tree, readable=[outside])
    assert b"Read-only file system" in refused.stderr


async def test_other_builds_homes_and_the_git_directory_are_not_there(
    workspaces: Workspaces, workspace: Workspace
) -> None:
    other = await workspaces.open("other")
    (other.tree / "secret").write_text("1")
    hidden = [
        other.tree / "secret",
        workspace.tree.parent / "repo.git",
        workspace.private,
        Path.cwd() / "pyproject.toml",
        Path.home() / ".ssh",
    ]
    result = await python(
        f"import os; print([path for path in {[str(path) for path in hidden]!r} if os.path.exists(path)])\n"
        f"print(os.listdir({str(workspaces.root)!r}))",
        workspace.tree,
    )
    assert result.stdout.decode().splitlines() == ["[]", "['build-1']"]


async def test_the_worker_s_environment_is_nowhere_to_be_found(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CANARY", "tweet-tweet")
    result = await python(
        "import glob, os\n"
        "found = [os.environ.get('CANARY')]\n"
        "for path in glob.glob('/proc/[0-9]*/environ') + glob.glob('/proc/[0-9]*/cmdline'):\n"
        "    try: data = open(path, 'rb').read()\n"
        "    except PermissionError: continue\n"
        "    found.append(b'tweet' + b'-tweet' in data)\n"
        "print(found, os.environ['KEY'])",
        workspace.tree, env={"KEY": "given"},
    )  # fmt: skip
    text = result.stdout.decode()
    assert "True" not in text
    assert text.count("False") >= 2
    assert text.startswith("[None")
    assert text.endswith("given\n")


async def test_the_values_of_the_environment_are_not_on_any_command_line(workspace: Workspace) -> None:
    result = await python(
        "import glob\n"
        "lines = [open(path, 'rb').read() for path in glob.glob('/proc/[0-9]*/cmdline')]\n"
        "print(len(lines) > 0, any(b'open' + b'-sesame' in line for line in lines))",
        workspace.tree, env={"KEY": "open-sesame"},
    )  # fmt: skip
    assert result.stdout == b"True False\n"


async def test_no_network_unless_asked_for(workspace: Workspace) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        code = f"import socket; socket.create_connection(('127.0.0.1', {port}), 5); print('in')"
        alone = await python(code, workspace.tree)
        assert b"in\n" not in alone.stdout
        assert b"Error" in alone.stderr
        together = await python(code, workspace.tree, network=True)
        assert together.stdout == b"in\n", together.stderr


async def test_tmp_is_private_and_gone_afterwards(workspace: Workspace) -> None:
    first = await python("import tempfile; print(tempfile.mkstemp()[1])", workspace.tree)
    name = first.stdout.decode().strip()
    assert name.startswith("/tmp/")
    assert not Path(name).exists()
    second = await python(f"import os; print(os.path.exists({name!r}))", workspace.tree)
    assert second.stdout == b"False\n"


async def test_the_command_is_no_root_and_has_no_way_up(workspace: Workspace) -> None:
    result = await python(
        "import ctypes, os\n"
        "print(os.getuid() != 0, os.geteuid() != 0)\n"
        "status = dict(line.split(':', 1) for line in open('/proc/self/status') if ':' in line)\n"
        "print(status['CapEff'].strip(), status['CapPrm'].strip(), status['NoNewPrivs'].strip())\n"
        "print(ctypes.CDLL(None).unshare(0x10000000))\n",
        workspace.tree,
    )
    lines = result.stdout.decode().splitlines()
    if os.geteuid() == 0:
        assert lines[0] == "True True"
    assert lines[1] == f"{'0' * 16} {'0' * 16} 1"
    assert lines[2] == "-1"


async def test_other_processes_of_the_machine_cannot_be_seen(workspace: Workspace) -> None:
    result = await python(
        "import os; print(len([name for name in os.listdir('/proc') if name.isdigit()]))", workspace.tree
    )
    assert int(result.stdout) <= 3


async def test_a_command_file_can_be_made_readable_and_python_s_packages_are(
    workspace: Workspace, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "f").write_text("told")
    result = await python(f"import pydantic; print(open({str(data / 'f')!r}).read())", workspace.tree, readable=[data])
    assert result.stdout == b"told\n", result.stderr
