"""Settings of ruff, bandit and flake8 that leave rules or files out."""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from baton.workshop.dilution.files import Files
from baton.workshop.dilution.item import Diluted, Rule
from baton.workshop.dilution.settings import ini_section, json_table, texts, toml_table
from baton.workshop.places import surrounds

# What ruff checks when nothing is said.
_RUFF_DEFAULT = ("E4", "E7", "E9", "F")
_FREE = {"__init__.py": ("F401", "F403", "F405", "E402"), "conftest.py": ("F401", "F403", "F811", "E402")}
_FREE_IN_TESTS = ("S101", "B101", "PLR2004", "SLF001", "D", "ANN", "INP")
_STYLE = ("E203", "E501", "W503", "W504")  # what formatters and flake8 disagree about
_BANDIT_KEYS = ("tests", "level", "confidence", "severity", "baseline", "profile", "targets")


def lint_settings(before: Files, after: Files) -> Iterator[Diluted]:
    """What the new commit's linters leave out that the old one's did not.

    A rule that is ignored counts only where the old settings had it checked: to select more and ignore some of it
    takes nothing away.
    """
    for path in after.named("ruff.toml", ".ruff.toml", "pyproject.toml"):
        now = _ruff(after, path)
        if now is not None:
            yield from _ruff_diluted(path, _nearest_ruff(before, path), now)
    yield from _bandit(before, after)
    yield from _flake8(before, after)


def _ruff(files: Files, path: str) -> dict[str, Any] | None:
    """The settings in this file, or None when it has none."""
    text = files.text(path)
    if text is None:
        return None
    if PurePosixPath(path).name != "pyproject.toml":
        return toml_table(text)
    table = toml_table(text, "tool", "ruff")
    return table or None


def _nearest_ruff(files: Files, path: str) -> dict[str, Any]:
    """The settings that ruff would find from the folder of `path` upwards; none are its defaults."""
    for folder in PurePosixPath(path).parents:
        for name in (".ruff.toml", "ruff.toml", "pyproject.toml"):
            found = _ruff(files, str(folder / name))
            if found is not None:
                return found
    return {}


def _ruff_diluted(path: str, was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Diluted]:
    checked = _selected(was)
    for key in ("ignore", "extend-ignore"):
        for code in _rules(now, key):
            if code not in (*_rules(was, "ignore"), *_rules(was, "extend-ignore")) and _overlaps(code, checked):
                yield _item(path, f"ruff.{key}:{code}", f"ruff ignores {code}")
    old_files = {(glob, code) for glob, codes in _per_file(was) for code in codes}
    for glob, codes in _per_file(now):
        for code in codes:
            if (glob, code) not in old_files and _overlaps(code, checked) and not _may_be_free(glob, code):
                yield _item(path, f"ruff.per-file-ignores:{glob}:{code}", f"ruff ignores {code} in {glob!r}")
    for key in ("exclude", "extend-exclude"):
        known = (*_files(was, "exclude"), *_files(was, "extend-exclude"))
        for pattern in _files(now, key):
            if pattern not in known and not surrounds(pattern):
                yield _item(path, f"ruff.{key}:{pattern}", f"ruff does not look at {pattern!r}")
    selected = _selected(now)
    # Nobody asked for the style in ruff's own choice; what finds mistakes is F.
    for code in checked if _lint(was, "select") is not None or _rules(was, "extend-select") else ("F",):
        if not any(code.startswith(kept) or kept == "ALL" for kept in selected):
            yield _item(path, f"ruff.select:{code}", f"ruff does not check {code}")
    if "extend" in now and now["extend"] != was.get("extend"):
        yield _item(
            path, "ruff.extend", f"ruff takes settings from {str(now['extend'])[:80]!r}, which are not looked at"
        )


def _lint(table: Mapping[str, Any], key: str) -> Any:
    """A setting of the linter: in its own table, or at the top, where older ones stand."""
    inner = table.get("lint")
    return inner[key] if isinstance(inner, dict) and key in inner else table.get(key)


