"""What a model is told to do: the prompt of its phase, and the team's own words after it."""

import hashlib
from dataclasses import dataclass
from importlib import resources

from baton.domain.vocabulary import Phase
from baton.runners.failures import RunnerMisconfigured
from baton.runners.llm.options import LlmOptions

_TEAM = (
    "\n## From the team that runs this build\n\nThese are orders too, as far as they do not contradict those above.\n\n"
)
_TEAM_FILE_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Instructions:
    """``text`` is sent as the system prompt; ``digest`` is its SHA-256, the prompt file's if the team adds nothing."""

    name: str
    text: str
    digest: str


def instructions_for(phase: Phase, options: LlmOptions) -> Instructions:
    """The instructions for ``phase``. Raises RunnerMisconfigured when the team's file cannot be read."""
    name = f"{phase.value}.md"
    text = resources.files("baton.runners.llm").joinpath("prompts", name).read_text(encoding="utf-8")
    if told := "\n\n".join(filter(None, (options.instructions.strip(), _file(options).strip()))):
        text += f"{_TEAM}{told}\n"
    return Instructions(name, text, hashlib.sha256(text.encode()).hexdigest())


def _file(options: LlmOptions) -> str:
    file = options.instructions_file
    if file is None:
        return ""
    try:
        with file.open("rb") as opened:
            data = opened.read(_TEAM_FILE_BYTES + 1)
        text = data.decode()
    except (OSError, UnicodeDecodeError) as error:
        raise RunnerMisconfigured(
            f"the 'instructions_file' {str(file)!r} of the profile cannot be read: {error}"
        ) from error
    if len(data) > _TEAM_FILE_BYTES:
        raise RunnerMisconfigured(f"the 'instructions_file' {str(file)!r} has more than {_TEAM_FILE_BYTES:,} bytes")
    return text
