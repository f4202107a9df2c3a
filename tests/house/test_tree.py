"""What must hold for every file that is committed."""

import re
import subprocess
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parents[2]
THIS_FILE = Path(__file__).relative_to(ROOT).as_posix()
PACKAGES = {"baton", "workflows", "activities", "gateway"}
LONGEST = 270

_DOWNLOAD = re.compile(r"https?://\S+\.(whl|tar\.gz|zip)\b|index-url\s*[=:]\s*\S|--(extra-)?index-url[ =]\S|find-links")
_REGISTRY = re.compile(r"https?://[^\s\"'/]*(pypi|pythonhosted|npmjs|artifactory|nexus|debian\.org)", re.IGNORECASE)
_MACHINE_PATH = re.compile(r"(?<![\w.$~}*-])/(home|Users|root|work)/[a-z]\w*")
_DRAWER = re.compile(r"^_?(utils?|helpers?|common|misc|miscellaneous)$")

# The build cache of the image lives in root's home while the image is built, and nowhere else.
_ALLOWED_PATHS = {"Dockerfile": "/root/.cache/pip"}


def _committed() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    if listed.returncode != 0:
        pytest.skip(f"this is no git checkout: {listed.stderr.strip()}")
    return [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def _text(name: str) -> str:
    """The text of a file, or nothing where it is not text."""
    data = (ROOT / name).read_bytes()
    return "" if b"\0" in data else data.decode("utf-8", errors="replace")


def _lines_that_match(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{name}:{number}: {line.strip()[:120]}"
        for name in _committed()
        if name != THIS_FILE
        for number, line in enumerate(_text(name).splitlines(), 1)
        if pattern.search(line.replace(_ALLOWED_PATHS.get(name, "\0"), ""))
    ]


def test_the_patterns_find_what_they_are_for() -> None:
    assert _DOWNLOAD.search("requests @ https://files.example/requests-2.0-py3-none-any.whl")
    assert _DOWNLOAD.search("--index-url https://mirror.example/simple")
    assert _REGISTRY.search("https://pypi.org/simple")
    assert _MACHINE_PATH.search('open("/home/ada/notes.txt")')
    assert _MACHINE_PATH.search("cd /work/project")
    assert not _MACHINE_PATH.search("tmp_path/home/ada")
    assert _DRAWER.search("utils")


def test_no_file_names_the_address_of_a_registry_or_a_download() -> None:
    assert _lines_that_match(_DOWNLOAD) + _lines_that_match(_REGISTRY) == []


def test_no_file_names_a_path_of_somebodys_machine() -> None:
    assert _lines_that_match(_MACHINE_PATH) == []


def test_constraints_pin_every_package_to_one_version() -> None:
    pins = [line for line in _text("constraints.txt").splitlines() if line and not line.lstrip().startswith("#")]
    assert len(pins) > 30
    assert [pin for pin in pins if not re.fullmatch(r"[\w.-]+==[\w.]+( ; .+)?", pin)] == []


def test_no_module_is_longer_than_a_reader_holds() -> None:
    lengths = {name: _text(name).count("\n") for name in _committed() if name.endswith(".py")}
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_no_module_is_a_drawer_for_odds_and_ends() -> None:
    drawers = [
        name
        for name in _committed()
        if name.endswith(".py") and any(_DRAWER.match(part) for part in PurePosixPath(name).with_suffix("").parts)
    ]
    assert drawers == []


def test_packages_import_nothing_of_their_own_when_imported() -> None:
    filled = [
        name
        for name in _committed()
        if name.endswith("__init__.py") and PurePosixPath(name).parts[0] in PACKAGES and _text(name).strip()
    ]
    assert filled == []
