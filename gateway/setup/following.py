"""What comes after the files: what is still missing on this machine, and the commands that begin the build."""

import shlex
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from gateway.setup.answers import Answers, Writer
from gateway.setup.files import Files


def commands(answers: Answers, files: Files, folder: Path) -> list[str]:
    """The commands to be typed next, in order."""
    repo = ["--repo", str(folder)] if _is_repository(folder) else []
    start = ["start", str(files.request), "--project", answers.project, "--profile", answers.profile, *repo, "--watch"]
    return [
        shlex.join(["python", "starter.py", *words])
        for words in (["dev", "--profiles", str(files.profile.parent)], start)
    ]


def notes(answers: Answers, files: Files, folder: Path, environ: Mapping[str, str]) -> Iterator[str]:
    """What a person should know before that."""
    if files.unchecked is not None:
        yield (
            f"the code writer's part of the profile could not be checked here: {files.unchecked}. Where it is "
            "installed, python starter.py doctor does it"
        )
    program = answers.writer.program
    if program is not None and shutil.which(program, path=environ.get("PATH")) is None:
        yield f"there is no program {program!r} on this machine's PATH: install {answers.writer.value}"
    unset = [name for name in answers.keys if not environ.get(name)]
    if unset:
        yield f"set {' and '.join(unset)} where the worker runs (python starter.py dev is one)"
    if not answers.keys and answers.writer not in (Writer.MANUAL, Writer.COMMAND):
        yield "no variable with a key is named: see that the code writer finds its login"
    if answers.tests.needs:
        yield f"the tests ({answers.tests.name}) need {' and '.join(answers.tests.needs)}, too"
    if not answers.criteria:
        yield f"{files.request} has no acceptance criteria: write them, or be asked for them when the build begins"
    if not _is_repository(folder):
        yield f"{str(folder)!r} is no git repository: the build begins with an empty one"
    else:
        yield "a build sees what is committed, and nothing else"


def _is_repository(folder: Path) -> bool:
    return (folder / ".git").exists()
