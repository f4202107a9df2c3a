"""Where an agent's program is installed, and what of it the sandbox has to show."""

import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_SHEBANG_BYTES = 512


@dataclass(frozen=True, slots=True)
class Installation:
    """``program`` is the file that is run, with all links followed; ``places`` are what it needs outside of /usr.

    ``paths`` are folders to put on PATH, where the interpreters lie that its scripts ask for by name.
    """

    program: Path
    places: tuple[Path, ...]
    paths: tuple[Path, ...] = ()


def find(program: str, path: str) -> Installation | None:
    """The installation of ``program``, a name on ``path`` or a path of its own; ``None`` when there is none."""
    found = shutil.which(program, path=path)
    if found is None:
        return None
    file = Path(found).absolute()
    interpreter, by_name = _interpreter(file.resolve(), path)
    needed = [file] if interpreter is None else [file, interpreter]
    places = [place for each in needed for place in _places(each) if place.exists() and not _shown_anyway(place)]
    folder = interpreter.resolve().parent if interpreter is not None and by_name else Path("/usr/bin")
    return Installation(file.resolve(), tuple(dict.fromkeys(places)), () if _shown_anyway(folder) else (folder,))


def _places(file: Path) -> Iterator[Path]:
    """What has to be visible for ``file`` to run: with npm its folder of packages, with Python its environment."""
    real = file.resolve()
    packages = [folder for folder in real.parents if folder.name == "node_modules"]
    environment = next((folder for folder in (*file.parents, *real.parents) if (folder / "pyvenv.cfg").is_file()), None)
    if packages:
        yield packages[-1]
    elif environment is not None:
        yield environment
        yield from _bases(environment)
    elif _is_python(real.parent):
        yield real.parents[1]
    else:
        yield real


def _bases(environment: Path) -> Iterator[Path]:
    """The Python that a virtual environment was made from, by every path that leads to it."""
    for line in (environment / "pyvenv.cfg").read_text(encoding="utf-8", errors="replace").splitlines():
        key, _, value = line.partition("=")
        if key.strip() == "home":
            yield from (folder.parent for folder in (Path(value.strip()), Path(value.strip()).resolve()))
    for python in (environment / "bin").glob("python*"):
        if _is_python(folder := python.resolve().parent):
            yield folder.parent


def _is_python(folder: Path) -> bool:
    """Whether a folder ``bin`` belongs to a Python of its own, and not to all that a user has installed."""
    return folder.parent.name != ".local" and any((folder.parent / "lib").glob("python3*/os.py"))


def _interpreter(file: Path, path: str) -> tuple[Path | None, bool]:
    """The interpreter that the first line of a script names, and whether by its name alone."""
    try:
        with file.open("rb") as opened:
            first = opened.read(_SHEBANG_BYTES).split(b"\n")[0]
        words = shlex.split(first[2:].decode()) if first.startswith(b"#!") else []
    except (OSError, ValueError):
        return None, False
    if not words:
        return None, False
    if Path(words[0]).name != "env":
        return Path(words[0]).absolute(), False
    name = next((word for word in words[1:] if not word.startswith("-") and "=" not in word), "")
    found = shutil.which(name, path=path)
    return (Path(found).absolute(), True) if found else (None, False)


def _shown_anyway(place: Path) -> bool:
    """Whether the sandbox shows ``place`` to every command. /bin and the like lead to /usr, or are shown themselves."""
    return any(place.is_relative_to(root) for root in ("/usr", "/bin", "/sbin", "/lib", "/lib64"))


def fingerprint(program: Path) -> tuple[str, int, int]:
    """What changes when a program is installed anew."""
    about = program.stat()
    return str(program), about.st_mtime_ns, about.st_size
