"""What a profile may say of a role that a model plays, and how mistakes in it are told."""

from pathlib import Path

import pytest

from baton.domain.vocabulary import Role
from baton.runners.catalogue import Profiles
from baton.runners.profile_errors import InvalidProfile
from tests.installed import declared_runners


def _problems(folder: Path, options: str, role: Role = Role.CODE_WRITER) -> str:
    tables = dict.fromkeys(Role, 'runner = "manual"\n') | {role: f'runner = "llm"\n{options}\n'}
    (folder / "p.toml").write_text("".join(f"[roles.{name.value}]\n{table}" for name, table in tables.items()))
    with pytest.raises(InvalidProfile) as error:
        Profiles(folder, declared_runners()).load("p")
    return str(error.value)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ("", "needs 'model'"),
        ('model = "anthropic:a"\nmodel_from = "M"', "not both"),
        ('model = "claude"', "String should match pattern"),
        ('model = "anthropic:a"\nbase_url = "example.org"', "begins with http:// or https://"),
        ('model = "anthropic:a"\nbase_url = "https://me:pw@example.org"', "no user or password"),
        ('model = "anthropic:a"\ninstructions_file = "team.md"', "is absolute"),
        ('model = "anthropic:a"\ntools = false', "without tools can write nothing"),
        ('model = "anthropic:a"\nenv = ["KEY"]\ntests.env = ["KEY"]', "must not see KEY"),
        ('model = "anthropic:a"\ntemprature = 0.1', "did you mean 'temperature'?"),
        ('model = "anthropic:a"\ntests.test = ["pytest"]', "writes JUnit XML"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, options: str, told: str) -> None:
    problems = _problems(tmp_path, options)
    assert told in problems
    assert "p.toml:" in problems


def test_a_release_is_not_made_by_a_model(tmp_path: Path) -> None:
    problems = _problems(tmp_path, 'model = "anthropic:a"', Role.RELEASE_MANAGER)
    assert "a model cannot play release_manager: releases are made by tools" in problems
