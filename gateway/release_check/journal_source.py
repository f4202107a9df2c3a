"""Where the journal of a release comes from: the SQL mirror, or a file."""

from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ValidationError

from baton.domain.journal import Entry
from baton.store.engine import open_engine
from baton.store.errors import StoreError
from baton.store.reading import build_of_entry, journal
from baton.store.urls import parse_url, redacted
from gateway.release_check.links import Broken

_GIVE = "give the journal by file: --journal FILE (python starter.py journal BUILD --json >FILE)"
_BYTES = 256 * 1024 * 1024


class _Document(BaseModel):
    """What ``starter.py journal BUILD --json`` prints."""

    entries: list[Entry]


def journal_from_file(path: Path) -> Sequence[Entry]:
    """The entries in a file. Raises Broken."""
    try:
        with path.open("rb") as file:
            return _Document.model_validate_json(file.read(_BYTES)).entries
    except OSError as error:
        raise Broken(f"the journal {str(path)!r} cannot be read: {error.strerror}", _GIVE) from error
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the top"
        raise Broken(f"the journal {str(path)!r} is none: {place}: {first['msg']}", _GIVE) from error


def journal_from_mirror(database_url: str, entry_hash: str) -> Sequence[Entry]:
    """The journal of the build that has an entry with this hash. Makes no database that is not there. Raises Broken."""
    try:
        url = parse_url(database_url)
        if url.get_backend_name() == "sqlite" and not Path(str(url.database)).expanduser().exists():
            raise Broken(f"the database {redacted(url)} is not there", _GIVE)
        engine = open_engine(database_url)
        try:
            build_id = build_of_entry(engine, entry_hash)
            if build_id is None:
                raise Broken(
                    f"no build in {redacted(url)} has the journal entry {entry_hash[:16]}, which the manifest names",
                    f"set BATON_DATABASE_URL to the database of the build, or {_GIVE}",
                )
            return journal(engine, build_id)
        finally:
            engine.dispose()
    except StoreError as error:
        raise Broken(str(error), _GIVE) from error
    except ValueError as error:  # a row that somebody edited into what no entry is
        first = str(error).splitlines()[0]
        raise Broken(f"the journal in the database holds what is no entry: {first}") from error
