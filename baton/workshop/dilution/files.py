"""The two commits that are compared: all their paths, and the texts of the files that matter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from baton.workshop._history import FileEntry, History
from baton.workshop.places import is_test

FILE_BYTES = 2 * 1024 * 1024
TOGETHER_BYTES = 24 * 1024 * 1024
_SETTINGS = frozenset(
    (
        "pyproject.toml", "setup.cfg", "tox.ini", "pytest.ini", ".pytest.ini", ".coveragerc", ".coveragerc.toml",
        "ruff.toml", ".ruff.toml", ".bandit", ".flake8", ".nycrc", ".nycrc.json", ".c8rc", ".c8rc.json", "package.json",
        "conftest.py",
    )
)  # fmt: skip
_SETTINGS_STEMS = ("vitest.config.", "vite.config.", "jest.config.")
_CODE = frozenset([".py", ".pyi", ".js", ".cjs", ".mjs", ".jsx", ".ts", ".cts", ".mts", ".tsx", ".go"])
_FOREIGN = frozenset({"node_modules", "vendor", "site-packages", ".venv", "venv"})


@dataclass(frozen=True, slots=True)
class Files:
    """One commit. `texts` has the settings, and of the code and the tests what differs between the two commits.

    `unread` are the files that belong to `texts` and were too large.
    """

    paths: tuple[str, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()

    def text(self, path: str) -> str | None:
        """The text of a file that matters, or None."""
        return self.texts.get(path)

    def named(self, *names: str) -> list[str]:
        """The paths of files with these names, at any depth, sorted."""
        return sorted(path for path in self.texts if PurePosixPath(path).name in names)


def is_settings(path: str) -> bool:
    """Whether a file can say what is tested, measured or linted, and how."""
    name = PurePosixPath(path).name
    return name in _SETTINGS or name.startswith(_SETTINGS_STEMS)


def is_code(path: str) -> bool:
    """Whether the file is code in a language that is known here."""
    return PurePosixPath(path).suffix in _CODE


async def read_both(history: History, before: str, after: str) -> tuple[Files, Files]:
    """Both commits, bounded. Raises CommitNotFound."""
    old, new = await history.files(before), await history.files(after)
    same = {(entry.path, entry.mode, entry.blob) for entry in old}
    same &= {(entry.path, entry.mode, entry.blob) for entry in new}
    return await _read(history, old, same), await _read(history, new, same)


async def _read(history: History, entries: Sequence[FileEntry], same: set[tuple[str, str, str]]) -> Files:
    wanted = [entry for entry in entries if _matters(entry, unchanged=(entry.path, entry.mode, entry.blob) in same)]
    chosen, unread = list[FileEntry](), list[str]()
    left = TOGETHER_BYTES
    for entry in sorted(wanted, key=lambda entry: _rank(entry.path)):
        if entry.size <= FILE_BYTES and entry.size <= left:
            chosen.append(entry)
            left -= entry.size
        else:
            unread.append(entry.path)
    read = await history.contents(chosen)
    texts = {path: data.decode(errors="replace") for path, data in read.items()}
    return Files(tuple(entry.path for entry in entries), texts, frozenset(unread))


def _matters(entry: FileEntry, *, unchanged: bool) -> bool:
    if not entry.regular or not _FOREIGN.isdisjoint(PurePosixPath(entry.path).parts):
        return False
    return is_settings(entry.path) or (is_code(entry.path) and not unchanged)


def _rank(path: str) -> tuple[int, str]:
    """What is read first, while there is room: settings, then tests."""
    return (0 if is_settings(path) else 1 if is_test(path) else 2, path)
