"""All pages for people."""

from fastapi import APIRouter

from gateway.web.pages import assets, signing_in
from gateway.web.pages.build import routes as build
from gateway.web.pages.inbox import routes as inbox
from gateway.web.pages.listing import routes as listing
from gateway.web.pages.projects import routes as projects

router = APIRouter()
for part in (assets, signing_in, listing, build, inbox, projects):
    router.include_router(part.router)