def _rules(table: Mapping[str, Any], key: str) -> tuple[str, ...]:
    return texts(_lint(table, key))


def _files(table: Mapping[str, Any], key: str) -> tuple[str, ...]:
    inner = table.get("lint")
    return (*texts(table.get(key)), *(texts(inner.get(key)) if isinstance(inner, dict) else ()))


def _selected(table: Mapping[str, Any]) -> tuple[str, ...]:
    named = _rules(table, "select") if _lint(table, "select") is not None else _RUFF_DEFAULT
    return (*named, *_rules(table, "extend-select"))


def _per_file(table: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for key in ("per-file-ignores", "extend-per-file-ignores"):
        found = _lint(table, key)
        for glob, codes in found.items() if isinstance(found, dict) else ():
            yield glob, texts(codes)


def _overlaps(code: str, checked: tuple[str, ...]) -> bool:
    """Whether a rule, or a beginning of rules, takes anything away from what is checked."""
    return code == "ALL" or any(code.startswith(one) or one.startswith(code) or one == "ALL" for one in checked)


def _may_be_free(glob: str, code: str) -> bool:
    name = PurePosixPath(glob).name
    if code in _FREE.get(name, ()):
        return True
    return surrounds(glob) and code.startswith(_FREE_IN_TESTS)


def _bandit(before: Files, after: Files) -> Iterator[Diluted]:
    for path in after.named(".bandit", "pyproject.toml"):
        was, now = _bandit_table(before, path), _bandit_table(after, path)
        for key in ("skips", "exclude", "exclude_dirs"):
            for value in texts(now.get(key)):
                free = value == "B101" if key == "skips" else surrounds(value)
                if value not in texts(was.get(key)) and not free:
                    told = f"skips {value}" if key == "skips" else f"does not look at {value!r}"
                    yield _item(path, f"bandit.{key}:{value}", f"bandit {told}")
        for key in _BANDIT_KEYS:
            if now.get(key) and now.get(key) != was.get(key):
                yield _item(path, f"bandit.{key}", f"bandit is narrowed by {key} = {str(now[key])[:80]!r}")


def _bandit_table(files: Files, path: str) -> dict[str, Any]:
    text = files.text(path)
    return toml_table(text, "tool", "bandit") if path.endswith(".toml") else ini_section(text, "bandit")


def _flake8(before: Files, after: Files) -> Iterator[Diluted]:
    for path in after.named(".flake8", "setup.cfg", "tox.ini"):
        was, now = ini_section(before.text(path), "flake8"), ini_section(after.text(path), "flake8")
        for key in ("ignore", "extend-ignore", "per-file-ignores", "exclude", "extend-exclude"):
            for value in texts(now.get(key)):
                free = surrounds(value) if "exclude" in key else value in _STYLE or surrounds(value.partition(":")[0])
                if value not in texts(was.get(key)) and not free:
                    yield _item(path, f"flake8.{key}:{value}", f"flake8 leaves out {value!r} by {key}")


def eslint_settings(before: Files, after: Files) -> Iterator[Diluted]:
    """What `package.json` lets ESLint leave out; its settings in JavaScript are a program, and not looked at."""
    for path in after.named("package.json"):
        was, now = (json_table(files.text(path), "eslintConfig") for files in (before, after))
        for pattern in texts(now.get("ignorePatterns")):
            if pattern not in texts(was.get("ignorePatterns")) and not surrounds(pattern):
                yield _item(path, f"eslint.ignorePatterns:{pattern}", f"ESLint does not look at {pattern!r}")
        rules, known = now.get("rules"), was.get("rules")
        for rule, level in rules.items() if isinstance(rules, dict) else ():
            off = level in ("off", 0) or (isinstance(level, list) and level[:1] in (["off"], [0]))
            if off and not (isinstance(known, dict) and known.get(rule) == level):
                yield _item(path, f"eslint.rules:{rule}", f"ESLint does not check {rule}")


def _item(path: str, name: str, message: str) -> Diluted:
    return Diluted(Rule.LINT_CONFIG, path, name, f"{path}: {message}")
