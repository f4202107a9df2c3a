"""What a build released, as far as it lies on the gateway's machine."""

import asyncio
import os
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path as FilePath
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Path
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field

from baton.domain.view import BuildView
from baton.domain.vocabulary import Phase
from baton.store.reading import kept_view
from gateway.home import releases_folder
from gateway.web.api.documented import problems
from gateway.web.api.named import Build, From
from gateway.web.api.one_build import Sourced, ask
from gateway.web.callers import WhoCalls
from gateway.web.locating import Located
from gateway.web.problems import Problem
from gateway.web.site import Here, Site

router = APIRouter(tags=["artifacts"], responses=problems(404))


class Kind(StrEnum):
    """What a file of a release is."""

    ARCHIVE = "archive"  # what was built
    CHECKSUM = "checksum"  # its SHA-256
    MANIFEST = "manifest"  # what is in it
    PROVENANCE = "provenance"  # how it came about, signed


_SUFFIXES = {
    ".tar.gz": (Kind.ARCHIVE, "application/gzip"),
    ".tar.gz.sha256": (Kind.CHECKSUM, "text/plain; charset=utf-8"),
    ".manifest.json": (Kind.MANIFEST, "application/json"),
    ".provenance.json": (Kind.PROVENANCE, "application/json"),
}


class Artifact(BaseModel):
    """One file."""

    name: str = Field(examples=["slugify-1.0.0.tar.gz"])
    kind: Kind
    size: int = Field(description="bytes")
    media_type: str
    url: str = Field(description="where it is downloaded")


class Release(BaseModel):
    """The release as the journal tells of it."""

    name: str | None
    version: str | None
    archive: str | None = Field(description="the file's name")
    sha256: str | None
    size: int | None


class Artifacts(Sourced):
    """What a build released."""

    workflow_id: UUID
    build_id: str
    release: Release | None = Field(description="null before there is one")
    artifacts: list[Artifact] = Field(description="the files that can be downloaded here")


@router.get("/api/workflows/{workflow_id}/artifacts", summary="What was released")
async def list_artifacts(site: Here, _: WhoCalls, build: Build, source: From = None) -> Artifacts:
    """The release, and its files where this machine has them. Those of another machine's worker lie there."""
    told = await ask(
        site,
        build,
        source,
        temporal=lambda builds: builds.status(build.build_id),
        sql=lambda engine: kept_view(engine, build.build_id),
    )
    release = _release(told.value)
    files = await asyncio.to_thread(_files, site, build)
    elsewhere = (
        "The files of this release are not on the gateway's machine. They lie in `releases` below the BATON_HOME of "
        "the release manager's worker"
        if release is not None and not files
        else None
    )
    return Artifacts(
        workflow_id=build.key,
        build_id=build.build_id,
        release=release,
        artifacts=[_artifact(build, file) for file in files.values()],
        source=told.source,
        notice=" ".join(filter(None, (told.notice and f"{told.notice}.", elsewhere))) or None,
    )


@router.get(
    "/api/workflows/{workflow_id}/artifacts/{name}",
    summary="Download a file of a release",
    response_class=FileResponse,
    responses={
        200: {
            "description": "The file",
            "content": {
                kind: {"schema": {"type": "string", "format": "binary"}}
                for kind in ("application/gzip", "application/json", "text/plain")
            },
        }
    },
)
async def download_artifact(
    site: Here,
    _: WhoCalls,
    build: Build,
    name: Annotated[str, Path(min_length=1, max_length=255, description="as the list of artifacts has it")],
) -> FileResponse:
    """An archive, its checksum, its manifest or its signed provenance."""
    # The name is looked for among the files that are there. It is never made into a path.
    found = (await asyncio.to_thread(_files, site, build)).get(name)
    if found is None:
        raise Problem(
            404,
            "no_such_artifact",
            "There is no such file of this build on the gateway's machine: look at its artifacts",
        )
    return FileResponse(found.path, media_type=_kind(found)[1], filename=found.name)


def _files(site: Site, build: Located) -> Mapping[str, os.DirEntry[str]]:
    """The files of the build's release by name: those of the four kinds, and no links."""
    try:
        with os.scandir(releases_folder(site.settings) / build.build_id) as entries:
            there = [one for one in entries if _known(one.name) and one.is_file(follow_symlinks=False)]
    except OSError:
        return {}
    return {one.name: one for one in sorted(there, key=lambda one: one.name)}


def _known(name: str) -> bool:
    return name.endswith(tuple(_SUFFIXES)) and not name.startswith(".")  # dots begin the names of drafts


def _kind(file: os.DirEntry[str]) -> tuple[Kind, str]:
    return next(told for suffix, told in _SUFFIXES.items() if file.name.endswith(suffix))


def _artifact(build: Located, file: os.DirEntry[str]) -> Artifact:
    kind, media_type = _kind(file)
    url = f"/api/workflows/{build.key}/artifacts/{quote(file.name, safe='')}"
    size = file.stat(follow_symlinks=False).st_size
    return Artifact(name=file.name, kind=kind, size=size, media_type=media_type, url=url)


def _release(view: BuildView) -> Release | None:
    report = view.phases[Phase.DEPLOYMENT].report or {}
    output = report.get("output")
    if not report.get("deployment_successful") or not isinstance(output, dict):
        return None

    def told(name: str, form: type[Any]) -> Any:
        value = output.get(name)
        return value if isinstance(value, form) and not isinstance(value, bool) else None

    archive = told("archive", str)
    return Release(
        name=told("name", str),
        version=told("version", str),
        archive=None if archive is None else FilePath(archive).name,
        sha256=told("sha256", str),
        size=told("size", int),
    )
