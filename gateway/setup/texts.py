"""The two files, as text: the request in Markdown, the profile in TOML."""

import json
from collections.abc import Iterable, Iterator

from baton.domain.vocabulary import Role
from gateway.setup.answers import Answers, Writer


def request_text(answers: Answers) -> str:
    """The request."""
    parts = [f"# {answers.title}"]
    if answers.about:
        parts.append(answers.about)
    if answers.criteria:
        listed = "\n".join(f"{number}. {text}" for number, text in enumerate(answers.criteria, start=1))
        parts.append(f"## Acceptance criteria\n\n{listed}")
    return "\n\n".join(parts) + "\n"


def profile_text(answers: Answers) -> str:
    """The profile."""
    return "\n\n".join(_tables(answers)) + "\n"


def _tables(answers: Answers) -> Iterator[str]:
    yield f"[profile]\ndescription = {_toml(_description(answers))}"
    yield f'[roles.{Role.Q_ASSISTANT}]\nrunner = "toolchain"'
    yield "\n".join([f"[roles.{Role.CODE_WRITER}]", *_writer(answers)])
    for role in (Role.TEST_AUDITOR, Role.VERIFICATION_OVERSEER, Role.RELEASE_MANAGER):
        tested = _tests(answers) if role is not Role.VERIFICATION_OVERSEER else ()
        yield "\n".join([f"[roles.{role}]", 'runner = "toolchain"', *tested])
    yield f"[gates]\nminimum_coverage = {answers.coverage:g}"
    if answers.approvers is not None:
        yield f"[gates.approvals.handoff_to_releaser]\napprovers = {_list(answers.approvers)}"


def _description(answers: Answers) -> str:
    who = {
        Writer.MANUAL: "A person writes the code",
        Writer.COMMAND: f"{answers.command[0]} writes the code" if answers.command else "",
        Writer.MODEL: f"{answers.model} writes the code",
    }
    return f"{who.get(answers.writer, f'{answers.writer} writes the code')}; tools play the other roles."


def _writer(answers: Answers) -> Iterator[str]:
    match answers.writer:
        case Writer.MANUAL:
            yield 'runner = "manual"'
            return
        case Writer.MODEL:
            yield 'runner = "llm"'
        case Writer.COMMAND:
            yield 'runner = "command"'
            yield f"command = {_list(_plain(answers.command))}"
            yield "network = true"
        case agent:
            yield 'runner = "agent"'
            yield f"agent = {_toml(agent.value)}"
            yield "network = true"
    if answers.model is not None:
        yield f"model = {_toml(answers.model)}"
    if answers.keys:
        yield f"env = {_list(answers.keys)}"


def _tests(answers: Answers) -> Iterator[str]:
    if answers.tests.words:
        yield f"test = {_list(answers.tests.words)}"
    if answers.tests.network:
        yield "# The packages of the project are fetched before its tests are run; the tests have the network, too."
        yield "network = true"


def _plain(words: Iterable[str]) -> list[str]:
    """Braces in the words of a program are its own, not placeholders."""
    return [word.replace("{", "{{").replace("}", "}}") for word in words]


def _list(words: Iterable[str]) -> str:
    return f"[{', '.join(map(_toml, words))}]"


def _toml(text: str) -> str:
    """A string of TOML: written as in JSON, where nothing but control characters has to be escaped otherwise."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
