"""All routes of the REST API."""

from fastapi import APIRouter
from fastapi.routing import APIRoute

from gateway.web.api import (
    about_me,
    advancing,
    artifacts,
    cancelling,
    deciding,
    diffs,
    forking,
    history,
    holding,
    inbox,
    listing,
    starting,
    status,
)
from gateway.web.api.documented import ALWAYS, problems


def operation_id(route: APIRoute) -> str:
    """What clients that are made from the schema call the route: its function's name."""
    return route.name


router = APIRouter(responses=problems(*ALWAYS), generate_unique_id_function=operation_id)
for part in (listing, starting, forking, advancing, deciding, holding, cancelling, status, history, artifacts, diffs):
    router.include_router(part.router)
for part in (inbox, about_me):
    router.include_router(part.router)
