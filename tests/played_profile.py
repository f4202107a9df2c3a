"""A profile whose roles are all played by one program of a test's, with an approval before the release."""

import sys
from pathlib import Path

from baton.domain.vocabulary import Role

_ROLE = """
[roles.{role}]
runner = "command"
command = ["{python}", "{player}", "{marks}"]
readable = ["{readable}"]
writable = ["{marks}"]
attempts = 1
"""
_TAIL = """
[gates.approvals.handoff_to_releaser]
approvers = ["grace"]
[sandbox]
policy = "off"
"""


def write_profile(file: Path, player: Path, marks: Path) -> None:
    """Write it, and make its folder and ``marks``, where ``player`` may leave what it wants to know again."""
    file.parent.mkdir()
    marks.mkdir()
    told = {"python": sys.executable, "player": player, "marks": marks, "readable": player.parent}
    file.write_text("".join(_ROLE.format(role=role.value, **told) for role in Role) + _TAIL)
