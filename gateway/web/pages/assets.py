"""Styles, scripts and pictures of the pages. Their address changes with their content, so browsers keep them."""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fastapi import APIRouter, Response

from gateway.web.problems import Problem

router = APIRouter(include_in_schema=False)

_FOLDER = Path(__file__).parent / "static"
_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
_FOR_EVER = "public, max-age=31536000, immutable"
_FOR_NOW = "no-cache"


@dataclass(frozen=True, slots=True)
class _Assets:
    """All files by name, and the digest of all of them together: modules name one another without their folder."""

    digest: str
    files: dict[str, bytes]


@cache
def _assets() -> _Assets:
    files = {path.name: path.read_bytes() for path in sorted(_FOLDER.iterdir()) if path.suffix in _TYPES}
    digest = hashlib.sha256()
    for name, content in files.items():
        digest.update(f"{name} {len(content)} ".encode() + content)
    return _Assets(digest.hexdigest()[:12], files)


def asset(name: str) -> str:
    """The address of a file. Raises ``KeyError`` for one that is not there."""
    assets = _assets()
    if name not in assets.files:
        raise KeyError(f"gateway/web/pages/static has no {name!r}")
    return f"/static/{assets.digest}/{name}"


@router.get("/static/{digest}/{name}")
async def static(digest: str, name: str) -> Response:
    """A file. A page of the version before may ask by an old digest: it gets the present one, and keeps it for now."""
    assets = _assets()
    content = assets.files.get(name)
    if content is None:
        raise Problem(404, "not_found", "There is no such file")
    keep = _FOR_EVER if digest == assets.digest else _FOR_NOW
    return Response(content, media_type=_TYPES[Path(name).suffix], headers={"Cache-Control": keep})
