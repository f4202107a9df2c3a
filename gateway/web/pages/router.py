"""All pages for people."""

from fastapi import APIRouter

from gateway.web.pages import assets, signing_in
from gateway.web.pages.build import routes as build
from gateway.web.pages.listing import routes as listing

router = APIRouter()
for part in (assets, signing_in, listing, build):
    router.include_router(part.router)
