"""Settings of pytest, and code in its conftest.py, that leave tests out or decide how they are judged."""

import ast
import fnmatch
import shlex
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from baton.workshop.dilution.files import Files
from baton.workshop.dilution.item import Diluted, Rule
from baton.workshop.dilution.settings import ini_section, texts, toml_table
from baton.workshop.places import is_python_test
from baton.workshop.written_tests.reading import written_tests

_LEAVING_OUT = frozenset(
    {"--ignore", "--ignore-glob", "--deselect", "--collect-only", "--co", "--no-cov", "--lf", "-k", "-m", "-p"}
)
_WITH_VALUE = ("-k", "-m", "-p", "-c", "--ignore", "--ignore-glob", "--deselect", "-o", "--override-ini")
_HARMLESS = frozenset({"cacheprovider", "randomly", "randomly.random"})
# Their tests are examples, too.
_FOR_OTHERS = ("examples/", "example/", "docs/", "vendor/")
_HOOKS = frozenset(
    (
        "pytest_collection_modifyitems", "pytest_ignore_collect", "pytest_collect_file", "pytest_pycollect_makeitem",
        "pytest_runtest_protocol", "pytest_runtest_call", "pytest_runtest_makereport", "pytest_pyfunc_call",
        "pytest_report_teststatus", "pytest_sessionfinish",
    )
)  # fmt: skip


def pytest_settings(before: Files, after: Files) -> Iterator[Diluted]:
    """What the new commit's settings leave out of the tests that the old one's did not."""
    (_, old), (path, new) = _settings(before), _settings(after)
    known = _options(old)
    for option in _options(new):
        if option not in known:
            yield _item(path, f"addopts:{option}", f"addopts has {option!r}")
    for key, standard in (("python_functions", "test"), ("python_classes", "Test")):
        kept = texts(" ".join(texts(new.get(key))).replace(" ", ","))
        if not new.get(key) or new.get(key) == old.get(key):
            continue
        if not any(standard.startswith(one.rstrip("_*")) for one in kept):
            yield _item(path, key, f"{key} is {str(new[key])[:80]!r}: tests of other names are not found")
    collected = _collected(old, after)
    if left_out := [path for path in sorted(collected - _collected(new, after)) if _has_tests(after, path)]:
        shown = ", ".join(left_out[:3]) + (" …" if len(left_out) > 3 else "")
        yield _item(path, "collected", f"{len(left_out)} files with tests are not looked at any more ({shown})")
    yield from _conftests(before, after)


def _settings(files: Files) -> tuple[str, dict[str, Any]]:
    """The settings that pytest goes by, and the file that they stand in."""
    for name in ("pytest.ini", ".pytest.ini"):
        if (text := files.text(name)) is not None:
            return name, ini_section(text, "pytest")
    if table := toml_table(files.text("pyproject.toml"), "tool", "pytest", "ini_options"):
        return "pyproject.toml", table
    if table := toml_table(files.text("pyproject.toml"), "tool", "pytest"):
        return "pyproject.toml", table
    for name, section in (("tox.ini", "pytest"), ("setup.cfg", "tool:pytest")):
        if table := ini_section(files.text(name), section):
            return name, table
    return "pyproject.toml", {}


def _options(settings: dict[str, Any]) -> list[str]:
    """The words of `addopts` that leave something out, each with its value."""
    given = settings.get("addopts", "")
    try:
        words = list(map(str, given)) if isinstance(given, list) else shlex.split(str(given), comments=True)
    except ValueError:
        words = str(given).split()
    found = []
    for number, word in enumerate(words):
        name, joined, value = word.partition("=")
        if not joined and len(word) > 2 and word[:2] in ("-k", "-m", "-p"):
            name, value = word[:2], word[2:]
        if not value and name in _WITH_VALUE:
            value = words[number + 1] if number + 1 < len(words) else ""
        plugin = value.removeprefix("no:")
        if name not in _LEAVING_OUT or (name == "-p" and (plugin == value or plugin in _HARMLESS)):
            continue
        found.append(f"{name} {value}".strip())
    return found


def _collected(settings: dict[str, Any], files: Files) -> set[str]:
    """The files of tests that pytest looks at with these settings."""
    patterns = _spaced(settings.get("python_files")) or ["test_*.py", "*_test.py"]
    places = [path.removeprefix("./").rstrip("/") for path in _spaced(settings.get("testpaths"))]
    passed_over = _spaced(settings.get("norecursedirs"))
    found = set()
    for path in files.paths:
        pure = PurePosixPath(path)
        if not is_python_test(path) or not any(fnmatch.fnmatch(pure.name, pattern) for pattern in patterns):
            continue
        if any(fnmatch.fnmatch(part, pattern) for part in pure.parts[:-1] for pattern in passed_over):
            continue
        if not places or any(_within(path, place) for place in places):
            found.add(path)
    return found


def _has_tests(files: Files, path: str) -> bool:
    """Whether there are tests of the project in the file; one that is as it was is taken at its name."""
    if path.startswith(_FOR_OTHERS):
        return False
    text = files.text(path)
    return text is None or bool(written_tests(path, text).tests)


def _within(path: str, place: str) -> bool:
    return place in ("", ".") or path == place or path.startswith(f"{place}/") or fnmatch.fnmatch(path, f"{place}/*")


def _spaced(value: Any) -> list[str]:
    return [word for text in texts(value, commas=False) for word in text.split()]


def _conftests(before: Files, after: Files) -> Iterator[Diluted]:
    for path in after.named("conftest.py"):
        was, now = _deciding(before.text(path)), _deciding(after.text(path))
        for name, text in now.items():
            if was.get(name) == text:
                continue
            if name.startswith("collect_ignore"):
                told = f"leaves files out, by {text[:100]!r}"
            else:
                told = f"decides by {name} which tests are run, or how they are judged"
            yield _item(path, name, told)


def _deciding(text: str | None) -> dict[str, str]:
    """The parts of a conftest.py that can leave tests out or judge them, by name, as they are written."""
    try:
        module = ast.parse(text or "")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}  # pytest does not come past it either
    found = {}
    for node in ast.walk(module):
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Name) and target.id in ("collect_ignore", "collect_ignore_glob"):
                    found[target.id] = ast.unparse(node)
        elif isinstance(node, ast.FunctionDef) and node.name in _HOOKS:
            found[node.name] = ast.unparse(node)
    return found


def _item(path: str, name: str, message: str) -> Diluted:
    return Diluted(Rule.TEST_CONFIG, path, name, f"{path}: {message}")
