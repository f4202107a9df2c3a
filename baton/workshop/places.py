"""Which paths, and which patterns of paths, are a project's product, and which are what surrounds it."""

import re
from pathlib import PurePosixPath

_AROUND = frozenset(
    (
        "tests", "test", "__tests__", "spec", "specs", "e2e", "docs", "doc", "examples", "example", "benchmarks",
        "bench", "venv", ".venv", "env", ".tox", ".nox", "site-packages", "dist-packages", "node_modules", "vendor",
        "build", "dist", ".git", ".github",
    )
)  # fmt: skip
_BESIDE = frozenset({"scripts", "tools", "bin"})
_AROUND_FILE = re.compile(
    r"tests?\*?|tests?[_*].*|.*[_.](?:tests?|spec)(?:\.[\w*{},]+)?|conftest.*|setup\.py|noxfile\.py|tasks\.py|fabfile\.py"
)
_PYTHON_TEST = re.compile(r"test.*\.py|.*_test\.py", re.DOTALL)
_GO_TEST = re.compile(r".+_test\.go", re.DOTALL)
_SCRIPT_TEST = re.compile(r".+[.-](?:test|spec)\.[cm]?[jt]sx?", re.DOTALL)
_SCRIPT = re.compile(r".+\.[cm]?[jt]sx?", re.DOTALL)
_SCRIPT_FOLDERS = frozenset({"test", "tests", "__tests__"})


def is_python_test(path: str) -> bool:
    """Whether pytest and unittest take the file for tests: they go by its name alone."""
    return _PYTHON_TEST.fullmatch(PurePosixPath(path).name) is not None


def is_go_test(path: str) -> bool:
    """Whether Go takes the file for tests."""
    return _GO_TEST.fullmatch(PurePosixPath(path).name) is not None


def is_script_test(path: str) -> bool:
    """Whether the runners of JavaScript and TypeScript take the file for tests."""
    pure = PurePosixPath(path)
    if _SCRIPT_TEST.fullmatch(pure.name):
        return True
    return _SCRIPT.fullmatch(pure.name) is not None and not _SCRIPT_FOLDERS.isdisjoint(pure.parts[:-1])


def is_test(path: str) -> bool:
    """Whether the file holds tests, in any language that is known here."""
    return is_python_test(path) or is_go_test(path) or is_script_test(path)


def surrounds(path: str) -> bool:
    """Whether a path, or a pattern of paths, names only what surrounds the product: tests, docs, environments."""
    parts = [part for part in path.replace("\\", "/").split("/") if part not in ("", ".", "*", "**")]
    if path.startswith(("/usr/", "/tmp/", "/opt/")):  # noqa: S108 - patterns in other people's settings
        return True
    return (
        bool(parts)
        and ".." not in parts
        and (not _AROUND.isdisjoint(parts) or _AROUND_FILE.fullmatch(parts[-1]) is not None)
    )


def is_product(path: str) -> bool:
    """Whether the file is Python that the project is there for: no test, no document, no script beside it."""
    return path.endswith(".py") and not surrounds(path) and PurePosixPath(path).parts[0] not in _BESIDE
