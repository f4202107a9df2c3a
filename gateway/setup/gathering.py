"""Which question follows which, and what is proposed as its answer. Who answers is somebody else's business."""

import shlex
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from gateway.setup.answers import PROFILE_NAME, Answers, Told, Writer, project_of, slug
from gateway.setup.test_commands import TestCommand, find

Check = Callable[[str], str]
"""Says what is wrong with an answer; the empty text when nothing is."""

_PROVIDER_KEYS = {"google": "GEMINI_API_KEY", "google-gla": "GEMINI_API_KEY", "google-vertex": ""}


class Unusable(ValueError):
    """Something that was told beforehand cannot be an answer; ``option`` is where it was told."""

    def __init__(self, option: str, why: str) -> None:
        super().__init__(f"{option}: {why}")


class Asker(Protocol):
    """Whoever gives the answers. ``option`` is the name under which one can be told beforehand."""

    def text(self, option: str, question: str, default: str | None, check: Check) -> str:
        """One line for which ``check`` finds nothing wrong. Without a ``default`` there has to be an answer."""
        ...

    def choice(self, option: str, question: str, choices: Sequence[str], default: str) -> str:
        """One of ``choices``."""
        ...

    def lines(self, option: str, question: str) -> list[str]:
        """Any number of lines."""
        ...

    def agreed(self, option: str, question: str, *, default: bool) -> bool:
        """Yes or no."""
        ...


def gather(told: Told, asker: Asker, folder: Path, *, user: str, environ: Mapping[str, str]) -> Answers:
    """All answers: what was told, and the rest from ``asker``. Raises Unusable."""

    def text(option: str, given: str | None, question: str, default: str | None, check: Check) -> str:
        if given is None:
            return asker.text(option, question, default, check).strip()
        if why := check(given):
            raise Unusable(option, why)
        return given.strip()

    project = text("--project", told.project, "What is the project called?", project_of(folder), _name)
    title = text("--title", told.title, "What is to be built, in one line?", None, _name)
    about = text("--about", told.about, "And in a few words more?", "", _anything)
    criteria = told.criteria
    if criteria is None:
        criteria = tuple(asker.lines("--criterion", "How will one know that it is done? One criterion a line."))
    writer = told.writer or Writer(
        asker.choice("--code-writer", "Who writes the code?", list(Writer), _proposed_writer(environ))
    )
    model, command, keys = told.model, "", told.keys
    if writer is Writer.MODEL:
        model = text("--model", model, "Which model? (provider:name)", None, _model)
    elif writer is Writer.COMMAND:
        command = text("--command", told.command, "Which program, with its arguments?", None, _command)
    if keys is None:
        keys = _keys(asker, writer, model, environ)
    elif why := _variables(" ".join(keys)):
        raise Unusable("--key-from", why)
    tests = _tests(told.test, find(folder), asker)
    coverage = told.coverage
    if coverage is None:
        coverage = float(
            asker.text("--coverage", "How much of the code shall tests cover, in percent?", "80", _percent)
        )
    profile = text("--name", told.profile, "What shall the profile be called?", slug(project), _profile_name)
    return Answers(
        project=project,
        title=title,
        about=about,
        criteria=tuple(filter(None, (line.strip() for line in criteria))),
        profile=profile,
        writer=writer,
        model=model,
        command=tuple(shlex.split(command)),
        keys=tuple(name for name in keys if name not in ("", "-")),
        tests=tests,
        coverage=coverage,
        approvers=_approvers(told, asker, user),
    )


def _keys(asker: Asker, writer: Writer, model: str | None, environ: Mapping[str, str]) -> tuple[str, ...]:
    if writer is Writer.MANUAL:
        return ()
    if writer is Writer.COMMAND:
        proposed = ""
    elif writer is Writer.MODEL:
        provider = (model or "").partition(":")[0]
        proposed = _PROVIDER_KEYS.get(provider, f"{provider.upper().replace('-', '_')}_API_KEY")
    else:
        proposed = next((name for name in writer.keys if environ.get(name)), writer.keys[0])
    question = "Which variable of the worker holds the key? (Its name, not the key; '-' for none)"
    said = asker.text("--key-from", question, proposed or "-", _variables)
    return () if said.strip() == "-" else tuple(said.split())


def _tests(told: str | None, found: TestCommand | None, asker: Asker) -> TestCommand:
    if told is None and found is not None:
        return found
    question = "How are the tests run? ({junit} is where their report goes, {coverage} where coverage goes)"
    said = asker.text("--test", question, None, _test) if told is None else told
    if why := _test(said):
        raise Unusable("--test", why)
    return TestCommand("the command given", tuple(shlex.split(said)))


def _approvers(told: Told, asker: Asker, user: str) -> tuple[str, ...] | None:
    if told.approvers:
        return told.approvers
    wanted = told.approval
    if wanted is None:
        wanted = asker.agreed("--approval", "Shall a person approve each release?", default=False)
    if not wanted:
        return None
    if told.approval is not None:
        return ()
    names = asker.text("--approver", "Who may? (names, or '-' for anybody)", user, _names).split()
    return () if names == ["-"] else tuple(names)


def _proposed_writer(environ: Mapping[str, str]) -> Writer:
    """The first coding agent that this machine has."""
    path = environ.get("PATH")
    return next((w for w in Writer if w.program and shutil.which(w.program, path=path)), Writer.MANUAL)


def _name(value: str) -> str:
    if not value.strip():
        return "it cannot be empty"
    return "" if len(value) <= 200 and value.isprintable() else "it has at most 200 characters, on one line"


def _anything(value: str) -> str:
    return "" if len(value) <= 2000 and value.isprintable() else "it has at most 2,000 characters, on one line"


def _model(value: str) -> str:
    provider, colon, name = value.partition(":")
    fine = bool(provider and colon and name) and not any(sign.isspace() for sign in value)
    return "" if fine else "a model is named as provider:name, such as anthropic:claude-sonnet-4-5"


def _command(value: str) -> str:
    try:
        words = shlex.split(value)
    except ValueError as error:
        return f"it is no command line: {error}"
    return "" if words else "it cannot be empty"


def _test(value: str) -> str:
    if "{junit}" not in value:
        return "it writes JUnit XML to '{junit}': an exit code alone is no evidence"
    return _command(value)


def _variables(value: str) -> str:
    names = value.split()
    if names == ["-"] or all(name.isidentifier() and name.isascii() for name in names):
        return ""
    return "a variable's name has letters, digits and '_'"


def _percent(value: str) -> str:
    try:
        fine = 0 <= float(value) <= 100
    except ValueError:
        fine = False
    return "" if fine else "a number from 0 to 100"


def _profile_name(value: str) -> str:
    return "" if PROFILE_NAME.fullmatch(value) else "it has up to 64 letters, digits, '_' and '-'"


def _names(value: str) -> str:
    return "" if value.strip() else "name somebody, or '-' for anybody"
