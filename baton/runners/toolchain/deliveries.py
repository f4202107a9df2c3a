"""What was delivered, on disk beside the workspace: so that nothing is done twice, and all of it can be undone."""

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import BaseModel, ValidationError

from baton.domain.steps import PhaseOrder
from baton.workshop.archive import Archive
from baton.workshop.release_files import ReleaseFiles

_FOLDER = "delivery"
_FACTS = "release.json"
_BEGUN = "begun"
_UNDONE = "undone"
_NAME = re.compile(r"(\d+)-[0-9a-f]+")


class Delivered(BaseModel):
    """What a delivery delivers. ``archive`` is where the archive was, on the machine that delivered it."""

    name: str
    version: str
    commit: str
    archive: Path


@dataclass(frozen=True, slots=True)
class Step:
    """A command that has ended. ``failed`` says how it failed; empty when all went well."""

    evidence: dict[str, object]
    failed: str = ""


class Steps:
    """The commands that have ended, by name, in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, name: str) -> Step | None:
        """The command's end, if it has ended."""
        try:
            return Step(**json.loads((self._folder / f"{name}.json").read_bytes()))
        except FileNotFoundError:
            return None

    def keep(self, name: str, step: Step) -> None:
        """Remember how a command has ended."""
        self._folder.mkdir(parents=True, exist_ok=True)
        _write(self._folder / f"{name}.json", json.dumps(asdict(step)))


class Delivery:
    """The delivery that one order asked for."""

    def __init__(self, folder: Path) -> None:
        self.name = folder.name
        self.steps = Steps(folder)
        self._folder = folder

    @classmethod
    def of(cls, private: Path, order: PhaseOrder) -> "Delivery":
        """The delivery of ``order``; ``private`` is the workspace's folder for what is not in the tree."""
        return cls(private / _FOLDER / f"{order.number}-{order.journal_head[:16]}")

    def prepare(self, archive: Archive) -> None:
        """Keep what is to be delivered, and copies of its files: they are needed to undo it when they are gone."""
        kept = self._folder / "files"
        kept.mkdir(parents=True, exist_ok=True)
        for path in archive.files.all:
            draft = kept / f".{path.name}"
            shutil.copyfile(path, draft)
            draft.replace(kept / path.name)
        manifest = archive.manifest
        facts = Delivered(
            name=manifest.name, version=manifest.version, commit=manifest.commit, archive=archive.path
        ).model_dump_json()
        _write(self._folder / _FACTS, facts)

    def begin(self) -> None:
        """A command that delivers is about to be run: from now on something may have been delivered."""
        _write(self._folder / _BEGUN, "")

    def not_begun(self) -> None:
        """That command could not be run at all."""
        (self._folder / _BEGUN).unlink(missing_ok=True)

    @property
    def begun(self) -> bool:
        """Whether something may have been delivered."""
        return (self._folder / _BEGUN).exists()

    def stands(self) -> None:
        """All went well: the copies are not needed while the release itself is there."""
        shutil.rmtree(self._folder / "files", ignore_errors=True)

    def undo(self) -> None:
        """What was delivered is undone."""
        _write(self._folder / _UNDONE, "")
        shutil.rmtree(self._folder / "files", ignore_errors=True)

    @property
    def undone(self) -> bool:
        """Whether it is."""
        return (self._folder / _UNDONE).exists()

    def delivered(self) -> Delivered | None:
        """What this delivery delivered, undone or not; ``None`` when nothing can have been."""
        try:
            return Delivered.model_validate_json((self._folder / _FACTS).read_bytes()) if self.begun else None
        except (FileNotFoundError, ValidationError):
            return None

    def files(self, delivered: Delivered) -> ReleaseFiles:
        """The files of the release: the copies where they are kept, else those in the folder of releases."""
        copy = ReleaseFiles(self._folder / "files" / delivered.archive.name)
        return copy if copy.archive.is_file() else ReleaseFiles(delivered.archive)


def deliveries(private: Path) -> list[Delivery]:
    """All deliveries of the build that have begun, the newest first, undone ones too."""
    found = [delivery for _, delivery in sorted(_all(private / _FOLDER), key=lambda one: one[0], reverse=True)]
    return [delivery for delivery in found if delivery.delivered() is not None]


def _all(folder: Path) -> Iterator[tuple[tuple[int, str], Delivery]]:
    if folder.is_dir():
        for path in folder.iterdir():
            if match := _NAME.fullmatch(path.name):
                yield (int(match[1]), path.name), Delivery(path)


def undo_steps(private: Path, number: int, run: int, release: str) -> Steps:
    """The undo commands for ``release`` that have ended in one try to compensate."""
    return Steps(private / _FOLDER / f"undo-{number}-{run}" / release)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
