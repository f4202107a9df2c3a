"""Settings of coverage.py that leave code out of the measure, or ask for less."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from typing import Any

from baton.workshop.dilution.files import Files
from baton.workshop.dilution.item import Diluted, Rule
from baton.workshop.dilution.settings import ini_section, is_true, number, texts, toml_table
from baton.workshop.places import is_product, surrounds

# What no test can run, or everybody leaves out.
_NEVER_RUN = frozenset(
    (
        "pragma:nocover", "#pragma:nocover", "ifTYPE_CHECKING", "iftyping.TYPE_CHECKING", "if__name__==__main__",
        "raiseNotImplementedError", "raiseAssertionError", "@abstractmethod", "@abc.abstractmethod", "@overload",
        "@typing.overload", "assert_never", "def__repr__", "def__str__", "if0", "ifFalse", "exceptImportError",
        "class.*Protocol)", "class.*Protocol",
    )
)  # fmt: skip
_TOML: dict[str, tuple[str, ...]] = {".coveragerc.toml": (), "pyproject.toml": ("tool", "coverage")}
_COMMA_LISTS = ("omit", "source", "source_pkgs", "include")


@dataclass(frozen=True)
class _Settings:
    """What coverage.py goes by: of the first file that says anything about it. No file: its defaults."""

    file: str = "pyproject.toml"
    where: str = "tool.coverage"
    run: Mapping[str, Any] = field(default_factory=dict)
    report: Mapping[str, Any] = field(default_factory=dict)

    def key(self, section: str, name: str) -> str:
        return f"{self.where}{section}.{name}" if self.where.endswith(":") else f"{self.where}.{section}.{name}"


def coverage_settings(before: Files, after: Files) -> Iterator[Diluted]:
    """What the new commit's settings leave out that the old one's did not. Tests may always be left out."""
    old, new = _settings(before), _settings(after)
    for section in ("run", "report"):
        was, now = getattr(old, section), getattr(new, section)
        for pattern in _added(was, now, "omit"):
            if not surrounds(pattern):
                yield _item(new, section, "omit", pattern, f"leaves {pattern!r} out of the measure")
    for key in ("exclude_lines", "exclude_also", "partial_branches", "partial_also"):
        known = (*_listed(old.report, "exclude_lines"), *_listed(old.report, "exclude_also"), *_listed(old.report, key))
        for pattern in _listed(new.report, key):
            if pattern not in known and not _is_never_run(pattern):
                yield _item(new, "report", key, pattern, f"leaves lines like {pattern!r} out of the measure")
    for module in sorted(_left_out(new, after) - _left_out(old, after)):
        # Beside packages that are measured, a single module at the top is most often a script.
        holds = f"{module}.py" not in after.paths or not any(is_product(path) and "/" in path for path in after.paths)
        told = f"or include: {module!r} is not measured, or not all of it"
        yield _item(new, "run", "source", module, told, holds=holds)
    floor, now_floor = number(old.report.get("fail_under")), number(new.report.get("fail_under")) or 0
    if floor and now_floor < floor:
        yield _item(new, "report", "fail_under", "", f"asks for {now_floor:g} %; it asked for {floor:g} %")
    if is_true(old.run.get("branch")) and not is_true(new.run.get("branch")):
        yield _item(new, "run", "branch", "", "does not measure branches any more")


def _settings(files: Files) -> _Settings:
    for name in (".coveragerc", "setup.cfg", "tox.ini"):
        text = files.text(name)
        if text is None:
            continue
        for prefix in ("", "coverage:") if name == ".coveragerc" else ("coverage:",):
            run, report = ini_section(text, f"{prefix}run"), ini_section(text, f"{prefix}report")
            if run or report:
                return _Settings(name, "coverage:", run, report)
        if name == ".coveragerc":  # an empty one hides the others, too
            return _Settings(name, "coverage:")
    for name, keys in _TOML.items():
        run = toml_table(files.text(name), *keys, "run")
        report = toml_table(files.text(name), *keys, "report")
        if run or report:
            return _Settings(name, "tool.coverage", run, report)
    return _Settings()


def _item(settings: _Settings, section: str, key: str, value: str, message: str, *, holds: bool = True) -> Diluted:
    name = settings.key(section, key)
    told = f"{settings.file}: {name} {message}"
    return Diluted(Rule.COVERAGE_CONFIG, settings.file, f"{name}:{value}" if value else name, told, holds=holds)


def _listed(table: Mapping[str, Any], key: str) -> tuple[str, ...]:
    return texts(table.get(key), commas=key in _COMMA_LISTS)  # a regular expression may hold a comma


def _added(was: Mapping[str, Any], now: Mapping[str, Any], key: str) -> list[str]:
    return [pattern for pattern in _listed(now, key) if pattern not in _listed(was, key)]


def _is_never_run(pattern: str) -> bool:
    """Whether a pattern of lines is one of those that everybody has; it is not tried out, for it may be hostile."""
    if pattern in (r"\.\.\.", r"^\s*\.\.\.$", r"^\s*\.\.\.\s*$"):
        return True
    plain = re.sub(r"\\s[*+]|\\b|\s|^\^|\$$", "", pattern)
    plain = re.sub(r"\((?:\?:)?(?:abc|typing)\\?\.\)\?", "", plain).replace("\\", "")
    plain = re.sub(r"""(?:\[['"]{2}\]|['".])?__main__(?:\[['"]{2}\]|['".])?""", "__main__", plain)
    return re.sub(r"(?:\.\*|:|\()+$", "", plain) in _NEVER_RUN


def _left_out(settings: _Settings, files: Files) -> set[str]:
    """The modules of the product of which `source` and `include` do not take in all; none where they are not set."""
    taken = [
        entry.removeprefix("./").rstrip("/")
        for key in ("source", "source_pkgs")
        for entry in _listed(settings.run, key)
    ]
    if not {"", "."}.isdisjoint(taken):
        taken = []
    # An entry is a folder, or the name of something that can be imported.
    names = [entry.replace(".", "/") for entry in taken]
    prefixes = [*taken, *(f"{root}{name}" for name in names for root in ("", "src/", "lib/"))]
    starts = tuple(f"{prefix}{end}" for prefix in prefixes for end in ("/", ".py"))
    included = [_listed(table, "include") for table in (settings.run, settings.report)]
    found = set()
    for path in filter(is_product, files.paths):
        inside = all(any(fnmatch(path, one) or fnmatch(f"/{path}", one) for one in some) for some in included if some)
        if not inside or (starts and not path.startswith(starts)):
            found.add(_module(path))
    return found


def _module(path: str) -> str:
    """What a file belongs to at the top: `adder` for `src/adder/sums.py`."""
    parts = path.split("/")
    inner = parts[1:] if parts[0] in ("src", "lib") and len(parts) > 1 else parts
    return inner[0].removesuffix(".py")
