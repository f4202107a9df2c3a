"""The presets, by name."""

from baton.runners.agents.aider import AIDER
from baton.runners.agents.claude_code import CLAUDE_CODE
from baton.runners.agents.codex import CODEX
from baton.runners.agents.gemini import GEMINI
from baton.runners.agents.opencode import OPENCODE
from baton.runners.agents.preset import Agent, Preset

PRESETS: dict[Agent, Preset] = {preset.name: preset for preset in (CLAUDE_CODE, CODEX, GEMINI, AIDER, OPENCODE)}
