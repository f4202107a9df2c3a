import pytest

from baton.runners.toml_lines import line_of

TEXT = """# a comment
[profile]
description = '''
[roles.fake]
x = 1
'''

[roles.code_writer]
runner = "command"
command = [
  "a",
  "b",  # timeout = 3
]
timeout = "1h"
env = { A = "1", B = "2" }
phases.implementation.command = ["x"]

[roles."test_auditor"]
runner = "manual"
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("profile",), 2),
        (("profile", "description"), 3),
        (("roles",), 8),
        (("roles", "code_writer"), 8),
        (("roles", "code_writer", "command"), 10),
        (("roles", "code_writer", "command", 1), 10),
        (("roles", "code_writer", "timeout"), 14),
        (("roles", "code_writer", "env", "B"), 15),
        (("roles", "code_writer", "phases", "implementation", "command"), 16),
        (("roles", "test_auditor", "runner"), 19),
        (("roles", "test_auditor", "missing"), 18),
        (("roles", "release_manager"), 8),
        (("nowhere",), 1),
        ((), 1),
    ],
)
def test_the_line_of_a_statement_is_found(path: tuple[str | int, ...], line: int) -> None:
    assert line_of(TEXT, path) == line
