"""Whether everything that Baton needs is here. Each check answers; none of them raises."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from baton.runners.catalogue import Profiles
from baton.runners.profile_errors import ProfileError
from baton.runners.registry import Registry
from baton.runtime.settings import Settings
from baton.store import schema
from baton.store.engine import open_engine
from baton.store.errors import DatabaseUnavailable, SchemaOutdated, StoreError
from baton.store.urls import parse_url, redacted
from baton.workshop.sandbox import probe
from gateway.worker.duties import Duty

_GIT_SECONDS = 5.0
_MOST_DIFFERENCES = 3


class Health(StrEnum):
    """How a check came out."""

    OK = "ok"  # all is well
    WARNING = "warning"  # it works, but not all of it
    FAILED = "failed"  # it does not work before somebody does something


@dataclass(frozen=True, slots=True)
class Check:
    """One check: what was found, and what to do. ``unreachable`` when a service does not answer."""

    name: str
    health: Health
    found: str
    advice: str = ""
    unreachable: bool = False


def check_machine(settings: Settings) -> Iterator[Check]:
    """Python, git, the sandbox and the profiles."""
    yield Check("python", Health.OK, sys.version.partition(" ")[0])
    yield _git()
    yield _sandbox()
    yield from _profiles(settings)


def check_database(settings: Settings) -> Check:
    """The mirror's database and its schema. Makes nothing that is not there."""
    try:
        url = parse_url(settings.database_url)
        shown = redacted(url)
        if url.get_backend_name() == "sqlite" and not Path(str(url.database)).expanduser().exists():
            return Check("database", Health.FAILED, f"{shown} is not there yet", "python starter.py db upgrade")
        engine = open_engine(settings.database_url)
        try:
            revision = schema.current(engine)
            if revision is not None and schema.is_newer(revision):
                return _newer(shown, schema.require_usable(engine))
            differences = schema.check(engine)
        finally:
            engine.dispose()
    except DatabaseUnavailable as error:
        return Check("database", Health.FAILED, str(error), "start it, or set BATON_DATABASE_URL", unreachable=True)
    except SchemaOutdated as error:
        return Check("database", Health.FAILED, str(error))
    except (StoreError, OSError) as error:
        return Check("database", Health.FAILED, str(error), "set BATON_DATABASE_URL")
    if differences:
        found = "; ".join(str(difference) for difference in differences[:_MOST_DIFFERENCES])
        more = f"; and {len(differences) - _MOST_DIFFERENCES} more" if len(differences) > _MOST_DIFFERENCES else ""
        return Check("database", Health.FAILED, f"{shown}: {found}{more}", "python starter.py db upgrade")
    return Check("database", Health.OK, f"{shown}, schema {revision}")


def _newer(shown: str, revision: str) -> Check:
    return Check(
        "database", Health.OK, f"{shown}, schema {revision} of a later version of Baton: this one can write to it"
    )


def worker_check(duty: Duty, pollers: int) -> Check:
    """What the number of workers that poll the queue of ``duty`` means."""
    name = f"queue {duty.queue}"
    if pollers:
        return Check(name, Health.OK, f"{pollers} worker{'s' if pollers > 1 else ''}")
    command = "python worker.py --all" if duty is Duty.ORCHESTRATOR else f"python worker.py --role {duty.value}"
    waits = {Duty.ORCHESTRATOR: "builds wait", Duty.NOTIFIER: "webhooks wait"}
    return Check(name, Health.WARNING, f"no worker: {waits.get(duty, f'phases of the {duty.value} wait')}", command)


def _git() -> Check:
    program = shutil.which("git")
    if program is None:
        return Check("git", Health.FAILED, "not installed", "install git")
    try:
        ended = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=_GIT_SECONDS, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        return Check("git", Health.FAILED, f"cannot be run: {error}", "mend the installation of git")
    return Check("git", Health.OK, ended.stdout.removeprefix("git version").strip())


def _sandbox() -> Check:
    report = probe()
    if report.available:
        return Check("sandbox", Health.OK, f"{report.kind} {report.version or ''}".strip())
    return Check(
        "sandbox",
        Health.WARNING,
        f"none: {report.reason}; commands run with limits alone, where the profile allows it",
        "install bubblewrap and allow user namespaces",
    )


def _profiles(settings: Settings) -> Iterator[Check]:
    folder = settings.profiles
    if folder is not None and not folder.is_dir():
        yield Check("profiles", Health.FAILED, f"{str(folder)!r} is no folder", "correct BATON_PROFILES")
    registry = Registry.installed()
    if not registry.names():
        yield Check("runners", Health.FAILED, "none is installed, not even Baton's own", "python -m pip install -e .")
        return
    profiles = Profiles(folder, registry)
    for name in profiles.names():
        try:
            profile = profiles.load(name)
        except ProfileError as error:
            first, *others = str(error).splitlines()
            more = f" (and {len(others)} more)" if others else ""
            yield Check(f"profile {name}", Health.FAILED, first + more, "correct the file")
        else:
            yield Check(f"profile {name}", Health.OK, profile.description or profile.source)
