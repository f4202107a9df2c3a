"""Settings of linters: what takes away from what was checked is told, what is usual is not."""

import pytest

from tests.unit.workshop.dilution.commits import told


def _ruff(before: str | None, after: str) -> list[str]:
    first = {} if before is None else {"ruff.toml": before}
    return [item.removeprefix("lint-config ruff.toml::ruff.") for item in told(first, {"ruff.toml": after})]


@pytest.mark.parametrize(
    "settings",
    [
        "line-length = 100\n",
        '[lint]\nselect = ["E", "F", "I", "UP", "B"]\nignore = ["E501", "B008", "UP007"]\n',
        '[lint]\nselect = ["ALL"]\nignore = ["D", "ANN", "COM812"]\n',
        '[lint]\nextend-select = ["I"]\n[lint.per-file-ignores]\n"tests/*" = ["S101", "D"]\n"__init__.py" = ["F401"]\n',
        'extend-exclude = ["docs", "tests/data", "build"]\n',
        '[lint]\nselect = ["F", "E9"]\n',
    ],
)
def test_reasonable_settings_of_a_new_project_pass(settings: str) -> None:
    assert _ruff(None, settings) == []


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        ('[lint]\nignore = ["ALL"]\n', ["ignore:ALL"]),
        ('[lint]\nignore = ["F"]\n', ["ignore:F"]),
        ('ignore = ["F401"]\n', ["ignore:F401"]),
        ('[lint]\nextend-ignore = ["E722"]\n', ["extend-ignore:E722"]),
        ('[lint.per-file-ignores]\n"src/*" = ["F"]\n', ["per-file-ignores:src/*:F"]),
        ('[lint.per-file-ignores]\n"tests/*" = ["ALL"]\n', ["per-file-ignores:tests/*:ALL"]),
        ('exclude = ["src"]\n', ["exclude:src"]),
        ('[lint]\nexclude = ["*.py"]\n', ["exclude:*.py"]),
        ('[lint]\nselect = ["I"]\n', ["select:F"]),
        ("[lint]\nselect = []\n", ["select:F"]),
        ('extend = "../other.toml"\n', ["extend"]),
    ],
)
def test_what_switches_ruff_s_own_choice_off_is_told_even_in_a_new_project(settings: str, names: list[str]) -> None:
    assert _ruff(None, settings) == names


def test_an_ignored_rule_counts_where_it_was_checked() -> None:
    before = '[lint]\nselect = ["E", "F", "S"]\nignore = ["S101"]\n'
    assert _ruff(before, '[lint]\nselect = ["E", "F", "S"]\nignore = ["S101", "S603"]\n') == ["ignore:S603"]
    assert _ruff(before, '[lint]\nselect = ["E", "F", "S", "D"]\nignore = ["S101", "D203"]\n') == []
    assert _ruff(before, '[lint]\nselect = ["E", "F"]\nignore = ["S101"]\n') == ["select:S"]


def test_settings_deeper_in_the_tree_are_held_against_those_above() -> None:
    root = {"pyproject.toml": '[tool.ruff.lint]\nselect = ["E", "F"]\nignore = ["F401"]\n'}
    assert told(root, {**root, "src/ruff.toml": '[lint]\nselect = ["E", "F"]\nignore = ["F401"]\n'}) == []
    assert told(root, {**root, "src/ruff.toml": '[lint]\nselect = ["E", "F"]\nignore = ["E9"]\n'}) == [
        "lint-config src/ruff.toml::ruff.ignore:E9"
    ]


@pytest.mark.parametrize(
    ("file", "settings", "names"),
    [
        (".bandit", "[bandit]\nexclude = ./tests\n", []),
        (".bandit", "[bandit]\nexclude = ./tests,./src\nskips = B101,B602\n", ["exclude:./src", "skips:B602"]),
        ("pyproject.toml", '[tool.bandit]\nexclude_dirs = ["tests", "src"]\nskips = ["B101"]\n', ["exclude_dirs:src"]),
        ("pyproject.toml", '[tool.bandit]\ntests = ["B101"]\n', ["tests"]),
        ("src/.bandit", "[bandit]\nlevel = 3\n", ["level"]),
    ],
)
def test_settings_of_bandit_are_looked_at(file: str, settings: str, names: list[str]) -> None:
    found = sorted(told({}, {file: settings}))
    assert found == sorted(f"lint-config {file}::bandit.{name}" for name in names)
    assert told({file: settings}, {file: settings}) == []


def test_settings_of_flake8_and_eslint_are_looked_at() -> None:
    assert told({}, {"setup.cfg": "[flake8]\nignore = E501,F401\nexclude = docs,src\n"}) == [
        "lint-config setup.cfg::flake8.ignore:F401",
        "lint-config setup.cfg::flake8.exclude:src",
    ]
    settings = '{"eslintConfig": {"ignorePatterns": ["dist", "src"], "rules": {"no-eval": "off", "semi": "error"}}}'
    assert told({}, {"package.json": settings}) == [
        "lint-config package.json::eslint.ignorePatterns:src",
        "lint-config package.json::eslint.rules:no-eval",
    ]
