"""The files of one release, by name: an archive, and what lies beside it."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

_SUFFIX = ".tar.gz"


@dataclass(frozen=True, slots=True)
class ReleaseFiles:
    """Where the files of the release with this archive are, or would be."""

    archive: Path

    @property
    def checksum(self) -> Path:
        """The archive's SHA-256 and name, as ``sha256sum --check`` reads them."""
        return self.archive.with_name(f"{self.archive.name}.sha256")

    @property
    def manifest(self) -> Path:
        """The manifest that also lies in the archive."""
        return self._beside(".manifest.json")

    @property
    def provenance(self) -> Path:
        """The signed provenance."""
        return self._beside(".provenance.json")

    @property
    def all(self) -> tuple[Path, ...]:
        """The four of them."""
        return (self.archive, self.checksum, self.manifest, self.provenance)

    def withdraw(self) -> None:
        """Remove them; those that are not there are no error."""
        for path in self.all:
            path.unlink(missing_ok=True)

    def _beside(self, suffix: str) -> Path:
        return self.archive.with_name(self.archive.name.removesuffix(_SUFFIX) + suffix)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file that lies beside an archive; it appears whole or not at all."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".pack-", delete=False) as draft:
        draft.write(data)
    Path(draft.name).chmod(0o644)
    Path(draft.name).replace(path)
