"""Repositories that set traps for git: none of their programs is run, in any phase."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError

from baton.domain.vocabulary import Phase
from tests.activities.conftest import Bench
from tests.activities.projects import GOOD, TOOLCHAIN
from tests.orders import an_order

HOOKS = (
    "pre-commit",
    "post-commit",
    "post-checkout",
    "post-index-change",
    "reference-transaction",
    "pre-push",
    "update",
)
ATTRIBUTES = "* filter=evil diff=evil merge=evil ident\n*.bin filter=lfs -text working-tree-encoding=UTF-16\n"
MODULES = """
[submodule "a"]
path = lib
url = ext::sh -c {program}
update = !{program}
[submodule "-x"]
path = -x
url = file://{program}
"""

# Plants in the tree what the source holds too, and worse: a repository of its own in several shapes.
PLANT = """
import json, os, pathlib, subprocess
for name in (".", "sub", "again/deep"):
    folder = pathlib.Path(name)
    (folder / ".git" / "hooks").mkdir(parents=True)
    (folder / ".git" / "objects" / "info").mkdir(parents=True)
    (folder / ".git" / "refs" / "replace").mkdir(parents=True)
    (folder / ".git" / "HEAD").write_text("ref: refs/heads/main\\n")
    (folder / ".git" / "config").write_text({config!r})
    (folder / ".git" / "objects" / "info" / "alternates").write_text("/etc\\n")
    (folder / ".gitattributes").write_text({attributes!r})
    for hook in {hooks!r}:
        (folder / ".git" / "hooks" / hook).symlink_to({program!r})
