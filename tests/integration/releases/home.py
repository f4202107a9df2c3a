"""The home of a build that is complete, and ways to look at it and to tamper with it."""

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from baton.domain.journal import Entry
from baton.store.engine import open_engine
from baton.store.reading import journal
from baton.workshop.envelope import seal
from baton.workshop.keys import KeyRing
from baton.workshop.release_files import ReleaseFiles
from tests.command_line import CommandLine, Said

HOLDS = dict.fromkeys(("archive", "manifest", "commit", "journal", "signature"), "holds")


@dataclass(frozen=True)
class Released:
    """A home with a build that is complete, and what is in it."""

    home: Path

    @property
    def files(self) -> ReleaseFiles:
        return ReleaseFiles(self.home / "releases" / "adder-1" / "adder-1.2.0.tar.gz")

    @property
    def repo(self) -> Path:
        return self.home / "workspaces" / "adder-1" / "repo.git"

    @property
    def database_url(self) -> str:
        return f"sqlite:///{self.home / 'baton.db'}"


@dataclass(frozen=True)
class Verifier:
    """Runs ``verify-release``."""

    cli: CommandLine
    released: Released

    def __call__(self, *options: object, archive: Path | None = None) -> Said:
        archive = archive or self.released.files.archive
        return self.cli.now("verify-release", str(archive), *map(str, options), "--json")

    def links(self, *options: object, archive: Path | None = None) -> dict[str, str]:
        """Each link with its outcome; where nothing holds the release together, the exit code says so."""
        said = self(*options, archive=archive)
        told = said.json
        assert said.code == (0 if told["proven"] else 1)
        outcomes = {link["name"]: link["outcome"] for link in told["links"]}
        assert told["first_broken"] == next((name for name, how in outcomes.items() if how != "holds"), None)
        return outcomes

    def broken(self, *options: object, archive: Path | None = None) -> dict[str, str]:
        """What was found of each link that does not hold, with the advice."""
        told = self(*options, archive=archive).json
        return {
            link["name"]: f"{link['found']} → {link['advice']}" for link in told["links"] if link["outcome"] != "holds"
        }


def entries_of(released: Released) -> list[Entry]:
    engine = open_engine(released.database_url)
    try:
        return journal(engine, "adder-1")
    finally:
        engine.dispose()


def journal_file(released: Released, into: Path, entries: list[Entry] | None = None) -> Path:
    """A file as ``starter.py journal adder-1 --json`` prints it."""
    told = [entry.model_dump(mode="json") for entry in (entries or entries_of(released))]
    into.write_text(json.dumps({"build_id": "adder-1", "entries": told, "verified": True}))
    return into


def reseal(released: Released, keys: KeyRing, change: dict[str, Any]) -> None:
    """Sign another statement, which differs by ``change`` at its top."""
    envelope = json.loads(released.files.provenance.read_bytes())
    statement = json.loads(base64.b64decode(envelope["payload"])) | change
    released.files.provenance.write_bytes(seal(json.dumps(statement).encode(), keys).data)
