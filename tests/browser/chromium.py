"""Chromium, as tests and pictures start it: without a window, and without a way out of this machine."""

import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from baton.runtime.leashed_process import LeashedProcess
from baton.runtime.processes import kill_tree

VARIABLE = "BATON_CHROMIUM"
"""The variable that names the program, where it is not on PATH."""

MISSING = (
    f"there is no Chromium here: install it (Debian and Ubuntu: apt-get install chromium), or name it in {VARIABLE}"
)

ARGUMENTS = (
    "--no-sandbox",  # it is started as root, too, and shows our own pages only
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)
"""How it is started. No name but that of this machine is found: a page that asks for anything else does not get it."""

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_PATIENCE = 30.0
_POLL = 0.02


def find_chromium(environ: Mapping[str, str]) -> Path | None:
    """The program, if there is one."""
    if named := environ.get(VARIABLE):
        return Path(named) if os.access(named, os.X_OK) else None
    found = (shutil.which(name, path=environ.get("PATH")) for name in _NAMES)
    return next((Path(path) for path in found if path is not None), None)


@contextmanager
def chromium_at_work(program: Path) -> Iterator[str]:
    """Run it until the context ends; its address for ``connect_over_cdp``.

    It is a program of its own, so that one serves a whole session of tests, each with an event loop of its own. It
    ends with this process, however that ends.
    """
    with TemporaryDirectory(prefix="baton-chromium-", ignore_cleanup_errors=True) as folder:
        told, log = Path(folder, "DevToolsActivePort"), Path(folder, "chromium.log")
        own = ["--headless", "--remote-debugging-port=0", f"--user-data-dir={folder}"]
        process = LeashedProcess([str(program), *own, *ARGUMENTS], log=log)
        try:
            yield f"http://127.0.0.1:{_port(process, told, log)}"
        finally:
            kill_tree(process.pid)
            process.kill()


def _port(process: LeashedProcess, told: Path, log: Path) -> int:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and process.exit_code is None:
        lines = told.read_text().splitlines() if told.exists() else []
        if len(lines) > 1:
            return int(lines[0])
        time.sleep(_POLL)
    raise RuntimeError(f"Chromium does not answer:\n{log.read_text(errors='replace')[-2000:]}")
