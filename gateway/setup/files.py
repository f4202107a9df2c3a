"""The files that a project gets: looked through before they are written, and written both or not at all."""

import contextlib
from dataclasses import dataclass, replace
from pathlib import Path

from baton.runners.profile import read_profile
from baton.runners.registry import Registry, UnknownRunner
from gateway.setup.answers import Answers, Writer
from gateway.setup.texts import profile_text, request_text

FOLDER = "baton"
"""The folder of the project in which they lie."""


REQUEST = Path(FOLDER, "request.md")
"""The request among them."""


class Taken(Exception):
    """Something is in the way; the message names it."""


@dataclass(frozen=True)
class Files:
    """What is to be written where. ``unchecked`` says why the code writer's options could not be looked through."""

    request: Path
    profile: Path
    texts: dict[Path, str]
    unchecked: str | None = None


def check_free(*paths: Path) -> None:
    """Raise Taken when one of ``paths`` is there."""
    if there := [str(path) for path in paths if path.exists()]:
        raise Taken(", ".join(there))


def prepare(answers: Answers, folder: Path, registry: Registry) -> Files:
    """The files for ``folder``, found to be right. Raises InvalidProfile."""
    request = folder / REQUEST
    profile = folder / FOLDER / "profiles" / f"{answers.profile}.toml"
    text = profile_text(answers)
    missing = _missing_runner(answers, registry)
    known = text if missing is None else profile_text(_by_hand(answers))
    read_profile(answers.profile, str(profile.absolute()), known.encode(), registry)
    return Files(request, profile, {request: request_text(answers), profile: text}, missing)


def write(files: Files) -> None:
    """Write both. When one cannot be written, the other is not left behind either. Raises OSError."""
    drafts = {path: path.with_name(f".{path.name}.new") for path in files.texts}
    try:
        for path, draft in drafts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(files.texts[path], encoding="utf-8")
        for path, draft in drafts.items():
            draft.replace(path)
    finally:
        for draft in drafts.values():
            with contextlib.suppress(OSError):
                draft.unlink()


def _missing_runner(answers: Answers, registry: Registry) -> str | None:
    """Why the runner of the code writer is not here: it may be on the workers."""
    wanted = {Writer.MANUAL: "manual", Writer.COMMAND: "command", Writer.MODEL: "llm"}.get(answers.writer, "agent")
    try:
        registry.find(wanted)
    except UnknownRunner as error:
        return str(error)
    return None


def _by_hand(answers: Answers) -> Answers:
    return replace(answers, writer=Writer.MANUAL, keys=(), model=None)