os.mkdir("pointed")
pathlib.Path("pointed/.git").write_text("gitdir: /etc\\n")
pathlib.Path("pointed/x.py").write_text("x = 1\\n")
print(json.dumps({{"summary": "planted"}}))
"""


def _git(folder: Path, *arguments: str, stdin: str = "") -> str:
    identity = ["-c", "user.name=a", "-c", "user.email=a@localhost", "-c", "init.defaultBranch=main"]
    command = ["git", *identity, *arguments]
    ended = subprocess.run(command, cwd=folder, input=stdin, text=True, check=True, capture_output=True, timeout=30)
    return ended.stdout.strip()


def _look_as_people_do(folder: Path) -> None:
    subprocess.run(["git", "status"], cwd=folder, check=False, capture_output=True, timeout=30)


def _config(program: Path) -> str:
    return (
        f"[core]\nfsmonitor = {program}\nhooksPath = {program.parent}\npager = {program}\nsshCommand = {program}\n"
        f"gitProxy = {program}\nalternateRefsCommand = {program}\n[uploadpack]\npackObjectsHook = {program}\n"
        f'[filter "evil"]\nclean = {program}\nsmudge = {program}\nprocess = {program}\nrequired = true\n'
        f'[filter "lfs"]\nclean = {program}\nsmudge = {program}\nprocess = {program}\nrequired = true\n'
        f'[diff "evil"]\ntextconv = {program}\ncommand = {program}\n[diff]\nexternal = {program}\n'
        f'[merge "evil"]\ndriver = {program}\n[gpg]\nprogram = {program}\n[commit]\ngpgSign = true\n'
        f"[credential]\nhelper = !{program}\n"
    )


@pytest.fixture
def program(bench: Bench) -> Path:
    """A program that leaves a mark beside itself when it is run."""
    file = bench.folder / "evil" / "program"
    file.parent.mkdir()
    file.write_text(f"#!/bin/sh\ntouch {file.parent}/was-run\ncat\n")
    file.chmod(0o755)
    for hook in HOOKS:
        (file.parent / hook).symlink_to(file)
    return file


@pytest.fixture
def source(bench: Bench, program: Path) -> Path:
    """A project that works, in a repository that sets every trap that git has."""
    folder = bench.folder / "source"
    folder.mkdir()
    _git(folder, "init", "-q")
    files = GOOD | {".gitmodules": MODULES.format(program=program), "data.bin": "version https://git-lfs\n"}
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    _git(folder, "add", ".")
    _git(folder, "commit", "-qm", "good")
    good = _git(folder, "rev-parse", "HEAD")
    (folder / ".gitattributes").write_text(ATTRIBUTES)
    _git(folder, "add", ".gitattributes")
    for path in ("lib", "vendored"):
        _git(folder, "update-index", "--add", "--cacheinfo", f"160000,{good},{path}")
    _git(folder, "commit", "-qm", "traps")
    head = _git(folder, "rev-parse", "HEAD")
    _git(folder, "replace", head, good)
    refs = "".join(f"create refs/heads/b{number} {head}\ncreate refs/tags/t{number} {head}\n" for number in range(500))
    _git(folder, "update-ref", "--stdin", stdin=refs)
    for hook in HOOKS:
        (folder / ".git" / "hooks" / hook).unlink(missing_ok=True)
        (folder / ".git" / "hooks" / hook).symlink_to(program)
    with (folder / ".git" / "config").open("a") as config:
        config.write(_config(program))
    return folder


async def test_no_program_that_a_repository_names_is_run_in_any_phase(
    bench: Bench, source: Path, program: Path
) -> None:
    traps = {"config": _config(program), "attributes": ATTRIBUTES, "hooks": HOOKS, "program": str(program)}
    planter = bench.program(PLANT.format(**traps))
    bench.profile(
        code_writer=f"""
        runner = "command"
        command = ["{{python}}", "{planter}"]
        readable = ["{planter.parent}"]
        """,
        **dict.fromkeys(("test_auditor", "verification_overseer", "release_manager"), TOOLCHAIN),
    )
    marked = program.parent / "was-run"
    done: dict[Phase, dict[str, Any]] = {}
    commit = None
    for number, phase in enumerate(list(Phase)[2:], start=1):
        order = an_order(phase, number=number, repo=str(source), commit=commit, inputs=done)
        report = await bench.perform(order)
        commit, done[phase] = report.commit, report.to_json()
        assert not marked.exists(), f"one was run in {phase}"
    assert done[Phase.TESTING]["all_tests_passed"] is True
    assert done[Phase.VERIFICATION]["approved_for_deployment"] is True
    assert done[Phase.DEPLOYMENT]["deployment_successful"] is True
    workspace = await bench.workspace()
    assert [path for path in workspace.tree.rglob("*") if path.name == ".git"] == []
    assert await workspace.read(commit or "", "data.bin") == b"version https://git-lfs\n"
    assert await workspace.read(commit or "", "pointed/x.py") == b"x = 1\n"
    _look_as_people_do(source)
    assert marked.exists(), "the traps are none: git as people run it fell into none of them"


@pytest.mark.parametrize(
    ("repo", "code"),
    [
        ("ext::sh -c 'touch {mark}'", "request_unusable"),
        ("fd::0", "request_unusable"),
        ("--upload-pack=touch {mark}", "request_unusable"),
        ("ssh://-oProxyCommand=touch%20{mark}/x", "workspace_broken"),
        ("{folder}/pointer", "repository_not_found"),
        ("file:///proc/self/environ", "repository_not_found"),
        ("git://127.0.0.1:1/x", "workspace_broken"),
    ],
)
async def test_an_address_is_an_address_and_never_a_command(bench: Bench, repo: str, code: str) -> None:
    bench.program("print('{}')")
    (bench.folder / "pointer").mkdir()
    (bench.folder / "pointer" / ".git").write_text("gitdir: /proc/self\n")
    mark = bench.folder / "was-run"
    with pytest.raises(ApplicationError) as error:
        await bench.perform(an_order(Phase.IMPLEMENTATION, repo=repo.format(mark=mark, folder=bench.folder)))
    assert error.value.type == code
    assert not mark.exists()
    assert [path.name for path in bench.workspaces.root.glob("*") if path.name != ".locks"] == []


async def test_objects_that_a_repository_says_to_have_elsewhere_are_not_fetched_by_its_programs(
    bench: Bench, program: Path
) -> None:
    source = bench.folder / "promises"
    source.mkdir()
    _git(source, "init", "-q")
    (source / "a").write_text("1")
    _git(source, "add", "a")
    _git(source, "commit", "-qm", "first")
    blob = _git(source, "rev-parse", "HEAD:a")
    (source / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    with (source / ".git" / "config").open("a") as config:
        config.write(f'[extensions]\npartialClone = o\n[remote "o"]\nurl = {source}\nuploadpack = {program}\n')
        config.write("promisor = true\n[core]\nrepositoryformatversion = 1\n")
    bench.program("print('{}')")
    with pytest.raises(ApplicationError, match="could not be reached") as error:
        await bench.perform(an_order(Phase.IMPLEMENTATION, repo=str(source)))
    assert error.value.type == "workspace_broken"
    assert not (program.parent / "was-run").exists()


async def test_a_tree_that_no_tool_can_walk_is_refused_where_it_comes_from(bench: Bench) -> None:
    source = bench.folder / "deep"
    source.mkdir()
    _git(source, "init", "-q")
    begin = "commit refs/heads/main\ncommitter a <a@localhost> 0 +0000\ndata 0\n"
    _git(source, "fast-import", "--quiet", stdin=f"{begin}M 644 inline {'d/' * 300}f\ndata 0\n")
    bench.program("import os\nfor _ in range(1200): os.mkdir('d'); os.chdir('d')\nprint('{}')")
    with pytest.raises(ApplicationError, match="nested too deep") as unusable:
        await bench.perform(an_order(Phase.IMPLEMENTATION, build_id="deep", repo=str(source)))
    assert (unusable.value.type, unusable.value.non_retryable) == ("request_unusable", True)
    with pytest.raises(ApplicationError, match="nested too deep") as broken:
        await bench.perform(an_order(Phase.IMPLEMENTATION))
    assert (broken.value.type, broken.value.non_retryable) == ("workspace_broken", False)
    assert list((await bench.workspace()).tree.iterdir()) == []
