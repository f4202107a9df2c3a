"""Git as a subprocess, with nothing taken from the machine and nothing believed from the tree.

Whoever writes the tree must not decide what git runs. So the git directory lies outside the tree, git is
told of both by name and never looks for a repository; hooks, the file system monitor, pagers, signing and
automatic maintenance are off; system and user configuration are not read; and `info/attributes`, which
outranks every .gitattributes, switches off filters, text conversion and diff drivers for all paths.
"""

import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from baton.workshop._process import run_process
from baton.workshop.errors import GitFailed

ATTRIBUTES = "* -filter !diff !merge -text -eol -ident -export-ignore -export-subst !working-tree-encoding\n"
# What Python's tools leave in a tree when they run; a project's own .gitignore is obeyed besides.
EXCLUDES = "__pycache__/\n.pytest_cache/\n.mypy_cache/\n.ruff_cache/\n.hypothesis/\n.coverage\n.coverage.*\n"

_TRANSPORTS = "file:git:http:https:ssh"
_SETTINGS = (
    "core.bare=false", "core.fsmonitor=false", "core.hooksPath=/dev/null", "core.attributesFile=/dev/null",
    "core.excludesFile=/dev/null", "core.autocrlf=false", "core.symlinks=true", "core.fileMode=true",
    "core.quotePath=false", "core.pager=cat", "diff.ignoreSubmodules=all", "diff.external=",
    "submodule.recurse=false", "fetch.recurseSubmodules=false", "commit.gpgSign=false", "tag.gpgSign=false",
    "gc.auto=0", "maintenance.auto=false", "advice.addEmbeddedRepo=false",
    "push.gpgSign=false", "push.followTags=false", "http.lowSpeedLimit=1000", "http.lowSpeedTime=60",
)  # fmt: skip
_ENVIRONMENT = {
    "HOME": "/nonexistent",
    "LC_ALL": "C",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "/bin/false",
    "SSH_ASKPASS": "/bin/false",
    "GIT_SSH_COMMAND": "ssh -oBatchMode=yes -oConnectTimeout=30 -oServerAliveInterval=15",
    "GIT_ALLOW_PROTOCOL": _TRANSPORTS,
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_PROTOCOL_FROM_USER": "0",
}
_OUTPUT_BYTES = 64 * 1024 * 1024
# Up to the last "@": where it is not clear what a password is, too much is hidden rather than too little.
_CREDENTIALS = re.compile(r"://[^\s'\"]*@")


@dataclass(frozen=True, slots=True)
class Git:
    """Git over one git directory and one work tree.

    A call's `lock` is the descriptor of the workspace's lock: git inherits it, so that the lock outlives
    a worker which is killed while git is still writing.
    """

    directory: Path
    tree: Path
    timeout_seconds: float = 600

    async def __call__(
        self,
        *arguments: str,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
        lock: int | None = None,
        tree: Path | None = None,
        keep: int | None = None,
    ) -> bytes:
        """Standard output of `git <arguments>`; raises GitFailed with git's last lines when it fails.

        Output over `keep` bytes loses its middle; without `keep`, too much output is an error.
        """
        work_tree = tree or self.tree
        ended = await run_process(
            [_program(), f"--git-dir={self.directory}", f"--work-tree={work_tree}", *_settings(), *arguments],
            cwd=self.directory.parent,
            env={
                **_ENVIRONMENT,
                "PATH": f"{Path(_program()).parent}:/usr/local/bin:/usr/bin:/bin",
                **(env or {}),
            },
            stdin=stdin,
            pass_fds=[] if lock is None else [lock],
            wall_seconds=self.timeout_seconds,
            output_bytes=keep or _OUTPUT_BYTES,
        )
        if ended.limit is not None:
            raise GitFailed(f"git {arguments[0]} was stopped after {self.timeout_seconds:g} s")
        if ended.returncode != 0:
            said = last_words(ended.stderr)
            raise GitFailed(f"git {arguments[0]} failed ({ended.returncode}): {said}")
        if ended.truncated and keep is None:
            raise GitFailed(f"git {arguments[0]} answered with more than {_OUTPUT_BYTES} bytes")
        return ended.stdout


def last_words(stderr: bytes) -> str:
    """The end of what git said, on one line, without credentials of an address."""
    lines = [line for line in stderr.decode(errors="replace").splitlines() if line.strip()]
    return _CREDENTIALS.sub("://***@", " / ".join(lines[-8:]))[:800] or "it said nothing"


def without_credentials(address: str) -> str:
    """``address`` as messages show it."""
    return re.sub(r"://.*@", "://***@", address, flags=re.DOTALL)


def _settings() -> Sequence[str]:
    return [word for setting in _SETTINGS for word in ("-c", setting)]


def _program() -> str:
    found = shutil.which("git")
    if found is None:
        raise GitFailed("the program 'git' was not found; install git 2.34 or later")
    return found
