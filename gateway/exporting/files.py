"""Exports as files: JSON, or JSON by gzip where the name ends in ``.gz``."""

import gzip
import json
import os
import zlib
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from pydantic import ValidationError

from baton.domain.journal import ChainBroken, verify
from gateway.errors import ExportUnusable
from gateway.exporting.document import FORMAT, VERSION, Export, digest_of, sealed

_MOST_BYTES = 1024 * 1024 * 1024
"""How large the JSON of an export may be."""


def write_export(path: Path, export: Export) -> int:
    """Write a file for its owner alone, whole or not at all; its size in bytes. Raises OSError."""
    text = json.dumps(sealed(export), ensure_ascii=False, separators=(",", ":")).encode()
    if path.suffix == ".gz":
        text = gzip.compress(text, mtime=0)
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        try:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
    return len(text)


def read_export(path: Path) -> Export:
    """The export in a file: complete, unchanged, its journal an unbroken chain. Raises ExportUnusable."""
    shown = repr(str(path))
    document = _document(path, shown)
    if document.get("format") != FORMAT:
        raise ExportUnusable(f"{shown} is no export of a build: it does not say 'format': {FORMAT!r}")
    if document.get("version") != VERSION:
        raise ExportUnusable(
            f"{shown} has version {document.get('version')!r} of the format, and this Baton reads {VERSION}: "
            "use the version of Baton that wrote it, or a later one"
        )
    if not _has_its_digest(document):
        raise ExportUnusable(f"{shown} was damaged or changed: its content does not have its digest. Export again")
    try:
        export = Export.model_validate(document)
        verify(export.journal)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the top"
        raise ExportUnusable(f"{shown} is no export of a build: {place}: {first['msg']}") from error
    except ChainBroken as broken:
        raise ExportUnusable(f"the journal in {shown} was tampered with: {broken}") from broken
    if not export.journal:
        raise ExportUnusable(f"{shown} holds no journal")
    return export


def _has_its_digest(document: dict[str, Any]) -> bool:
    try:
        return bool(document.get("digest") == digest_of(document))
    except ValueError:  # what JSON cannot carry, such as NaN
        return False


def _document(path: Path, shown: str) -> dict[str, Any]:
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            text = file.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        raise ExportUnusable(f"There is no file {shown}") from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ExportUnusable(f"{shown} is cut off, or no gzip file ({error}). Export again") from None
    except OSError as error:
        raise ExportUnusable(f"{shown} cannot be read: {error.strerror}") from None
    if len(text) > _MOST_BYTES:
        raise ExportUnusable(f"{shown} is larger than {_MOST_BYTES:,} bytes, which no export of a build is")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        reason = str(error).splitlines()[0][:200]
        raise ExportUnusable(f"{shown} is cut off, or no JSON: {reason}. Export again") from None
    if not isinstance(document, dict):
        raise ExportUnusable(f"{shown} is no export of a build: it holds no JSON object")
    return document
