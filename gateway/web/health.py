"""Whether the gateway lives, and whether it can work."""

import logging

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from baton.store import schema
from baton.store.errors import StoreError
from gateway.web.site import Here

log = logging.getLogger("baton.gateway")
router = APIRouter(tags=["health"])


class Alive(BaseModel):
    """The process answers."""

    status: str = Field(examples=["ok"])


class Ready(BaseModel):
    """Whether what the gateway needs is there: ``ok``, or ``away``. Why is in the log, since anybody may ask."""

    status: str = Field(description="ok, or degraded when one of both is away", examples=["ok"])
    temporal: str = Field(examples=["ok"])
    database: str = Field(examples=["ok"])


@router.get("/healthz", summary="Whether the process answers")
async def healthz() -> Alive:
    """Always ``ok``: for who restarts processes that hang."""
    return Alive(status="ok")


@router.get("/readyz", summary="Whether Temporal and the database answer", responses={503: {"model": Ready}})
async def readyz(site: Here, response: Response) -> Ready:
    """200 when both answer, 503 otherwise. With one of them away the gateway goes on with the other."""
    temporal = "ok" if site.temporal.away is None else "away"
    try:
        await site.sql(schema.require_usable)
        database = "ok"
    except StoreError as error:
        log.warning("%s", error)
        database = "away"
    well = temporal == database == "ok"
    response.status_code = 200 if well else 503
    return Ready(status="ok" if well else "degraded", temporal=temporal, database=database)
