"""Where profiles are found: in the user's folder, then among those that Baton ships.

A request only names a profile. The name is a plain word, never a path.
"""

import re
from importlib import resources
from pathlib import Path

from baton.runners.profile import Profile, read_profile
from baton.runners.profile_errors import InvalidProfile, UnknownProfile, meant
from baton.runners.registry import Registry

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_MOST_BYTES = 32 * 1024


class Profiles:
    """Profiles by name. They are read anew at each call: an edited file counts for builds that start after."""

    def __init__(self, folder: Path | None, registry: Registry) -> None:
        self._folder = folder
        self._registry = registry

    def names(self) -> list[str]:
        """The names there are, sorted."""
        shipped = (entry.name for entry in _shipped().iterdir())
        own = (entry.name for entry in self._folder.iterdir()) if self._folder and self._folder.is_dir() else ()
        stems = (name.removesuffix(".toml") for name in (*shipped, *own) if name.endswith(".toml"))
        return sorted({stem for stem in stems if _NAME.fullmatch(stem)})

    def load(self, name: str) -> Profile:
        """Read the profile ``name``. Raises UnknownProfile and InvalidProfile."""
        if _NAME.fullmatch(name) is None or name not in self.names():
            raise UnknownProfile(f"there is no profile {name[:80]!r}" + meant(name[:80], self.names()))
        source, raw = self._read(f"{name}.toml")
        if len(raw) > _MOST_BYTES:
            raise InvalidProfile(f"{source}: {len(raw):,} bytes are too many for a profile; at most {_MOST_BYTES:,}")
        return read_profile(name, source, raw, self._registry)

    def _read(self, file: str) -> tuple[str, bytes]:
        own = self._folder / file if self._folder else None
        if own is None or not own.exists():
            return f"(shipped) {file}", _shipped().joinpath(file).read_bytes()
        try:
            return str(own), own.read_bytes()
        except OSError as error:
            raise InvalidProfile(f"{own}: cannot be read: {error.strerror}") from error


def _shipped() -> resources.abc.Traversable:
    return resources.files("baton.runners") / "profiles"
